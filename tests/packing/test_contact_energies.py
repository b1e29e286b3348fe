"""Energies of contacts between rotamers, and with what does not move."""

from dataclasses import replace

import pytest
import torch

from molgen.chem.proteins.reading import read_protein
from molgen.chem.side_chains.records import side_chain_record
from molgen.models.side_chains.config import SideChainModelConfig
from molgen.packing.records import PackConfig
from molgen.packing.residues.selection import select
from molgen.packing.search.contacts import KINDS, REACH, contacts
from molgen.packing.search.energy import pair_energies
from molgen.packing.search.problem import problem_of
from molgen.packing.search.walls import self_energy


def contact(first: str, second: str, distance: float) -> float:
    one, other = torch.tensor(KINDS.index(first)), torch.tensor(KINDS.index(second))
    return float(contacts()(one, other, torch.tensor(distance)))


@pytest.fixture(scope="module")
def problem():
    """Two neighbors in the pocket of the inhibitor that move, as they are in the crystal."""
    protein = read_protein("data/1ia1.pdb")
    record = side_chain_record(protein)
    return problem_of(record, select(protein, record, PackConfig(residues="A:9,A:36")), SideChainModelConfig())


def test_opposite_charges_attract_and_like_ones_do_not():
    assert contact("N+", "O-", 2.8) < -0.3
    assert contact("O-", "O-", 2.8) > contact("N+", "O-", 2.8) + 0.3


def test_atoms_that_overlap_repel_and_distant_ones_are_in_no_contact():
    assert contact("aliphatic", "aliphatic", 2.5) > 1.0 > 0.0 > contact("aliphatic", "aliphatic", 4.0)
    assert contact("aliphatic", "S", REACH + 1.0) == 0.0
    assert contact("S", "aromatic", 3.0) == contact("aromatic", "S", 3.0)


def test_a_residue_that_stays_acts_as_one_that_moves_with_one_rotamer(problem):
    pairs = pair_energies(problem.graph.types, problem.atoms[:, None], problem.moves)
    first, second = torch.nonzero(problem.moves)[:, 0].tolist()
    assert (pairs.first.tolist(), pairs.second.tolist()) == ([first], [second])
    alone = problem.with_moving(torch.arange(len(problem.moves)) == first)
    with_neighbor, without = (
        self_energy(one, problem.atoms[:, None], 2.0)[first, 0] for one in (alone, replace(problem, moves=alone.moves))
    )
    assert with_neighbor - without == pytest.approx(float(pairs.energy[0, 0, 0]), abs=1e-3)
    assert self_energy(alone, problem.atoms[:, None], 2.0)[second, 0] == 0.0
