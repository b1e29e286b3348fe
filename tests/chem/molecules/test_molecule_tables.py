"""Molecules of tables, pairs and dicts: columns by name, names and data fields kept, wrong ones named."""

import pytest
from rdkit import Chem

from molgen.chem.molecules.reading import read_molecules
from molgen.errors import InputError

TEXT = "code,parent_structure,pIC50\nA-1,CCO,5.5\nA-2,C1CC,6\n"


def test_columns_of_a_table_are_chosen_by_name_and_others_become_fields(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text(TEXT)
    first, second = read_molecules(path, smiles_column="Parent_Structure", name_column="code")
    assert (first.name, first.place, first.mol.GetPropsAsDict()) == ("A-1", "line 2", {"pIC50": 5.5})
    assert (second.name, second.error) == ("A-2", "unclosed ring")


@pytest.mark.parametrize(
    ("columns", "reason"),
    [
        ({}, "no column 'smiles' among code, parent_structure, pIC50; --smiles-column"),
        ({"smiles_column": "smi"}, "no column 'smi' among code"),
        ({"smiles_column": "parent_structure", "name_column": "id"}, "no column 'id' among code"),
    ],
)
def test_a_column_that_is_not_there_is_named_with_those_that_are(tmp_path, columns, reason):
    (tmp_path / "a.csv").write_text(TEXT)
    with pytest.raises(InputError, match=reason):
        list(read_molecules(tmp_path / "a.csv", **columns))


def test_a_column_of_inchis_is_read(tmp_path):
    (tmp_path / "a.tsv").write_text("id\tInChI\nx\tInChI=1S/CH4O/c1-2/h2H,1H3\n")
    (record,) = read_molecules(tmp_path / "a.tsv")
    assert (record.name, Chem.MolToSmiles(record.mol)) == ("x", "CO")


def test_a_field_of_an_sd_file_gives_the_names(tmp_path):
    block = Chem.MolToMolBlock(Chem.MolFromSmiles("CO"))
    (tmp_path / "a.sdf").write_text(f"{block}> <ID>\nM-7\n\n$$$$\n{block}$$$$\n")
    assert [record.name for record in read_molecules(tmp_path / "a.sdf", name_column="ID")] == ["M-7", "a_2"]


def test_dataframes_dicts_and_pairs_are_read_alike():
    pandas = pytest.importorskip("pandas")
    methanol = Chem.MolFromSmiles("CO")
    frame = pandas.DataFrame({"name": ["a", None, "c"], "SMILES": ["CCO", methanol, float("nan")], "x": [1, 2.5, 3]})
    dicts = [{"name": "a", "smiles": "CCO", "x": 1}, {"mol": methanol, "x": 2.5}, {"name": "c", "smiles": None}]
    pairs = [("CCO", "a"), (methanol, ""), ("", "c")]
    for source in (frame, dicts, pairs):
        records = list(read_molecules(source))
        assert [record.name for record in records] == ["a", "molecule_2", "c"]
        assert [record.mol and Chem.MolToSmiles(record.mol) for record in records] == ["CCO", "CO", None]
        assert str(records[2].error).startswith("there is no SMILES")
    assert (
        float(next(read_molecules(frame)).mol.GetProp("x")) == float(next(read_molecules(dicts)).mol.GetProp("x")) == 1
    )


@pytest.mark.parametrize("source", [5, None, b"CCO", 1.5])
def test_what_holds_no_molecules_is_refused_in_one_line(source):
    with pytest.raises(InputError, match="no molecules can be read from"):
        read_molecules(source)


def test_an_item_that_is_no_molecule_is_one_failure():
    records = list(read_molecules(["CCO", 5, {"color": "red"}, ("bad", "a")]))
    assert [record.error is None for record in records] == [True, False, False, False]
    assert records[1].error == "not a molecule: 5"
    assert records[2].error.startswith("no column 'smiles' among color")
    assert records[3].error.endswith("(a pair is a molecule and its name)")


def test_the_column_of_molecules_of_pandas_tools_is_known():
    pandas = pytest.importorskip("pandas")
    (record,) = read_molecules(pandas.DataFrame({"ROMol": [Chem.MolFromSmiles("CCO")], "ID": ["a"]}))
    assert (record.name, record.molecule().GetNumAtoms()) == ("a", 3)


def test_a_quotation_mark_that_is_not_closed_costs_its_row_alone(tmp_path):
    rows = 'CCO,"beta', 'CCN,"a, b"', '"CCC","two', 'lines"', 'CCCC,"c', "CCCCC,d"
    (tmp_path / "a.csv").write_text("\n".join(("smiles,name", *rows)) + "\n")
    records = list(read_molecules(tmp_path / "a.csv"))
    assert [record.place for record in records] == ["line 2", "line 3", "line 4", "line 6", "line 7"]
    assert [record.name for record in records] == ["beta", "a, b", "two lines", "c", "d"]
    assert [record.error is None for record in records] == [False, True, True, False, True]
    assert records[0].error == "a quotation mark at the beginning of a cell is not closed"


def test_a_table_ends_where_nothing_below_an_open_quotation_mark_is_a_molecule(tmp_path):
    head = 'smiles\nCCO\n"CC\n'
    (tmp_path / "a.csv").write_text(head + "x\n" * 900 + "CCN\n" + "x\n" * 1200)
    records = list(read_molecules(tmp_path / "a.csv"))
    assert [record.place for record in records if record.error is None] == ["line 2", "line 904"]
    assert len(records) == 2103
    (tmp_path / "b.csv").write_text(head + "x\n" * 1200)
    records = list(read_molecules(tmp_path / "b.csv"))
    assert len(records) == 1002
    assert str(records[-1].error).startswith(
        "line 3: a quotation mark at the beginning of a cell is not closed, and none"
    )


def test_a_row_with_more_cells_than_columns_says_so(tmp_path):
    (tmp_path / "a.csv").write_text("smiles,name\nCC(O)CO,1,2-propanediol\nCCO,a,,\n")
    (tmp_path / "b.csv").write_text("name,smiles\n1,2-propanediol,CC(O)CO\n")
    cut, whole, shifted = (*read_molecules(tmp_path / "a.csv"), *read_molecules(tmp_path / "b.csv"))
    hint = "3 cells below 2 columns: a cell with the separator in it needs quotation marks"
    assert (cut.name, cut.note, whole.note) == ("1", hint, "")
    assert str(shifted.error).endswith(hint)


def test_of_two_columns_of_one_name_the_one_that_is_written_so_counts(tmp_path):
    (tmp_path / "two.csv").write_text("smiles,SMILES\nCCO,CCN\n")
    with pytest.raises(InputError, match="several columns are called 'smiles', whatever their case: smiles, SMILES"):
        list(read_molecules(tmp_path / "two.csv"))
    for column, atoms in (("smiles", "CCO"), ("SMILES", "CCN")):
        (record,) = read_molecules(tmp_path / "two.csv", smiles_column=column)
        assert Chem.MolToSmiles(record.molecule()) == atoms
