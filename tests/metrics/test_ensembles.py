"""Which records of a file belong together, and to which reference."""

from pathlib import Path

import numpy as np
import pytest
from rdkit import Chem
from small_molecules import embedded

from molgen.errors import InputError
from molgen.metrics import joined, matching, read_ensembles, symmetric_rmsds

ACID, AMINE = "CC(=O)Oc1ccccc1C(=O)O", "NCCc1ccccc1"


def write(path: Path, *records: tuple[str, Chem.Mol, int]) -> Path:
    """An SD file of (name, molecule, conformer)."""
    with Chem.SDWriter(str(path)) as writer:
        for name, mol, conformer in records:
            named = Chem.Mol(mol)
            named.SetProp("_Name", name)
            named.SetProp("molgen_energy", f"{conformer}.5")
            writer.write(named, confId=conformer)
    return path


def shuffled(mol: Chem.Mol, seed: int) -> Chem.Mol:
    order = np.random.default_rng(seed).permutation(mol.GetNumAtoms()).tolist()
    return Chem.RenumberAtoms(mol, order)


def test_records_of_a_molecule_need_not_be_neighbors(tmp_path: Path) -> None:
    acid, amine = embedded(ACID, 3), embedded(AMINE, 2)
    path = write(tmp_path / "x.sdf", ("a", acid, 0), ("b", amine, 0), ("a", acid, 2), ("b", amine, 1), ("a", acid, 1))
    found, failed = read_ensembles(path)
    assert failed == []
    assert [(one.name, len(one), one.named) for one in found] == [("a", 3, True), ("b", 2, True)]
    assert [member.place for member in found[0].members] == ["record 1", "record 3", "record 5"]
    assert [member.properties["molgen_energy"] for member in found[0].members] == [0.5, 2.5, 1.5]
    assert found[0].mol.GetNumAtoms() == acid.GetNumAtoms()
    third = found[0].mol.GetConformer(2).GetPositions()
    assert third == pytest.approx(acid.GetConformer(1).GetPositions(), abs=1e-3)


def test_other_atom_orders_and_missing_hydrogens_are_brought_into_line(tmp_path: Path) -> None:
    acid = embedded(ACID, 4)
    records = [("a", acid, 0), ("a", shuffled(acid, 1), 1), ("a", Chem.RemoveHs(acid), 2)]
    records.append(("a", Chem.RemoveHs(shuffled(acid, 2)), 3))
    (one,), _ = read_ensembles(write(tmp_path / "x.sdf", *records))
    assert one.mol.GetNumAtoms() == 13  # heavy atoms only, since not all have hydrogens
    matrix = symmetric_rmsds(one.mol, acid, superpose=False).rmsd
    assert np.diagonal(matrix).max() < 1e-3
    assert matrix[0, 1] > 0.1


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["", "", ""], [3]),  # no names
        (["c_1", "c_2", "c_3"], [3]),  # a new name for every conformer
        (["1abc", "1abc", "2def"], [2, 1]),  # names of molecules
    ],
)
def test_names_divide_records_only_if_they_name_molecules(
    names: list[str], expected: list[int], tmp_path: Path
) -> None:
    mol = embedded(AMINE, 3)
    path = write(tmp_path / "x.sdf", *((name, mol, number) for number, name in enumerate(names)))
    assert [len(one) for one in read_ensembles(path)[0]] == expected


def test_names_of_references_name_molecules(tmp_path: Path) -> None:
    mol = embedded(AMINE, 2)
    reference, _ = read_ensembles(write(tmp_path / "r.sdf", ("1abc", mol, 0), ("1abc", mol, 1), ("2def", mol, 1)))
    found, _ = read_ensembles(write(tmp_path / "x.sdf", ("1abc", mol, 0), ("2def", mol, 1)), reference)
    assert [[one.name for one in matching(each, reference)] for each in found] == [["1abc"], ["2def"]]


def test_without_names_the_structure_finds_its_references(tmp_path: Path) -> None:
    right, left = embedded("C[C@H](O)c1ccccc1", 1), embedded("C[C@@H](O)c1ccccc1", 1)
    reference, _ = read_ensembles(write(tmp_path / "r.sdf", ("R", right, 0), ("S", left, 0)))
    assert len(reference) == 2 or len(reference[0]) == 2
    reference = [read_ensembles(write(tmp_path / f"{n}.sdf", (n, m, 0)))[0][0] for n, m in (("R", right), ("S", left))]
    found, _ = read_ensembles(write(tmp_path / "x.sdf", ("", left, 0), ("", right, 0)), reference)
    assert [[one.name for one in matching(each, reference)] for each in found] == [["S"], ["R"]]


def test_another_protonation_state_is_the_same_molecule(tmp_path: Path) -> None:
    anion = embedded("CC(=O)Oc1ccccc1C(=O)[O-]", 1)
    reference, _ = read_ensembles(write(tmp_path / "r.sdf", ("x", embedded(ACID, 1), 0)))
    found, _ = read_ensembles(write(tmp_path / "x.sdf", ("y", anion, 0)), reference)
    assert matching(found[0], reference) == reference
    assert matching(read_ensembles(write(tmp_path / "z.sdf", ("z", embedded(AMINE), 0)))[0][0], reference) == []


def test_several_references_are_joined_in_one_order(tmp_path: Path) -> None:
    acid = embedded(ACID, 2)
    first, _ = read_ensembles(write(tmp_path / "a.sdf", ("a", acid, 0)))
    second, _ = read_ensembles(write(tmp_path / "b.sdf", ("b", shuffled(acid, 5), 1)))
    both = joined([*first, *second])
    assert both.GetNumConformers() == 2
    assert np.diagonal(symmetric_rmsds(both, acid, superpose=False).rmsd).max() < 1e-3


def test_records_that_cannot_be_used_keep_their_place_and_reason(tmp_path: Path) -> None:
    path = write(tmp_path / "x.sdf", ("good", embedded(ACID, 1), 0))
    flat = Chem.MolToMolBlock(Chem.MolFromSmiles("CCO"))
    path.write_text(f"broken\n\n\nnonsense\n$$$$\n{path.read_text()}{flat}$$$$\n")
    found, failed = read_ensembles(path)
    assert [one.members[0].place for one in found] == ["record 2"]
    assert [(record.place, bool(record.error)) for record in failed] == [("record 1", True), ("record 3", True)]
    assert "3D" in str(failed[1].error)


def test_a_file_without_structures_is_refused(tmp_path: Path) -> None:
    (tmp_path / "flat.sdf").write_text(Chem.MolToMolBlock(Chem.MolFromSmiles("CCO")) + "$$$$\n")
    with pytest.raises(InputError, match=r"record 1: no structure can be used: there are no 3D coordinates"):
        read_ensembles(tmp_path / "flat.sdf")
    with pytest.raises(InputError, match="no such file"):
        read_ensembles(tmp_path / "none.sdf")
