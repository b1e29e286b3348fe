"""Pairs of complexes for the docking benchmark: superposed once, kept, and told apart."""

import gzip
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from rdkit import Chem
from structure_texts import turned_pdb

from benchmarks.common import read_rows
from benchmarks.docking import pairs as docking_pairs
from benchmarks.docking.__main__ import main
from benchmarks.docking.pairs import TABLE, load_pairs, together
from benchmarks.docking.scores import Complex
from molgen.chem.molecules.reference import reference_ligand
from molgen.chem.proteins.reading import read_protein
from molgen.errors import ParseError

DATA = Path(__file__).parents[2] / "data"
NAMES = ["1aaa_TQ3 in 1bbb_TQ3", "1bbb_TQ3 in 1aaa_TQ3"]


@pytest.fixture
def complexes(tmp_path: Path) -> Path:
    """A structure, and the same with another name: only the first has a ligand where the ligand is."""
    folder = tmp_path / "complexes"
    mol = reference_ligand(DATA / "1ia1_ligand.sdf")
    mol.SetProp("smiles", Chem.MolToSmiles(mol))
    text = (DATA / "1ia1.pdb").read_text()
    for name, structure in (("1aaa_TQ3", text), ("1bbb_TQ3", turned_pdb(text))):
        (folder / name).mkdir(parents=True)
        with gzip.open(folder / name / "protein.pdb.gz", "wt") as file:
            file.write(structure)
        Chem.SDWriter(str(folder / name / "ligand.sdf")).write(mol)
    rows = "".join(f"{name.split(' ')[0]},c1,2,0,0\n" for name in NAMES)
    (folder / "index.csv").write_text(f"id,cluster,rotatable_bonds,has_metal_near,has_cofactor_near\n{rows}")
    return folder


def test_the_structure_lies_where_the_ligand_was_seen_and_is_kept(complexes, tmp_path, monkeypatch):
    first = [pair for pair in docking_pairs.ordered_pairs(complexes) if pair.name == NAMES[0]]
    monkeypatch.setattr(docking_pairs, "ordered_pairs", lambda _: first)
    (pair,) = load_pairs(complexes, tmp_path / "pairs", None, seed=0)
    assert pair.complex_id == NAMES[0]
    assert pair.features == {"rotatable_bonds": 2, "has_metal_near": 0, "has_cofactor_near": 0, "closed_pocket": 0}
    own = read_protein(DATA / "1ia1.pdb").positions
    np.testing.assert_allclose(read_protein(pair.protein).positions[: len(own)], own, atol=5e-3)
    monkeypatch.setattr(docking_pairs, "compared_structure", None)
    (again,) = load_pairs(complexes, tmp_path / "pairs", None, seed=0)
    assert (again.complex_id, again.protein) == (pair.complex_id, pair.protein)


def test_unsound_pairs_are_left_out_and_closed_ones_asked_for(complexes, tmp_path, monkeypatch):
    def compared(pair, *_):
        if pair.name == NAMES[0]:
            raise ParseError("lacks ZN")
        return read_protein(DATA / "1ia1.pdb"), SimpleNamespace(closed=True)

    monkeypatch.setattr(docking_pairs, "compared_structure", compared)
    folder = tmp_path / "pairs"
    assert load_pairs(complexes, folder, None, seed=0) == []
    assert [pair.complex_id for pair in load_pairs(complexes, folder, None, seed=0, closed=True)] == NAMES[1:]
    rows = read_rows([folder / TABLE], lambda row: (row["id"],))
    assert {row["id"]: row["left_out"] for row in rows} == {NAMES[0]: "lacks ZN", NAMES[1]: None}


def test_a_ligand_is_one_item_with_its_first_structures():
    def pair(ligand: str, structure: str) -> Complex:
        return Complex(f"{ligand} in {structure}", Path(structure), Chem.MolFromSmiles("C"), "C", {})

    order = [pair("a", "x"), pair("b", "x"), pair("a", "y"), pair("a", "z"), pair("c", "x"), pair("c", "z")]
    first, second = together(order, 2)
    assert (first.complex_id, first.protein, first.others) == ("a in x + y", Path("x"), (Path("y"),))
    assert second.complex_id == "c in x + z"


def test_programs_for_one_structure_are_refused_several(capsys):
    with pytest.raises(SystemExit):
        main(["--pairs", "p", "--structures", "3", "--methods", "molgen,vina", "--out", "o"])
    assert "vina: one structure only" in capsys.readouterr().err
