"""MOL2 files: every molecule a record, with its charges, stereo and coordinates; broken ones are named."""

import gzip

import numpy as np
import pytest
from rdkit import Chem

from molgen.chem.formats.tripos.mol2 import parse_mol2_block
from molgen.chem.molecules.reading import read_molecules
from molgen.chem.molecules.reference import reference_ligand
from molgen.errors import InputError, ParseError


def block(name, atoms, bonds):
    """`atoms` are `(type, x, y, z)`, `bonds` are `(first, second, order)`, numbered from 1."""
    lines = ["@<TRIPOS>MOLECULE", name, f"{len(atoms)} {len(bonds)} 1 0 0", "SMALL", "NO_CHARGES", "", "@<TRIPOS>ATOM"]
    for number, (kind, *position) in enumerate(atoms, start=1):
        x, y, z = position
        lines.append(f"{number} {kind.split('.')[0]}{number} {x:.4f} {y:.4f} {z:.4f} {kind} 1 LIG 0.0")
    lines.append("@<TRIPOS>BOND")
    lines += [f"{number} {one} {other} {order}" for number, (one, other, order) in enumerate(bonds, start=1)]
    return "\n".join(lines) + "\n"


METHYL = [("H", -0.36, 1.03, 0.0), ("H", -0.36, -0.51, 0.89), ("H", -0.36, -0.51, -0.89)]
OXYGENS = (2.1, 1.1, 0.0), (2.1, -1.1, 0.0)
ON_METHYL = [(1, 3, 1), (1, 4, 1), (1, 5, 1)]


def with_two_oxygens(name, center, oxygen, orders):
    """CH3-X(O)O with X of type `center`."""
    atoms = [("C.3", 0, 0, 0), (center, 1.5, 0, 0), *METHYL, *((oxygen, *place) for place in OXYGENS)]
    return block(name, atoms, [(1, 2, 1), *ON_METHYL, (2, 6, orders[0]), (2, 7, orders[1])])


ACETATE = with_two_oxygens("acetate", "C.2", "O.co2", ("ar", "ar"))
# the C, O, F and implicit H of 1-fluoroethanol; the mirror image has z reversed
FLUOROETHANOL = [("C.3", 0, 0, 0), ("C.3", 0, 1.43, -0.51), ("O.3", -1.2, -0.7, -0.51), ("F", 1.2, -0.7, -0.51)]
TO_CENTER = [(1, 2, 1), (1, 3, 1), (1, 4, 1)]


def smiles(mol):
    return Chem.MolToSmiles(Chem.RemoveHs(mol))


def with_aromatic_oxygens(center, oxygens, methyls=1, oxygen="O.co2"):
    """Methyls on X of type `center`, and bonds to oxygen that are marked as aromatic; no hydrogens."""
    places = [(1.8, 0, 0), (-0.6, 1.7, 0), (-0.6, -0.8, 1.5), (-0.6, -0.8, -1.5)]
    kinds = ["C.3"] * methyls + [oxygen] * oxygens
    atoms = [(center, 0, 0, 0), *((kind, *place) for kind, place in zip(kinds, places, strict=False))]
    bonds = [(1, number, "ar" if kind == oxygen else 1) for number, kind in enumerate(kinds, start=2)]
    return block("oxoanion", atoms, bonds)


@pytest.mark.parametrize(
    ("centers", "oxygens", "methyls", "expected"),
    [
        (("S.o2", "S.O2", "S.3", "S"), 3, 1, "CS(=O)(=O)[O-]"),
        (("S.o2", "S.O2", "S.3"), 2, 2, "CS(C)(=O)=O"),
        (("S.o", "S.3"), 1, 2, "CS(C)=O"),
        (("P.3", "P"), 3, 1, "CP(=O)([O-])[O-]"),
        (("P.3", "P"), 2, 2, "CP(C)(=O)[O-]"),
        (("C.2", "C.3", "C.ar"), 2, 1, "CC(=O)[O-]"),
        (("N.pl3", "N.2"), 2, 1, "C[N+](=O)[O-]"),
    ],
)
@pytest.mark.parametrize("oxygen", ["O.co2", "O.2", "O.3"])
def test_aromatic_bonds_to_oxygen_are_read_whatever_the_type_of_the_center(centers, oxygens, methyls, expected, oxygen):
    blocks = [with_aromatic_oxygens(center, oxygens, methyls, oxygen) for center in centers]
    assert {smiles(parse_mol2_block(text)) for text in blocks} == {expected}


def test_a_pyridine_oxide_may_be_aromatic_throughout():
    ring = [(1.39 * np.cos(angle), 1.39 * np.sin(angle), 0) for angle in np.arange(6) * np.pi / 3]
    atoms = [("N.ar", *ring[0]), *(("C.ar", *place) for place in ring[1:]), ("O.co2", 2.7, 0, 0)]
    bonds = [*((k, k % 6 + 1, "ar") for k in range(1, 7)), (1, 7, "ar")]
    assert smiles(parse_mol2_block(block("oxide", atoms, bonds))) == "[O-][n+]1ccccc1"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (ACETATE, "CC(=O)[O-]"),
        (with_two_oxygens("acetate", "C.2", "O.co2", (2, 1)), "CC(=O)[O-]"),
        (with_two_oxygens("nitromethane", "N.pl3", "O.2", (2, 2)), "C[N+](=O)[O-]"),
        (with_two_oxygens("nitromethane", "N.pl3", "O.2", (2, 1)), "C[N+](=O)[O-]"),
        (block("amine", [("C.3", 0, 0, 0), ("N.3", 1.47, 0, 0)], [(1, 2, 1)]), "CN"),
        (block("ammonium", [("C.3", 0, 0, 0), ("N.4", 1.47, 0, 0)], [(1, 2, 1)]), "C[NH3+]"),
    ],
)
def test_groups_are_read_as_different_programs_write_them(text, expected):
    assert smiles(parse_mol2_block(text)) == expected


def test_coordinates_order_and_hydrogens_are_kept():
    mol = parse_mol2_block(ACETATE)
    assert [atom.GetSymbol() for atom in mol.GetAtoms()] == ["C", "C", "H", "H", "H", "O", "O"]
    np.testing.assert_allclose(mol.GetConformer().GetPositions()[5], OXYGENS[0])


def test_missing_hydrogens_become_implicit_and_stereo_comes_from_3d():
    mirrored = [(kind, x, y, -z) for kind, x, y, z in FLUOROETHANOL]
    one, other = (smiles(parse_mol2_block(block("", atoms, TO_CENTER))) for atoms in (FLUOROETHANOL, mirrored))
    assert {one, other} == {"C[C@H](O)F", "C[C@@H](O)F"}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (ACETATE.replace("C.3", "c3"), "'c3' is not a Tripos atom type"),
        (ACETATE[:200], "not a MOL2 block"),
        (block("", FLUOROETHANOL, [(1, 2, 3), (1, 3, 2), (1, 4, 1)]), "valence 6 of C at atom 1"),
    ],
)
def test_a_broken_block_is_explained_in_one_line(text, reason, capfd):
    with pytest.raises(ParseError, match=reason):
        parse_mol2_block(text)
    assert capfd.readouterr() == ("", "")


def test_a_file_gives_one_record_for_each_molecule(tmp_path):
    path = tmp_path / "three.mol2.gz"
    unnamed = block("", FLUOROETHANOL, TO_CENTER)
    path.write_bytes(gzip.compress(f"# comment\n{ACETATE}\n{ACETATE.replace('C.3', 'c3')}{unnamed}".encode()))
    first, second, third = read_molecules(path)
    assert (first.name, first.place, first.source) == ("acetate", "record 1", str(path))
    assert (second.mol, second.place, second.error) == (None, "record 2", "'c3' is not a Tripos atom type")
    assert (third.name, third.index, third.mol is None) == ("three_3", 2, False)


def test_line_ends_do_not_matter(tmp_path):
    path = tmp_path / "one.mol2"
    path.write_bytes(ACETATE.replace("\n", "\r\n").encode())
    (record,) = read_molecules(path)
    assert smiles(record.mol) == "CC(=O)[O-]"


def test_a_reference_ligand_has_coordinates(tmp_path):
    good, broken, flat = tmp_path / "good.mol2", tmp_path / "broken.mol2", tmp_path / "flat.sdf"
    good.write_text(ACETATE)
    assert reference_ligand(good).GetConformer().Is3D()
    broken.write_text(ACETATE[:200])
    with pytest.raises(InputError, match="not a MOL2 block"):
        reference_ligand(broken)
    flat.write_text(Chem.MolToMolBlock(Chem.MolFromSmiles("CCO")) + "$$$$\n")
    with pytest.raises(InputError, match="no 3D coordinates"):
        reference_ligand(flat)
