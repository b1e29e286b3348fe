"""Tables of pairs of a protein and a ligand: both headers, names of files, and rows that fail."""

from pathlib import Path

import pytest
from rdkit import Chem
from structure_texts import tripeptide

from molgen.docking import pairs
from molgen.docking.pairs import PairDocking, dock_pairs_to_file, read_pairs
from molgen.docking.records import config_of
from molgen.docking.run import Setting
from molgen.errors import InputError


def table(folder: Path, *rows: str) -> Path:
    path = folder / "pairs.csv"
    path.write_text("\n".join(rows) + "\n")
    return path


def test_rows_have_what_the_columns_say(tmp_path: Path) -> None:
    (tmp_path / "a.pdb").write_text("\n".join(tripeptide()))
    path = table(tmp_path, "protein,ligand,pocket,name", 'a.pdb,CCO,"box:1,2,3",first', "", "b.pdb,CCN,,")
    first, second = read_pairs(path)
    assert (first.protein, first.ligand, first.pocket) == (str(tmp_path / "a.pdb"), "CCO", "box:1,2,3")
    assert (first.name, first.place, second.name, second.place) == ("first", "line 2", "pairs_2", "line 4")


def test_the_header_of_diffdock_is_read(tmp_path: Path) -> None:
    header = "complex_name,protein_path,ligand_description,protein_sequence"
    first, second = read_pairs(table(tmp_path, header, "x,a.pdb,CCO,", "y,,CCN,MKV"))
    assert (first.name, first.protein, first.ligand, first.pocket) == ("x", "a.pdb", "CCO", "")
    with pytest.raises(InputError, match="a sequence alone cannot be docked to"):
        PairDocking(config_of())(second)


def test_the_separator_of_excel_is_passed_over(tmp_path: Path) -> None:
    (pair,) = read_pairs(table(tmp_path, "sep=;", "protein;ligand", "a.pdb;CCO"))
    assert (pair.ligand, pair.place) == ("CCO", "line 3")


def test_a_table_without_a_column_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no column 'ligand' among protein, x"):
        list(read_pairs(table(tmp_path, "protein,x", "a,b")))
    with pytest.raises(InputError, match="the table has no rows"):
        list(read_pairs(table(tmp_path, "protein,ligand")))


def test_a_row_whose_cells_cannot_be_told_apart_is_not_docked(tmp_path: Path) -> None:
    rows = "a.pdb,CCO,box:1,2,3", 'a.pdb,CCO,"box:1,2,3', "a.pdb,CCN,"
    (tmp_path / "pairs.csv").write_text("\n".join(("", "protein,ligand,pocket", *rows)))
    unquoted, unclosed, fine = read_pairs(tmp_path / "pairs.csv")
    assert [pair.place for pair in (unquoted, unclosed, fine)] == ["line 3", "line 4", "line 5"]
    with pytest.raises(InputError, match="5 cells below 3 columns: a cell with the separator in it needs quotation"):
        PairDocking(config_of())(unquoted)
    assert (unclosed.error, fine.error) == ("a quotation mark at the beginning of a cell is not closed", "")


def test_every_pair_ends_as_a_row_that_names_what_is_wrong(tmp_path: Path) -> None:
    (tmp_path / "a.pdb").write_text("\n".join(tripeptide()))
    (tmp_path / "two.smi").write_text("CCO\nCCN\n")
    path = table(tmp_path, "protein;ligand;pocket", "no.pdb;CCO;", "a.pdb;C1CC;box:0,0,0", "a.pdb;two.smi;box:0,0,0")
    work = PairDocking(config_of(proposals="random", rank="energy"))
    rows = dock_pairs_to_file(path, tmp_path / "out.sdf", work)
    assert [row.place for row in rows] == ["line 2", "line 3", "line 4"]
    assert rows[0].error == "no.pdb: no such file"
    assert "unclosed ring" in (rows[1].error or "")
    assert "is one molecule, and this file has more" in (rows[2].error or "")
    assert not (tmp_path / "out.sdf").exists()


@pytest.mark.parametrize("condition", [{"require": ("hbond:A:ILE:99",)}, {"forbid": ("hbond:A:ILE:99",)}])
def test_a_condition_on_a_residue_that_the_protein_of_a_pair_lacks_fails_the_pair(tmp_path: Path, condition) -> None:
    (tmp_path / "a.pdb").write_text("\n".join(tripeptide()))
    (pair,) = read_pairs(table(tmp_path, "protein,ligand,pocket", 'a.pdb,CCO,"box:0,0,0"'))
    with pytest.raises(InputError, match="hbond:A:ILE:99: the receptor has no such residue"):
        PairDocking(config_of(proposals="random", rank="energy", **condition))(pair)


def test_the_site_of_a_protein_serves_the_pairs_that_follow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.pdb").write_text("\n".join(tripeptide()))
    path = table(tmp_path, "protein,ligand", "a.pdb,CCO", "a.pdb,CCN")
    seen = []
    monkeypatch.setattr(
        pairs, "dock_prepared", lambda sites, prepared, config, reference: seen.append((sites, prepared))
    )
    work = PairDocking(config_of(), pocket="box:0,0,0")
    for pair in read_pairs(path):
        work(pair)
    assert seen[0][0] is seen[1][0]
    assert [Chem.MolToSmiles(Chem.RemoveHs(one.ligand.mol)) for _, one in seen] == ["CCO", "CC[NH3+]"]


def test_what_is_decided_of_a_receptor_is_said_once_for_all_its_pairs(tmp_path: Path) -> None:
    (tmp_path / "a.pdb").write_text("\n".join([*tripeptide(), "END", tripeptide()[0]]))
    path = table(tmp_path, "protein;ligand;pocket", "a.pdb;CCO;box:0,0,0", "a.pdb;CCN;box:0,0,0")
    settings: list[Setting] = []
    config = config_of(proposals="random", rank="energy", effort="quick")
    rows = dock_pairs_to_file(path, tmp_path / "out.sdf", PairDocking(config, on_setting=settings.append))
    assert [row.error for row in rows] == [None, None]
    (setting,) = settings
    assert "atoms after the END record left out: 1" in setting.notes
