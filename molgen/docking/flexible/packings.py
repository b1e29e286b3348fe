"""Sites with other packings of their side chains."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import torch

from molgen.chem.formats.parsing import shortened
from molgen.chem.proteins.structure import Pocket, Protein
from molgen.chem.side_chains.records import side_chain_record
from molgen.docking.flexible.residues import flexible_residues
from molgen.docking.records import DockConfig
from molgen.docking.site import PackedPocket, Site
from molgen.errors import InputError
from molgen.models.side_chains.task import TASK
from molgen.packing.sampling import MovingSideChains, sample_packings

_SIGHT = 20.0  # Angstrom from a residue that moves to those that the network is shown
_LISTED = 16


def flexible_sites(sites: Sequence[Site], config: DockConfig) -> tuple[Site, ...]:
    """The sites with other packings of their side chains; unchanged for ``flex="none"``.

    Raises:
        InputError: a residue that is named is not there, or cannot move.
    """
    if config.flex == "none":
        return tuple(sites)
    return tuple(_with_packings(site, config) for site in sites)


def moving_side_chains(protein: Protein, pocket: Pocket, text: str) -> MovingSideChains | None:
    """The side chains of a receptor that may move, with the residues around them; None where there are none.

    Args:
        protein: the receptor.
        pocket, text: as in :func:`molgen.docking.flexible.residues.flexible_residues`.

    Raises:
        InputError: a residue that is named is not there, or cannot move.
    """
    record = side_chain_record(protein)
    selection = flexible_residues(protein, record, pocket, text)
    moving = np.flatnonzero(selection.moves)
    if not len(moving):
        return None
    near = record.near(moving, _SIGHT)
    return MovingSideChains(protein, record.part(near), selection.part(near))


def _with_packings(site: Site, config: DockConfig) -> Site:
    protein = site.receptor.protein
    try:
        chains = moving_side_chains(protein, site.pocket, config.flex)
    except InputError as error:
        raise InputError(f"--flex: {error.reason}", source=protein.source or None) from error
    if chains is None:
        return replace(site, notes=(*site.notes, "no side chain of the pocket can move: it is docked to as it is"))
    rng = torch.Generator().manual_seed(config.seed)
    sampled = sample_packings(TASK.load("default")[0], chains, config.packings, rng)
    packings = tuple(
        site.in_packing(packing.protein, PackedPocket(number, packing.labels, packing.energy))
        for number, packing in enumerate(sampled, start=1)
    )
    return replace(site, packings=packings, moving=chains, notes=(*site.notes, *_notes(chains, len(packings))))


def _notes(chains: MovingSideChains, packings: int) -> list[str]:
    """Notes on the fixed side chains and on the number of packings."""
    fixed = [f"{reason}: {shortened(names, _LISTED)}" for reason, names in chains.selection.kept.items()]
    count = f"{packings} other packing{'s' * (packings != 1)}" if packings else "no other packing"
    labels = chains.labels
    return [*fixed, f"{count} of {len(labels)} side chain{'s' * (len(labels) != 1)}: {shortened(labels, _LISTED)}"]
