"""Residues in slots: chi angles are read and set, and side chains are rebuilt from them."""

import numpy as np
import pytest
import torch

from molgen.chem.proteins.reading import read_protein
from molgen.chem.side_chains.geometry import (
    chi_angles,
    chi_difference,
    chi_known,
    frames,
    from_frame,
    ideal_residues,
    set_chi,
    table,
    templates,
    to_frame,
)
from molgen.chem.side_chains.records import METAL, element_class, side_chain_record
from molgen.chem.side_chains.residues import ATOMS, CHI_ATOMS, HAS_ATOM, HAS_CHI, INDEX, MOVED, NAMES
from molgen.geometry import rotations


@pytest.fixture(scope="module")
def residues():
    """Types, atoms [R, 14, 3] and presence of the residues of 1IA1."""
    record = side_chain_record(read_protein("data/1ia1.pdb"))
    return torch.from_numpy(record.types), torch.from_numpy(record.atoms).double(), torch.from_numpy(record.present)


@pytest.fixture
def turned(residues):
    """The same residues with random chi angles, and these."""
    types, atoms, _ = residues
    chi = 2 * torch.pi * torch.rand(len(types), 4, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    chi = torch.where(table(HAS_CHI, types), chi - torch.pi, 0.0)
    return set_chi(types, atoms, chi), chi


def test_a_chi_angle_turns_the_atoms_beyond_its_axis():
    isoleucine = INDEX["ILE"]
    slots = [ATOMS[isoleucine].index(atom) for atom in ("CG1", "CD1")]
    assert np.flatnonzero(MOVED[isoleucine, 1]).tolist() == slots  # CG1 lies on the axis, CG2 stays
    assert [ATOMS[INDEX["ARG"]][k] for k in CHI_ATOMS[INDEX["ARG"], 3]] == ["CG", "CD", "NE", "CZ"]
    assert HAS_CHI.sum(1)[[INDEX[name] for name in ("ALA", "GLY", "SER", "PHE", "MET", "LYS")]].tolist() == [
        *(0, 0, 1, 2, 3, 4)
    ]


def test_chi_angles_are_what_they_were_set_to(residues, turned):
    assert chi_difference(residues[0], chi_angles(residues[0], turned[0]), turned[1]).max() < 1e-6


def test_turning_keeps_bond_lengths_and_backbone(residues, turned):
    types, atoms, _ = residues
    assert torch.equal(turned[0][:, :4], atoms[:, :4])
    for first, second in ((4, 5), (1, 4)):
        bonded = table(HAS_ATOM, types)[:, second]
        lengths = [(x[bonded, first] - x[bonded, second]).norm(dim=-1) for x in (atoms, turned[0])]
        assert torch.allclose(*lengths, atol=1e-9)


def test_side_chains_come_back_exactly_from_their_own_geometry(residues, turned):
    types, atoms, present = residues
    back = set_chi(types, turned[0], chi_angles(types, atoms))
    whole = (present | ~table(HAS_ATOM, types)).all(-1)
    assert (back - atoms)[whole].norm(dim=-1).max() < 1e-6


def test_ideal_side_chains_with_the_chi_angles_of_a_crystal_lie_near_it(residues):
    types, atoms, present = residues
    built = set_chi(types, ideal_residues(types, atoms), chi_angles(types, atoms))
    counted = present & chi_known(types, present).eq(table(HAS_CHI, types)).all(-1)[:, None]
    counted[:, :4] = False
    assert (built - atoms).norm(dim=-1)[counted].median() < 0.35  # at 2.6 A some bond angles of this one are far off


def test_templates_have_the_bond_lengths_of_amino_acids():
    lengths = {
        ("ALA", "CA", "CB"): 1.53,
        ("CYS", "CB", "SG"): 1.81,
        ("PHE", "CG", "CD1"): 1.39,
        ("LYS", "CE", "NZ"): 1.49,
    }
    for (name, first, second), expected in lengths.items():
        atoms = ATOMS[INDEX[name]]
        found = (templates()[INDEX[name], atoms.index(first)] - templates()[INDEX[name], atoms.index(second)]).norm()
        assert float(found) == pytest.approx(expected, abs=0.03)


def test_half_a_turn_is_no_difference_where_a_side_chain_is_symmetric():
    types = torch.tensor([INDEX["PHE"], INDEX["ASN"]])
    first, second = torch.zeros(2, 4), torch.zeros(2, 4)
    second[:, 1] = torch.pi
    assert chi_difference(types, first, second)[:, 1].tolist() == pytest.approx([0.0, torch.pi])


def test_frames_move_with_the_residue(residues):
    atoms = residues[1]
    rotation = rotations.random_rotation((), torch.Generator().manual_seed(1), dtype=torch.float64)
    moved = atoms @ rotation.mT + 3.0
    local = [to_frame(*frames(x), x) for x in (atoms, moved)]
    assert torch.allclose(*local, atol=1e-9)
    assert torch.allclose(from_frame(*frames(moved), local[1]), moved, atol=1e-9)


def test_what_is_no_amino_acid_is_surroundings():
    protein = read_protein("data/1ia1.pdb")
    record = side_chain_record(protein)
    groups = [residue for residue in protein.residues if residue.kind == "ligand"]
    assert len(record.context) == sum(residue.stop - residue.start for residue in groups) > 0
    assert record.optional.all()
    assert set(record.types.tolist()) <= set(range(len(NAMES)))
    assert element_class(30) == METAL
