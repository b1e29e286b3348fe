"""Side chains against a structure."""

import math

import pytest
import torch

from molgen.chem.proteins.reading import read_protein
from molgen.chem.side_chains.geometry import chi_angles, set_chi, table
from molgen.chem.side_chains.records import side_chain_record
from molgen.chem.side_chains.residues import HAS_CHI, INDEX
from molgen.metrics.side_chains import clashes, side_chain_scores


@pytest.fixture(scope="module")
def native():
    record = side_chain_record(read_protein("data/1ia1.pdb"))
    return torch.from_numpy(record.types), torch.from_numpy(record.atoms), torch.from_numpy(record.present)


def test_a_structure_agrees_with_itself(native):
    types, atoms, present = native
    scores = side_chain_scores(types, atoms, present, atoms)
    assert scores.recovered()[scores.counted].all()
    assert float(scores.rmsd2.max()) == pytest.approx(0.0, abs=1e-9)
    assert int(scores.counted.sum()) > 100


def test_turned_chi_angles_are_seen_with_their_size(native):
    types, atoms, present = native
    chi = chi_angles(types, atoms)
    turned = set_chi(types, atoms, chi + table(HAS_CHI, types) * math.radians(30))
    scores = side_chain_scores(types, atoms, present, turned)
    counted = scores.error[scores.counted & (types == INDEX["SER"])]
    assert counted[:, 0].tolist() == pytest.approx([math.radians(30)] * len(counted), abs=1e-4)
    assert not scores.recovered(20)[scores.counted].any()
    assert scores.recovered(40)[scores.counted].all()


def test_the_other_naming_of_symmetric_ends_costs_nothing(native):
    types, atoms, present = native
    chi = chi_angles(types, atoms)
    flip = torch.zeros_like(chi)
    rings = (types == INDEX["PHE"]) | (types == INDEX["TYR"])
    flip[rings, 1] = torch.pi
    scores = side_chain_scores(types, atoms, present, set_chi(types, atoms, chi + flip))
    assert scores.recovered()[scores.counted].all()
    assert float(scores.rmsd2[rings].max()) < 0.05  # rings of a crystal are a little off their symmetry


def test_atoms_in_each_other_are_clashes(native):
    types, atoms, _ = native
    assert clashes(types, atoms) < 5
    stacked = atoms.clone()
    stacked[1:, 5:] = atoms[:1, 1:2]
    assert clashes(types, stacked) > 100
