"""The packing of a pocket around a ligand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import torch
from torch import Tensor

from molgen.chem.side_chains.records import SideChainRecord
from molgen.models.side_chains.model import SideChainModel
from molgen.packing.sampling import MOVING, MovingSideChains, SampledPacking, placed, rotamers_with_own
from molgen.packing.search.contacts import contacts
from molgen.packing.search.problem import problem_of
from molgen.packing.search.rotamers import Rotamers, log_mass
from molgen.packing.search.solve import Landscape, SearchSettings, drawn_choice, landscape, node_features


@torch.no_grad()
def fitted_packing(
    model: SideChainModel, moving: MovingSideChains, ligand: np.ndarray, elements: np.ndarray
) -> SampledPacking | None:
    """The best packing given a ligand; None where it equals that of the structure.

    The energy is that of the packing without the ligand, as in :func:`molgen.packing.sampling.sample_packings`; their
    interaction is part of the docking energy.

    Args:
        moving: the side chains.
        ligand: [n, 3], heavy atoms, Angstrom.
        elements: int64 [n], their classes (:func:`molgen.chem.side_chains.records.element_class`).
    """
    settings = SearchSettings()
    problem = problem_of(_with_ligand(moving.record, ligand, elements), moving.selection, model.config)
    given = landscape(problem, rotamers_with_own(model, problem, settings), settings)
    choice, _ = drawn_choice(given, torch.Generator(), noise=0.0)
    if not choice.any():
        return None
    energy = _energy_without(model, moving, given, choice, settings)
    return placed(moving, problem, given, choice, energy)


def _with_ligand(record: SideChainRecord, ligand: np.ndarray, elements: np.ndarray) -> SideChainRecord:
    return replace(
        record,
        context=np.concatenate((record.context, ligand.astype(np.float32))),
        elements=np.concatenate((record.elements, elements)),
        optional=np.concatenate((record.optional, np.ones(len(elements), dtype=bool))),
    )


def _energy_without(
    model: SideChainModel, moving: MovingSideChains, given: Landscape, choice: Tensor, settings: SearchSettings
) -> float:
    """Energy of the chosen rotamers above the own ones, kT, where no ligand is shown."""
    problem = problem_of(moving.record, moving.selection, model.config)
    types, node = problem.graph.types, node_features(model, problem)
    chi, atoms = given.rotamers.pick(choice)
    cost = MOVING / contacts().network * (choice != 0)
    masses = [log_mass(model, node, types, own) for own in (problem.chi, chi)]
    both = Rotamers(
        torch.stack((problem.chi, chi), 1),
        torch.where(problem.moves[:, None], torch.stack((masses[0], masses[1] - cost), 1), 0.0),
        torch.stack((problem.atoms, atoms), 1),
    )
    pair = landscape(problem, both, settings)
    return pair.energy(torch.ones_like(choice)) - pair.energy(torch.zeros_like(choice))
