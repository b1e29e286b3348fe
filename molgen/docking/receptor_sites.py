"""The sites that a run docks into: of one structure or several, with what is known of them and what may move."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path

from molgen.chem.proteins.structure import Protein
from molgen.docking.ensemble import ensemble_sites, entries_in
from molgen.docking.flexible.packings import flexible_sites
from molgen.docking.known_ligands import with_known_ligands
from molgen.docking.poses.conditions import check_conditions
from molgen.docking.records import DockConfig
from molgen.docking.site import Sites, sites_of


def receptor_sites(
    structures: Sequence[Protein],
    pocket: str | Path,
    config: DockConfig,
    *,
    keep: Collection[str] = (),
    drop: Collection[str] = (),
) -> Sites:
    """The sites of a configuration.

    Args:
        structures: of one protein; the first names the pocket and the frame.
        pocket, keep, drop: as of :func:`molgen.docking.site.sites_of`.
        config: how ligands are docked.

    Raises:
        InputError: the pocket, a structure, a known ligand, a residue that may move or a condition cannot be used.
    """
    first, *others = structures
    own = {"keep": _of_first(structures, keep), "drop": _of_first(structures, drop)}
    pockets = sites_of(first, pocket, **own, covalent=config.covalent)
    sites = ensemble_sites(pockets.searched, others, keep=keep, drop=drop)
    sites = flexible_sites(with_known_ligands(sites, config.known_ligands), config)
    check_conditions(config, sites)
    return Sites(tuple(sites), pockets.others)


def _of_first(structures: Sequence[Protein], entries: Collection[str]) -> list[str]:
    """The entries without those that only other structures have."""
    first, *others = structures
    given = [entries] if isinstance(entries, str) else entries
    return [
        entry
        for entry in given
        if entries_in(first, [entry]) or not any(entries_in(other, [entry]) for other in others)
    ]
