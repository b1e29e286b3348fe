"""Structure files to training sets: crystal complexes in common layouts, pieces of proteins, failures, resuming."""

import csv
import shutil
from pathlib import Path

import numpy as np
import pytest
from command_line import exit_code
from complexes import ligand_of_file, ligand_path, protein_path
from rdkit import Chem
from safetensors.numpy import load_file

from molgen.chem.features.molecule_features import molecule_graph
from molgen.chem.features.pocket_features import POCKET_COLUMNS
from molgen.chem.molecules.protonation import protonate
from molgen.datasets.parts import block_runner as blocks
from molgen.datasets.parts.part_files import find_parts
from molgen.datasets.records.complexes import load_complexes
from molgen.datasets.structure_files import find_complexes, find_proteins
from molgen.docking.prepare.complexes import ComplexConfig, placed_ligand, prepare_complexes
from molgen.docking.prepare.fragment_config import FragmentConfig
from molgen.docking.prepare.fragments import prepare_fragments
from molgen.errors import InputError, ParseError

FEW = FragmentConfig(per_protein=12, block=1)
RESIDUE = list(POCKET_COLUMNS).index("residue")


@pytest.fixture(scope="module")
def complexes(tmp_path_factory) -> Path:
    """A folder in the layout of PDBbind: two complexes, one without a ligand, one whose ligand is elsewhere."""
    folder = tmp_path_factory.mktemp("set") / "train"
    for name, code, ligand in (("1ia1", "1ia1", "1ia1"), ("1of6", "1of6", "1of6"), ("2bad", "1of6", "1ia1")):
        (folder / name).mkdir(parents=True)
        shutil.copy(protein_path(code), folder / name / f"{name}_protein.pdb")
        shutil.copy(ligand_path(ligand), folder / name / f"{name}_ligand.sdf")
    (folder / "3bad").mkdir()
    shutil.copy(protein_path("1of6"), folder / "3bad" / "protein.pdb")
    (folder.parent / "index.csv").write_text("id,cluster,split\n1ia1,c0007,train\n")
    return folder


@pytest.fixture(scope="module")
def proteins(tmp_path_factory) -> Path:
    """A folder with two proteins, and a file that is none."""
    folder = tmp_path_factory.mktemp("proteins")
    for code in ("1ia1", "1of6"):
        lines = [line for line in protein_path(code).read_text().splitlines() if line.startswith(("ATOM", "HETATM"))]
        (folder / f"{code}.pdb").write_text("\n".join([*lines[:1200], "END", ""]))
    (folder / "zzz.pdb").write_text("nothing\n")
    return folder


@pytest.fixture(scope="module")
def prepared(complexes, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("prepared")
    summary = prepare_complexes(complexes, folder)
    assert (summary.prepared, summary.examples, summary.failures) == (2, 2, 2)
    return folder


def failures(folder: Path) -> dict[str, str]:
    with (folder / "failures.csv").open() as file:
        return {row["name"]: row["reason"] for row in csv.DictReader(file)}


def contents(folder: Path) -> dict[str, dict[str, bytes]]:
    """The arrays of every part; the order of the metadata in a file varies."""
    return {path.name: {k: v.tobytes() for k, v in load_file(path).items()} for path in find_parts(folder)}


def test_complexes_have_the_graph_of_docking_and_the_pose_of_the_crystal(prepared):
    records, _ = load_complexes(find_parts(prepared))
    assert [record.name for record in records] == ["1ia1", "1of6"]
    for record in records:
        graph = record.graph
        mol = ligand_of_file(record.name)
        crystal = mol.GetConformer().GetPositions()
        assert np.abs(record.positions + record.protein.origin - crystal).max() < 0.0051
        expected = molecule_graph(protonate(mol, 7.4)[0])
        assert np.array_equal(graph.atoms, expected.atoms)
        assert np.array_equal(graph.torsions, expected.torsions)
        assert record.excluded == (-1, -1)
    tyrosine = records[1].graph
    assert sorted(tyrosine.atoms[:, 1].tolist()).count(1) == 1  # a carboxylate
    assert sorted(tyrosine.atoms[:, 1].tolist()).count(3) == 1  # an ammonium


def test_the_pocket_is_around_the_ligand_with_its_cofactor(prepared):
    record = load_complexes(find_parts(prepared))[0][0]
    pocket = record.pocket
    distance = np.linalg.norm(pocket.positions[:, None] - record.positions, axis=-1).min(1)
    assert 2.0 < distance.min() < 4.0
    assert 19.0 < distance.max() <= 20.02
    assert (pocket.atoms[distance < 5, RESIDUE] == 23).any()


def test_clusters_come_from_the_index_next_to_the_folder(prepared):
    assert [record.cluster for record in load_complexes(find_parts(prepared))[0]] == ["c0007", "1of6"]


def test_every_complex_that_fails_has_a_reason(prepared):
    found = failures(prepared)
    assert set(found) == {"2bad", "3bad"}
    assert found["3bad"] == "there is no file of the ligand"
    assert found["2bad"]


def test_a_table_of_paths_is_read_as_well(complexes, tmp_path):
    table = complexes / "table.csv"
    table.write_text("protein,ligand,name,cluster\n1of6/1of6_protein.pdb,1of6/1of6_ligand.sdf,mine,k\n")
    assert prepare_complexes(table, tmp_path).examples == 1
    (record,), _ = load_complexes(find_parts(tmp_path))
    assert (record.name, record.cluster) == ("mine", "k")
    table.unlink()


def test_the_second_ligand_file_counts_when_the_first_is_broken(complexes, tmp_path):
    shutil.copytree(complexes / "1of6", tmp_path / "in" / "1of6")
    own = tmp_path / "in" / "1of6"
    (own / "1of6_ligand.sdf").rename(own / "x_ligand.sdf")
    (own / "ligand.sdf").write_text("broken\n")
    assert [path.name for path in find_complexes(tmp_path / "in")[0].ligands] == ["ligand.sdf", "x_ligand.sdf"]
    assert prepare_complexes(tmp_path / "in", tmp_path / "out").examples == 1


def test_ligands_that_are_too_large_are_named_failures(complexes, tmp_path):
    assert prepare_complexes(complexes, tmp_path, ComplexConfig(max_heavy_atoms=15), limit=2).examples == 1
    assert "at most 15" in failures(tmp_path)["1ia1"]


def test_a_ligand_whose_bonds_are_not_those_of_its_coordinates_is_refused():
    mol = Chem.Mol(ligand_of_file("1of6"))
    assert placed_ligand(mol, "x", "c", ComplexConfig()).name == "x"
    ends = [mol.GetConformer().GetAtomPosition(k) for k in (0, 8)]
    mol.GetConformer().SetAtomPosition(0, ends[1])
    mol.GetConformer().SetAtomPosition(8, ends[0])
    with pytest.raises(ParseError, match="a bond of the ligand is"):
        placed_ligand(mol, "x", "c", ComplexConfig())


def test_pieces_do_not_depend_on_the_number_of_processes(proteins, tmp_path):
    one, two = tmp_path / "one", tmp_path / "two"
    summary = prepare_fragments(proteins, one, FEW)
    assert (summary.prepared, summary.examples, summary.failures) == (2, 24, 1)
    assert prepare_fragments(proteins, two, FEW, workers=2) == summary
    assert contents(one) == contents(two)
    assert set(failures(one)) == {"zzz"}


def test_pieces_of_a_set_are_whole_and_their_pockets_lack_them(proteins, tmp_path):
    prepare_fragments(proteins, tmp_path, FEW, limit=2)
    records, _ = load_complexes(find_parts(tmp_path))
    assert {record.cluster for record in records} == {"1ia1", "1of6"}
    for record in records:
        graph, positions, pocket = record.graph, record.positions, record.pocket
        lengths = np.linalg.norm(positions[graph.bond_index[0]] - positions[graph.bond_index[1]], axis=1)
        assert 1.1 < lengths.min() < lengths.max() < 2.0
        distance = np.linalg.norm(pocket.positions[:, None] - positions, axis=-1)
        assert 1.8 < distance.min() < 4.5
        assert (distance < 4.5).sum() > 2 * len(positions) - 2  # up to the rounding of coordinates


def test_an_interrupted_run_goes_on_with_the_missing_part(proteins, tmp_path):
    expected = prepare_fragments(proteins, tmp_path, FEW)
    whole = contents(tmp_path)
    for path in tmp_path.glob("part-00001*"):
        path.unlink()
    done: list[int] = []
    assert prepare_fragments(proteins, tmp_path, FEW, on_block=done.append) == expected
    assert done == [1]
    assert contents(tmp_path) == whole
    with pytest.raises(InputError, match="another seed;"):
        prepare_fragments(proteins, tmp_path, FragmentConfig(per_protein=12, block=1, seed=1))


def test_a_block_that_a_limit_cut_short_is_made_again(proteins, tmp_path):
    config = FragmentConfig(per_protein=12)
    assert prepare_fragments(proteins, tmp_path, config, limit=1).examples == 12
    assert prepare_fragments(proteins, tmp_path, config).examples == 24
    assert len(load_complexes(find_parts(tmp_path))[0]) == 24


def test_a_part_that_would_be_too_large_becomes_two(proteins, tmp_path, monkeypatch):
    monkeypatch.setattr(blocks, "MAX_PART_BYTES", 30_000)
    prepare_fragments(proteins, tmp_path, FragmentConfig(per_protein=12))
    assert [path.name for path in find_parts(tmp_path)] == ["part-00000-1.safetensors", "part-00000.safetensors"]
    assert len(load_complexes(find_parts(tmp_path))[0]) == 24


def test_paths_of_an_index_count_from_its_folder_or_the_one_above(proteins, tmp_path):
    for place in (tmp_path / "proteins", tmp_path / "other"):
        place.mkdir()
        shutil.copy(proteins / "1of6.pdb", place / "1of6.pdb")
    index = tmp_path / "proteins" / "index.csv"
    index.write_text("pdb_id,file,cluster\n1abc,other/1of6.pdb,p1\n2abc,1of6.pdb,p2\n")
    found = find_proteins(index)
    assert [(one.name, one.cluster, one.path.parent.name) for one in found] == [
        ("1abc", "p1", "other"),
        ("2abc", "p2", "proteins"),
    ]
    index.write_text("file\nnone.pdb\n")
    with pytest.raises(InputError, match=r"none\.pdb"):
        find_proteins(index)


def test_an_empty_folder_is_refused(tmp_path):
    empty = tmp_path / "set" / "empty"  # an index.csv beside a folder would be read
    empty.mkdir(parents=True)
    with pytest.raises(InputError, match="no complexes"):
        find_complexes(empty)
    with pytest.raises(InputError, match="no proteins"):
        find_proteins(empty)


@pytest.mark.parametrize(
    ("command", "expected"), [("fragments", "5 pieces of 1 proteins"), ("complexes", "1 complexes in")]
)
def test_the_command_line_makes_both(complexes, proteins, tmp_path, capsys, command, expected):
    source, settings = (proteins, ["--set", "per_protein=5"]) if command == "fragments" else (complexes, [])
    assert exit_code("prepare", command, str(source), "-o", str(tmp_path), "--limit", "1", *settings) == 0
    assert expected in capsys.readouterr().out
