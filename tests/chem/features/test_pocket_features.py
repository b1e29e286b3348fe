"""The record of a pocket: classes of known atoms, and directions that turn with the structure."""

import numpy as np
import pytest
from complexes import protein_of
from scipy.spatial.transform import Rotation
from structure_texts import TRIPEPTIDE, pdb_line

from molgen.chem.features.pocket_features import POCKET_COLUMNS, local_directions, pocket_atoms
from molgen.chem.proteins.reading import read_protein

COLUMN = {name: place for place, name in enumerate(POCKET_COLUMNS)}


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """Ala-Ser-Gly with a zinc ion, a chloride and a water."""
    path = tmp_path_factory.mktemp("pocket") / "small.pdb"
    groups = [
        ("ZN", "ZN", "ZN", 11, 10.0, 10.0, 0.0),
        ("CL", "CL", "CL", 12, 10.0, 16.0, 0.0),
        ("O", "O", "HOH", 13, 16.0, 10.0, 0.0),
    ]
    lines = [pdb_line(*row) for row in TRIPEPTIDE] + [pdb_line(*row, record="HETATM") for row in groups]
    path.write_text("\n".join([*lines, "END", ""]))
    return read_protein(path)


def classes(small, residue: str, atom: str) -> dict[str, int]:
    row = next(
        place
        for place, name in enumerate(small.atom_names)
        if name == atom and small.residues[small.residue_index[place]].name == residue
    )
    values = pocket_atoms(small).atoms[row]
    return {name: int(values[column]) for name, column in COLUMN.items()}


def test_a_carbonyl_oxygen_of_the_backbone_accepts(small):
    found = classes(small, "ALA", "O")
    assert found == {"element": 3, "residue": 0, "place": 4, "donor": 0, "acceptor": 1, "hydrophobic": 0}


def test_the_atoms_of_a_serine_are_told_apart(small):
    hydroxyl, beta, amide = (classes(small, "SER", name) for name in ("OG", "CB", "N"))
    assert (hydroxyl["donor"], hydroxyl["acceptor"], hydroxyl["place"]) == (1, 1, 6)
    assert (beta["place"], beta["hydrophobic"]) == (5, 0)  # next to oxygen
    assert (amide["element"], amide["donor"], amide["acceptor"], amide["place"]) == (2, 1, 0, 1)
    assert classes(small, "ALA", "CB")["hydrophobic"] == 1


def test_metals_donate_and_halides_are_hydrophobic(small):
    zinc, chloride = classes(small, "ZN", "ZN"), classes(small, "CL", "CL")
    assert (zinc["element"], zinc["residue"], zinc["place"], zinc["donor"]) == (7, 22, 11, 1)
    assert (chloride["element"], chloride["residue"], chloride["hydrophobic"]) == (6, 22, 1)


def test_water_is_left_out_and_residues_are_counted_without_it(small):
    pocket = pocket_atoms(small)
    assert len(pocket) == len(small) - 1
    assert pocket.residue.tolist() == [0] * 5 + [1] * 6 + [2] * 4 + [3, 4]


def test_cofactors_have_a_class_of_their_own():
    protein = protein_of("1ia1")
    pocket = pocket_atoms(protein)
    names = [protein.residues[k].name for k in protein.residue_index]
    cofactor = [place for place, name in enumerate(names) if name == "NDP"]
    assert cofactor
    assert set(pocket.atoms[cofactor, COLUMN["residue"]]) == {23}
    assert set(pocket.atoms[cofactor, COLUMN["place"]]) == {11}


def test_every_class_is_within_its_column():
    for code in ("1ia1", "1uou"):
        atoms = pocket_atoms(protein_of(code)).atoms
        assert (atoms.max(0) < list(POCKET_COLUMNS.values())).all()


def test_a_carbonyl_oxygen_points_along_its_bond(small):
    pocket = pocket_atoms(small)
    oxygen, carbon = pocket.positions[3], pocket.positions[2]
    bond = (oxygen - carbon) / np.linalg.norm(oxygen - carbon)
    np.testing.assert_allclose(local_directions(pocket.positions)[3], bond, atol=1e-9)


def test_a_lone_atom_points_nowhere(small):
    pocket = pocket_atoms(small)
    zinc = pocket.atoms[:, COLUMN["element"]] == 7
    assert (local_directions(pocket.positions)[zinc] == 0).all()
    assert local_directions(np.zeros((0, 3))).shape == (0, 3)


def test_turning_the_structure_turns_the_directions(small):
    positions = pocket_atoms(small).positions
    turn = Rotation.random(rng=3).as_matrix()
    moved = local_directions(positions @ turn.T + [5.0, -3.0, 11.0])
    np.testing.assert_allclose(moved, local_directions(positions) @ turn.T, atol=1e-9)


def test_atoms_around_a_point_are_those_within_the_radius(small):
    pocket = pocket_atoms(small)
    near = pocket.around(np.array([10.0, 10.0, 0.0]), 1.0)
    assert near.residue.tolist() == [3]
    assert near.positions.shape == (1, 3)
