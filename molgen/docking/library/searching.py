"""The search of many ligands in one site at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

import torch

from molgen.docking.dock import Found, check_fits, proposed
from molgen.docking.learned import Learned
from molgen.docking.library.proposals import propose_together
from molgen.docking.library.refinement import refine_together
from molgen.docking.ligand import Ligand
from molgen.docking.records import DockConfig
from molgen.docking.search import Starts
from molgen.docking.search.energies import LigandEnergies, energy_of
from molgen.docking.search.hopping import Searched, search_together
from molgen.docking.search.moves import Shape
from molgen.docking.site import Site
from molgen.errors import InputError
from molgen.physics.restraints import PointRestraint
from molgen.runtime.devices import device_of
from molgen.runtime.stages import stage
from molgen.sampling.pieces import halved

CPU_TOGETHER = 8
"""Ligands whose chains hop together on a CPU: more do not fit its cache."""
_SHARE = 0.4
"""Of the free memory of a GPU that a search may take."""
_BYTES = 400
"""For each start, and each of the atoms and pairs of the ligand."""


@dataclass(frozen=True)
class Wanted:
    """A ligand to search poses of, with its restraints."""

    ligand: Ligand
    restraints: tuple[PointRestraint, ...] = ()


def find_together(site: Site, wanted: Sequence[Wanted], config: DockConfig, learned: Learned) -> list[Found | None]:
    """The results of the search for many ligands in a site, on the device of the configuration.

    On a CPU each result equals that of the ligand alone. On a GPU rounding depends on the batch, so that poses of a
    flexible ligand may differ between runs as they do between seeds.

    Args:
        site: with maps for the classes of all ligands.
        wanted: none of them bonded to a residue.
        config: how they are docked.
        learned: the models.

    Returns:
        None for a ligand that does not fit the box.
    """
    device = device_of(config.device)
    if device.type != "cuda":  # the search was never tried on any other
        device = torch.device("cpu")
    fitting = [k for k, own in enumerate(wanted) if _fits(site, own.ligand)]
    fitting.sort(key=lambda k: wanted[k].ligand.graph.n_atoms)
    stage("proposals")
    proposals = _proposals(site, [wanted[k] for k in fitting], config, learned, device)
    searches: list[Found | None] = [None] * len(wanted)
    for count in {_count(starts) for starts in proposals}:  # chains go together that have as many starts
        group = [k for k, starts in zip(fitting, proposals, strict=True) if _count(starts) == count]
        own = [starts for starts in proposals if _count(starts) == count]
        for k, search in zip(group, _searched(site, [wanted[k] for k in group], own, config, device), strict=True):
            searches[k] = search
    return searches


def _searched(
    site: Site, wanted: Sequence[Wanted], proposals: Sequence[Starts | None], config: DockConfig, device: torch.device
) -> list[Found]:
    ligands = [own.ligand for own in wanted]
    on_cpu = device.type == "cpu"

    def piece(rows: slice) -> list[Found]:
        some, starts = ligands[rows], proposals[rows]
        energies = LigandEnergies(site, some, [own.restraints for own in wanted[rows]], device)
        searched = [
            Searched(Shape(own.tree.n_torsions, len(own.templates), own.tree.is_fixed), own.templates, start)
            for own, start in zip(some, starts, strict=True)
        ]
        stage("search")
        results = search_together(searched, energies, config.search, config.seed, 1 if on_cpu else len(some))
        minima = [result.minima for result in results]
        stage("refinement")
        refined = [None] * len(some) if on_cpu else refine_together(energies, minima, config.min_rmsd)
        return [Found(*parts) for parts in zip(minima, starts, refined, strict=True)]

    size = CPU_TOGETHER if on_cpu else _as_many_as_fit(ligands, config, device)
    return list(chain.from_iterable(halved(len(ligands), size, piece, "ligands")))


def _as_many_as_fit(ligands: Sequence[Ligand], config: DockConfig, device: torch.device) -> int:
    """Ligands whose starts fit into the free memory of a GPU together."""
    largest = max(own.graph.n_atoms + len(own.pairs.first) for own in ligands)
    starts = max(config.search.starts, 4 * config.search.chains)
    free = torch.cuda.mem_get_info(device)[0] if device.type == "cuda" else 2**31
    return max(1, int(_SHARE * free / (_BYTES * starts * largest)))


def _proposals(
    site: Site, wanted: Sequence[Wanted], config: DockConfig, learned: Learned, device: torch.device
) -> list[Starts | None]:
    if learned.poses is None or not wanted:
        return [None] * len(wanted)
    if device.type == "cpu" or config.guidance or config.sampler != "ode" or any(own.restraints for own in wanted):
        return [
            proposed(site, own.ligand, config, energy_of(site, own.ligand, own.restraints), learned) for own in wanted
        ]
    ligands = [own.ligand for own in wanted]
    return [*propose_together(learned.poses, site, ligands, config.sampling_count, config.sampling_steps, config.seed)]


def _count(starts: Starts | None) -> int:
    return 0 if starts is None else starts.positions.shape[2]


def _fits(site: Site, ligand: Ligand) -> bool:
    try:
        check_fits(site, ligand)
    except InputError:
        return False
    return True
