"""Sites with other packings of their side chains."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import torch

from molgen.chem.formats.parsing import shortened
from molgen.chem.side_chains.records import side_chain_record
from molgen.docking.flexible.residues import flexible_residues
from molgen.docking.records import DockConfig
from molgen.docking.site import PackedPocket, Site
from molgen.errors import InputError
from molgen.models.side_chains.task import TASK
from molgen.packing.sampling import sample_packings

_SIGHT = 20.0  # Angstrom from a residue that moves to those that the network is shown
_LISTED = 16


def flexible_sites(sites: Sequence[Site], config: DockConfig) -> tuple[Site, ...]:
    """The sites with packings of their side chains beside their own; as they are for ``flex="none"``.

    Raises:
        InputError: a residue that is named is not there, or cannot move.
    """
    if config.flex == "none":
        return tuple(sites)
    return tuple(_with_packings(site, config) for site in sites)


def _with_packings(site: Site, config: DockConfig) -> Site:
    protein = site.receptor.protein
    record = side_chain_record(protein)
    try:
        selection = flexible_residues(protein, record, site.pocket, config.flex)
    except InputError as error:
        raise InputError(f"--flex: {error.reason}", source=protein.source or None) from error
    moving = np.flatnonzero(selection.moves)
    if not len(moving):
        return replace(site, notes=(*site.notes, "no side chain of the pocket can move: it is docked to as it is"))
    labels = [protein.residues[index].label for index in record.residues[moving].tolist()]
    near = record.near(moving, _SIGHT)
    model = TASK.load("default")[0]
    rng = torch.Generator().manual_seed(config.seed)
    sampled = sample_packings(model, protein, record.part(near), selection.part(near), config.packings, rng)
    packings = tuple(
        site.in_packing(
            one.protein, PackedPocket(number, tuple(protein.residues[k].label for k in one.moved), one.energy)
        )
        for number, one in enumerate(sampled, start=1)
    )
    held = [f"{reason}: {shortened(names, _LISTED)}" for reason, names in selection.kept.items()]
    found = f"{len(packings)} other packing{'s' * (len(packings) != 1)}" if packings else "no other packing"
    note = f"{found} of {len(labels)} side chain{'s' * (len(labels) != 1)}: {shortened(labels, _LISTED)}"
    return replace(site, packings=packings, notes=(*site.notes, *held, note))
