"""Docking into the packings of a site: a quick search in each, and refinement of the best of all."""

from __future__ import annotations

from collections.abc import Sequence

import torch

from molgen.docking.ligand import Ligand
from molgen.docking.ranking import KT, packing_cost
from molgen.docking.records import DockConfig
from molgen.docking.refine import REFINED, Refined, refine
from molgen.docking.search import SearchConfig, Starts, search
from molgen.docking.search.minima import Minima
from molgen.docking.site import Site
from molgen.physics.energy import DockingEnergy

QUICK = SearchConfig(starts=512, chains=64, rounds=20, patience=8, patience_per_torsion=0)
"""The search in one packing, which begins from the poses of the structure's own pocket besides."""
_SEEDS = 64  # minima of the own pocket that are minimized in every packing


def search_packings(
    sites: Sequence[tuple[Site, DockingEnergy]], ligand: Ligand, config: DockConfig, seeds: Starts
) -> list[tuple[Site, Refined]]:
    """The refined poses of all packings of one site; packings without a good pose have none and are left out.

    Args:
        sites: packings, each with the energy of the ligand there.
        seeds: poses in the structure's own pocket, the best first.
    """
    if not sites:
        return []
    minima = [search(energy, ligand.templates, QUICK, config.seed, seeds).minima for _, energy in sites]
    kept = _best(minima, [KT * packing_cost(site) for site, _ in sites])
    return [
        (site, refine(site, ligand, energy, own, config.min_rmsd))
        for (site, energy), own in zip(sites, kept, strict=True)
        if len(own.energies)
    ]


def seeds_of(minima: Minima, proposals: Starts | None) -> Starts:
    """Where searches in packings begin: the lowest minima of the own pocket, and the proposals for it."""
    lowest = minima.pick(minima.energies.argsort()[:_SEEDS])
    if proposals is None:
        return Starts(lowest.positions, lowest.template)
    positions = torch.cat((lowest.positions, proposals.positions), 2)
    return Starts(positions, torch.cat((lowest.template, proposals.template)))


def _best(minima: Sequence[Minima], costs: Sequence[float]) -> list[Minima]:
    """Of each packing the minima that are among the best of all, by energy and that of the packing, kcal/mol."""
    totals = [own.energies + cost for own, cost in zip(minima, costs, strict=True)]
    every = torch.cat(totals)
    limit = every.sort().values[min(REFINED, len(every)) - 1]
    return [own.pick(torch.nonzero(total <= limit)[:, 0]) for own, total in zip(minima, totals, strict=True)]
