"""Every way to name a pocket, and what is said when the name fits nothing."""

import gzip
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rdkit import Chem
from scipy.spatial.transform import Rotation

from molgen.chem.proteins.pockets import find_pockets
from molgen.chem.proteins.reading import read_protein
from molgen.chem.proteins.structure import Protein, Residue
from molgen.errors import InputError, MolgenError

ALANINE = {
    "N": (-1.2, 0.8, 0.0),
    "CA": (0.0, 0.0, 0.0),
    "C": (1.2, 0.8, 0.0),
    "O": (1.2, 2.0, 0.0),
    "CB": (0.0, -1.5, 0),
}


def structure(*groups):
    """A protein of groups `(name, chain, number, insertion, kind, positions, atom names or None)`."""
    residues, positions, names = [], [], []
    for name, chain, number, insertion, kind, atoms, atom_names in groups:
        start = len(positions)
        positions.extend(np.asarray(atoms, dtype=float))
        names.extend(atom_names or [f"C{k + 1}" for k in range(len(atoms))])
        residues.append(Residue(name, chain, number, insertion, kind, start, len(positions)))
    count = len(positions)
    index = np.concatenate([np.full(one.stop - one.start, k) for k, one in enumerate(residues)])
    return Protein(
        positions=np.array(positions),
        elements=np.full(count, 6, dtype=np.int16),
        atom_names=tuple(names),
        hydrogens=np.full(count, -1, dtype=np.int8),
        residue_index=index.astype(np.int32),
        residues=tuple(residues),
        source="made.pdb",
    )


def alanine(chain, number, at, insertion="", name="ALA"):
    return (name, chain, number, insertion, "polymer", np.array([*ALANINE.values()]) + at, list(ALANINE))


def rod(name, chain, number, at, atoms, kind="ligand"):
    """A ligand of atoms 1.4 Angstrom apart along x."""
    return (name, chain, number, "", kind, np.arange(atoms)[:, None] * [1.4, 0, 0] + np.asarray(at, float), None)


@pytest.fixture
def made():
    return structure(
        *(alanine("A", 10 + k, (4.0 * k, 0, 0), name="SER" if k == 2 else "ALA") for k in range(6)),
        alanine("A", 15, (24, 0, 0), insertion="B"),
        alanine("b", 1, (0, 0, 9)),
        rod("GOL", "A", 300, (0, -20, 0), 6),
        rod("NAD", "A", 301, (0, -12, 0), 30),
        rod("DRG", "A", 302, (3, -6, 0), 8),
        rod("DRG", "b", 302, (3, -6, 9), 8),
        rod("ALT", "A", 303, (3, -6, 0.3), 7),
        rod("NAG", "A", 304, (20, 8, 0), 14),
        rod("HOH", "A", 400, (9, 9, 9), 1, kind="water"),
    )


@pytest.fixture(scope="module")
def folder():
    spec = find_spec("posebusters")
    if spec is None or spec.origin is None:
        pytest.skip("posebusters, which has the complexes, is not installed")
    return Path(spec.origin).parent / "datasets" / "pdb"


@pytest.fixture(scope="module")
def reductase(folder):
    return read_protein(folder / "1ia1" / "1ia1_protein_one_lig_removed.pdb")


def names(pockets):
    return [pocket.name for pocket in pockets]


@pytest.mark.parametrize(
    "spec", ["ligand:DRG", "ligand:DRG:A", "ligand:DRG:A:302", " LIGAND:drg:a ", "ligand:DRG::302", "Ligand: DRG : A"]
)
def test_a_ligand_in_the_file_names_the_pocket_around_its_first_copy(made, spec):
    (pocket,) = find_pockets(spec, made)
    np.testing.assert_allclose(pocket.center, [3 + 3.5 * 1.4, -6, 0])
    np.testing.assert_allclose(pocket.size, 22.5)
    assert pocket.removed == ("DRG:A:302", "ALT:A:303"), "with what is in the same place, without the other copy"
    assert pocket.reference is not None
    assert pocket.reference.shape == (8, 3)
    assert pocket.name == " ".join(spec.split())


def test_the_chain_chooses_the_copy(made):
    assert find_pockets("ligand:DRG:b", made)[0].removed == ("DRG:b:302",)


def test_a_residue_of_a_chain_is_a_ligand_only_by_its_number(made):
    assert find_pockets("ligand:ALA:A:15B", made)[0].removed == ("ALA:A:15B",)
    with pytest.raises(InputError, match="no ligand ALA"):
        find_pockets("ligand:ALA", made)


@pytest.mark.parametrize(
    "spec", ["ligand:XYZ", "ligand:DRG:C", "ligand:DRG:A:7", "ligand:", "ligand:A:B:C:D", "ligand:HOH"]
)
def test_a_ligand_that_is_not_there_is_answered_with_those_that_are(made, spec):
    with pytest.raises(InputError) as caught:
        find_pockets(spec, made)
    told = str(caught.value)
    assert "DRG:A:302 (8 heavy atoms)" in told
    assert told.index("NAG:A:304") < told.index("GOL:A:300"), "additives come last"


def test_without_ligands_the_answer_says_so():
    with pytest.raises(InputError, match="there are no ligands in the file"):
        find_pockets("ligand:DRG", structure(alanine("A", 1, (0, 0, 0))))


def test_the_box_grows_with_the_reference_and_with_the_docked_ligand(made):
    np.testing.assert_allclose(find_pockets("ligand:NAD", made)[0].size, [29 * 1.4 + 8, 22.5, 22.5])
    np.testing.assert_allclose(find_pockets("ligand:DRG", made, ligand_size=15.0)[0].size, 22.5)
    np.testing.assert_allclose(find_pockets("ligand:DRG", made, ligand_size=30.0)[0].size, 34.0)
    np.testing.assert_allclose(find_pockets("box:0,0,0,20", made, ligand_size=30.0)[0].size, 20.0)
    with pytest.raises(InputError, match="not a length"):
        find_pockets("ligand:DRG", made, ligand_size=float("nan"))


@pytest.mark.parametrize("name", ["1ia1", "1s3v", "1uou"])
def test_a_reference_file_names_the_pocket_around_its_molecule(folder, name):
    path = folder / name / f"{name}_ligand.sdf"
    (pocket,) = find_pockets(path, read_protein(folder / name / f"{name}_protein_one_lig_removed.pdb"))
    mol = Chem.RemoveHs(Chem.MolFromMolFile(str(path), sanitize=False), sanitize=False)
    np.testing.assert_allclose(pocket.center, mol.GetConformer().GetPositions().mean(axis=0))
    assert pocket.removed == ()
    assert pocket.reference is not None
    assert (np.abs(pocket.reference - pocket.center) <= pocket.size / 2 - 3.99).all()


def pdb_text(positions):
    line = "HETATM{:5d}  C{:<2d} DRG X 999    {:8.3f}{:8.3f}{:8.3f}  1.00  0.00           C\n"
    return "".join(line.format(k + 1, k + 1, *xyz) for k, xyz in enumerate(positions))


@pytest.mark.parametrize("suffix", [".pdb", ".PDB.gz", ".sdf", ".mol"])
def test_reference_files_of_every_format_name_the_same_pocket_and_what_is_in_their_place(made, tmp_path, suffix):
    positions = np.arange(8)[:, None] * [1.4, 0, 0] + [3, -6, 0.1]
    mol = Chem.MolFromSmiles("C" * 8)
    mol.AddConformer(Chem.Conformer(8))
    mol.GetConformer().SetPositions(positions)
    mol.GetConformer().Set3D(True)
    text = pdb_text([*positions, (3, -6, 60), (3, -6, 61.4)]) if "pdb" in suffix.lower() else Chem.MolToMolBlock(mol)
    path = tmp_path / f"my ligand{suffix}"
    path.write_bytes(gzip.compress(text.encode()) if suffix.endswith("gz") else text.encode())
    for spec in (path, str(path)):
        (pocket,) = find_pockets(spec, made)
        np.testing.assert_allclose(pocket.center, positions.mean(axis=0), atol=1e-3)
        assert pocket.removed == ("DRG:A:302", "ALT:A:303")


def test_a_reference_from_another_frame_is_refused(folder, made):
    with pytest.raises(InputError, match=r"1ia1_ligand.sdf: .* is \d+ A away from the nearest protein atom"):
        find_pockets(folder / "1ia1" / "1ia1_ligand.sdf", replace(made, positions=made.positions + 500))


def test_unusable_reference_files_are_named(made, tmp_path):
    flat = tmp_path / "flat.sdf"
    flat.write_text(Chem.MolToMolBlock(Chem.MolFromSmiles("CCO")))
    with pytest.raises(InputError, match="no 3D coordinates"):
        find_pockets(flat, made)
    with pytest.raises(InputError, match="no such file"):
        find_pockets(r"C:\docking\ligand.sdf", made)
    with pytest.raises(InputError, match="no such file"):
        find_pockets("nowhere.pdb", made)


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ("residues:A:10,A:12", (4, -5, 0)),
        ("residues:A:10,12", (4, -5, 0)),
        ("Residues: A:10, A:SER12", (4, -5, 0)),
        ("residues:a:10-12", (4, -5, 0)),
        ("residues:A:15B", (24, -5, 0)),
        ("residue:A:15", (20, -5, 0)),
        ("residues:A:10,A:12,A:10", (4, -5, 0)),
    ],
)
def test_residues_name_the_lumen_that_their_side_chains_point_to(made, spec, expected):
    (pocket,) = find_pockets(spec, made)
    np.testing.assert_allclose(pocket.center, expected)
    assert pocket.size.min() >= 22.5


def test_the_box_holds_the_residues_with_a_margin(made):
    np.testing.assert_allclose(find_pockets("residues:A:10-15", made)[0].size[0], 20 + 2.4 + 10)


@pytest.mark.parametrize(
    ("spec", "told"),
    [
        ("residues:A:99", "no residue A:99: chain A has 10 to 15"),
        ("residues:C:10", "no chain 'C' for 'C:10'; the chains are A, b"),
        ("residues:10", "'10' names no chain; the chains are A, b"),
        ("residues:A:HIS12", "A:HIS12 is SER, not HIS"),
        ("residues:A:x", "'A:x' is no residue"),
        ("residues:A:20-30", "no residue A:20-30"),
        ("residues:", "no residues are named"),
    ],
)
def test_residues_that_are_not_there_are_named_with_what_is(made, spec, told):
    with pytest.raises(InputError) as caught:
        find_pockets(spec, made)
    assert told in str(caught.value)


@pytest.mark.parametrize(
    ("spec", "size"),
    [("box:1,2,3", [22.5] * 3), ("box:1,2,3,30", [30] * 3), ("BOX: 1, 2, 3, 10, 20, 126", [10, 20, 126])],
)
def test_a_box_is_taken_as_it_is(made, spec, size):
    (pocket,) = find_pockets(spec, made)
    np.testing.assert_allclose(pocket.center, [1, 2, 3])
    np.testing.assert_allclose(pocket.size, size)


@pytest.mark.parametrize(
    ("spec", "told"),
    [
        ("box:1,2,x", "could not convert"),
        ("box:1,2", "3, 4 or 6 finite numbers"),
        ("box:1,2,nan", "3, 4 or 6 finite numbers"),
        ("box:1,2,3,3.9", "edges are 4 to 126 A, not 3.9"),
        ("box:1,2,3,10,10,127", "edges are 4 to 126 A"),
        ("box:0,1000,0", "is 980 A away from the nearest protein atom"),
    ],
)
def test_an_impossible_box_is_refused(made, spec, told):
    with pytest.raises(InputError) as caught:
        find_pockets(spec, made)
    assert told in str(caught.value)


def test_auto_takes_each_kind_of_ligand_cofactors_last(made):
    pockets = find_pockets("auto", made)
    assert names(pockets) == ["auto 1 (ligand DRG:A:302)", "auto 2 (ligand ALT:A:303)", "auto 3 (ligand NAD:A:301)"]
    assert pockets[2].removed == ("NAD:A:301",)


def test_auto_without_ligands_and_blind_look_at_the_shape(reductase, folder):
    bare = reductase.keep(lambda one: one.kind == "polymer")
    auto, blind = find_pockets("auto", bare), find_pockets("Blind", bare)
    assert auto[0].name.startswith("auto 1 (detected, volume ")
    assert blind[0].name.startswith("blind 1 (detected, volume ")
    assert 1 < len(blind) <= 8
    np.testing.assert_allclose(blind[0].size, 22.5)
    np.testing.assert_allclose([pocket.center for pocket in auto], [pocket.center for pocket in blind])


def test_blind_sees_cofactors_and_takes_away_ligands(reductase):
    assert find_pockets("auto", reductase)[0].name == "auto 1 (ligand TQ3:A:194)"
    pockets = find_pockets("blind", reductase)
    assert {label for pocket in pockets for label in pocket.removed} == {"TQ3:A:194"}
    cofactors = reductase.keep(lambda one: one.name == "NDP").positions
    assert all(np.linalg.norm(cofactors - pocket.center, axis=1).min() > 1.5 for pocket in pockets)


def test_a_structure_without_pockets_or_atoms_says_so(made):
    with pytest.raises(InputError, match="no pocket was found"):
        find_pockets("blind", structure(alanine("A", 1, (0, 0, 0))))
    with pytest.raises(InputError, match="no atoms"):
        find_pockets("auto", made.keep(lambda one: False))


@pytest.mark.parametrize("spec", ["", "pocket", "ligand", ".", "A:57", "auto:1"])
def test_any_other_text_is_answered_with_the_forms(made, spec):
    with pytest.raises(InputError, match="the forms are ligand:"):
        find_pockets(spec, made)


@pytest.mark.parametrize("spec", ["ligand:TQ3", "residues:A:9-11,A:112"])
def test_moving_the_protein_moves_a_named_pocket(reductase, spec):
    turn, shift = Rotation.from_euler("xyz", (0.4, 1.1, -2.0)).as_matrix(), np.array([31.3, -80.2, 7.7])
    moved = replace(reductase, positions=reductase.positions @ turn.T + shift)
    before, after = find_pockets(spec, reductase)[0], find_pockets(spec, moved)[0]
    np.testing.assert_allclose(after.center, turn @ before.center + shift, atol=1e-9)


FRAGMENTS = [
    "ligand:",
    "residues:",
    "box:",
    "auto",
    "blind",
    "DRG",
    "A:",
    "b",
    ":",
    ",",
    "-",
    "12",
    "1e9",
    ".sdf",
    " ",
    "\0",
]


@settings(max_examples=200)
@given(st.one_of(st.text(max_size=30), st.lists(st.sampled_from(FRAGMENTS), max_size=7).map("".join)))
def test_any_text_gives_pockets_or_a_reason(spec):
    protein = structure(alanine("A", 12, (0, 0, 0)), alanine("b", 1, (0, 0, 9)), rod("DRG", "A", 1, (3, -6, 0), 8))
    reason, pockets = "", []
    try:
        pockets = find_pockets(spec, protein)
    except MolgenError as error:
        reason = str(error)
    assert reason.isprintable()
    assert bool(reason) != bool(pockets)
    assert all(np.isfinite(pocket.center).all() and (pocket.size > 0).all() for pocket in pockets)
