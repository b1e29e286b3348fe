"""Structures get a cluster: the named one, that of a table, or one by sequence."""

import shutil
from pathlib import Path

import pytest
from command_line import exit_code

from molgen.datasets.parts.part_files import find_parts
from molgen.datasets.records.complexes import load_complexes
from molgen.datasets.structure_clusters import with_clusters
from molgen.datasets.structure_files import find_complexes, find_proteins
from molgen.errors import ConfigError, InputError

COMPLEXES = Path(__file__).parents[2] / "data" / "complexes"
FAMILIES = {"1ia1": "1ia1", "1of6": "1of6", "1s3v": "1ia1", "1uou": "1uou"}


@pytest.fixture
def folder(tmp_path) -> Path:
    return shutil.copytree(COMPLEXES, tmp_path / "complexes")


def clusters(files) -> dict[str, str]:
    return {one.name: one.cluster for one in with_clusters(files)}


def test_complexes_and_proteins_without_an_index_are_clustered_by_sequence():
    assert clusters(find_complexes(COMPLEXES)) == FAMILIES
    assert clusters(find_proteins(COMPLEXES)) == FAMILIES


def test_an_index_wins(folder):
    (folder / "index.csv").write_text("id,cluster\n1ia1,a\n1of6,a\n1s3v,b\n1uou,b\n")
    expected = {"1ia1": "a", "1of6": "a", "1s3v": "b", "1uou": "b"}
    assert clusters(find_complexes(folder)) == clusters(find_proteins(folder)) == expected


def test_a_table_without_clusters_is_clustered_and_one_with_them_is_not(folder):
    rows = [f"{name}/protein.pdb.gz,{name}/ligand.sdf,{name}" for name in FAMILIES]
    (folder / "plain.csv").write_text("\n".join(["protein,ligand,name", *rows]))
    assert clusters(find_complexes(folder / "plain.csv")) == FAMILIES
    (folder / "named.csv").write_text("\n".join(["protein,ligand,name,cluster", *(f"{row},x" for row in rows)]))
    assert set(clusters(find_complexes(folder / "named.csv")).values()) == {"x"}


def test_a_structure_that_cannot_be_read_is_a_cluster_of_its_own(folder):
    (folder / "1s3v" / "protein.pdb.gz").write_bytes(b"nothing")
    assert clusters(find_complexes(folder))["1s3v"] == "1s3v"


def test_one_table_of_clusters_serves_sets_of_several_sources(tmp_path, capsys):
    table, output = tmp_path / "clusters.csv", tmp_path / "set"
    first, second = tmp_path / "first", tmp_path / "second"
    for name in FAMILIES:
        shutil.copytree(COMPLEXES / name, (second if name == "1ia1" else first) / name)
    assert exit_code("prepare", "clusters", first, second, "-o", table) == 0
    assert "4 structures in 3 clusters" in capsys.readouterr().out
    assert exit_code("prepare", "complexes", first, "-o", output, "--set", f"clusters={table}") == 0
    records, _ = load_complexes(find_parts(output))
    assert {record.name: record.cluster for record in records}["1s3v"] == "1ia1"


def test_a_table_that_lacks_a_structure_or_a_column_is_refused(tmp_path):
    (tmp_path / "short.csv").write_text("id,cluster\n1ia1,a\n")
    with pytest.raises(InputError, match=r"short.csv: has no cluster of 1of6"):
        with_clusters(find_complexes(COMPLEXES), str(tmp_path / "short.csv"))
    (tmp_path / "other.csv").write_text("name,family\n1ia1,a\n")
    with pytest.raises(ConfigError, match="columns id and cluster"):
        with_clusters(find_complexes(COMPLEXES), str(tmp_path / "other.csv"))
