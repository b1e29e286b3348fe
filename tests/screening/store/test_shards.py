import pytest

from molgen.chem.molecules.reading import read_molecules
from molgen.errors import InputError
from molgen.screening.library import LibraryInput
from molgen.screening.ranking import best, check_rank, export, write_best, write_failures
from molgen.screening.store.shards import ShardRow, read_rows, read_shard, renamed, shard_path, write_shard
from molgen.screening.work import MoleculeResult

COLUMNS = {"score": "number", "confidence": "number"}
BLOCK = "old\n  molgen\n\n  0  0  0  0  0  0  0  0  0  0999 V2000\nM  END\n$$$$\n"
METHANE = """C
     RDKit          3D

  1  0  0  0  0  0  0  0  0  0999 V2000
    0.0000    0.0000    0.0000 C   0  0
M  END
"""


def row(index, score=None, confidence=None, duplicate_of=None, error=None):
    result = MoleculeResult(
        error, 0.1, {} if error else {"score": score, "confidence": confidence}, "" if error else BLOCK
    )
    return ShardRow(
        LibraryInput(index, f"m{index}", f"line {index + 1}", "C" * (index + 1), 1, None), duplicate_of, result
    )


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "shards").mkdir()
    first = [row(0, -5.0, 0.5), row(1, -9.0, 0.1), row(2, error="no")]
    second = [row(3, -9.0, 0.1, duplicate_of=1), row(4, -7.0, None), row(5, -9.0, 0.9)]
    write_shard(shard_path(tmp_path, 0), first, COLUMNS)
    write_shard(shard_path(tmp_path, 1), second, COLUMNS)
    return tmp_path


def test_rows_come_back_as_they_were_written(folder):
    found = list(read_rows(folder))
    assert [one["index"] for one in found] == list(range(6))
    assert found[1] == {
        "index": 1,
        "name": "m1",
        "place": "line 2",
        "smiles": "CC",
        "status": "done",
        "error": None,
        "duplicate_of": None,
        "seconds": 0.1,
        "score": -9.0,
        "confidence": 0.1,
        "sdf": BLOCK.replace("old", "m1"),
    }
    assert found[2]["status"] == "failed"
    assert found[2]["sdf"] is None


def test_a_new_title_cannot_end_the_record():
    twice = renamed(BLOCK * 2, "$$$$ evil\nname")
    assert twice.count("$$$$\n") == 2
    assert twice.split("\n")[0] == "$$$ evil name"


def test_the_best_are_distinct_and_ties_go_to_the_earlier(folder):
    assert best(folder, "score", 3) == [1, 5, 4]
    assert best(folder, "-confidence", 10) == [5, 0, 1]


def test_the_ranked_file_holds_the_best_first(folder):
    assert write_best(folder, folder / "top.sdf", "score", 2) == 2
    text = (folder / "top.sdf").read_text()
    assert [line for line in text.split("\n") if line.startswith("m")] == ["m1", "m5"]
    assert text.count("> <molgen_library_rank>") == 2


def test_failures_are_a_table(folder):
    assert write_failures(folder) == 1
    assert (folder / "failures.csv").read_text() == "index,name,place,reason\n2,m2,line 3,no\n"


def test_all_structures_are_exported_in_order(tmp_path):
    (tmp_path / "shards").mkdir()
    item = LibraryInput(0, "a", None, "C", 1, None)
    write_shard(
        shard_path(tmp_path, 0),
        [ShardRow(item, None, MoleculeResult(None, 0.0, {}, (METHANE + "$$$$\n") * 2))],
        COLUMNS,
    )
    assert export(tmp_path, tmp_path / "all.sdf.gz") == 2
    found = list(read_molecules(tmp_path / "all.sdf.gz"))
    assert [one.name for one in found] == ["a", "a"]
    assert found[0].mol.GetProp("molgen_index") == "0"


def test_nothing_to_export_is_an_error_and_leaves_no_file(tmp_path):
    (tmp_path / "shards").mkdir()
    with pytest.raises(InputError, match="holds no structures"):
        export(tmp_path, tmp_path / "all.sdf")
    assert not (tmp_path / "all.sdf").exists()


def test_a_damaged_shard_is_named(folder):
    path = shard_path(folder, 0)
    path.write_bytes(path.read_bytes()[:200])
    with pytest.raises(InputError, match=r"part-000000.parquet: cannot be read as a shard"):
        read_shard(path)


def test_only_columns_of_the_work_rank(folder):
    assert check_rank("confidence", ("score", "-confidence")) == "-confidence"
    with pytest.raises(Exception, match="ranked by score or confidence, not mass"):
        check_rank("mass", ("score", "-confidence"))
