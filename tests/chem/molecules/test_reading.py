"""Every record of every kind of input becomes a molecule or a named failure."""

import gzip
import os
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rdkit import Chem, rdBase

from molgen.chem.molecules.reading import read_molecules
from molgen.errors import InputError, MolgenError


def molblock(smiles, name=""):
    mol = Chem.MolFromSmiles(smiles, sanitize=False)
    mol.SetProp("_Name", name)
    return Chem.MolToMolBlock(mol, kekulize=False)


def sdf(*smiles):
    return "".join(f"{molblock(text, f'mol {number}')}$$$$\n" for number, text in enumerate(smiles, start=1))


def write(path, content):
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def summary(source):
    return [(r.name, r.place, r.mol and Chem.MolToSmiles(Chem.RemoveHs(r.mol))) for r in read_molecules(source)]


def test_a_smiles_gives_one_record_named_after_itself_or_what_follows_it():
    assert summary("OCC") == [("OCC", None, "CCO")]
    assert summary("OCC ethyl  alcohol") == [("ethyl alcohol", None, "CCO")]
    assert summary("C[C@H](O)F |o1:1| one of two") == [("one of two", None, "C[C@H](O)F")]


@pytest.mark.parametrize(
    ("smiles", "reason"),
    [
        ("C1CC", "unclosed ring"),
        ("CC)", "extra close parentheses at character 3"),
        ("C[Xx]", "syntax error at character 3"),
        ("CC(C)(C)(C)C", "valence 5 of C at atom 2 is greater than permitted"),
        ("c1cccc1", "the aromatic ring of atoms 1, 2, 3, 4, 5 has no alternating single and double bonds"),
        ("CC>>CC", "a reaction is no molecule; give its reactants or products"),
        ("LFQSCWFLJHTTHZ-UHFFFAOYSA-N", "an InChIKey does not hold the molecule that it stands for"),
    ],
)
def test_a_bad_smiles_is_explained_in_one_line(smiles, reason, capfd):
    (record,) = read_molecules(smiles)
    assert record.mol is None
    assert record.error == reason
    assert capfd.readouterr() == ("", "")  # RDKit's own log stays silent


@pytest.mark.parametrize("source", ["CCO\nCCN", "CCO x\r\nCCN y", ["CCO\nCCN"]])
def test_several_lines_are_not_one_smiles_and_its_name(source):
    (record,) = read_molecules(source)
    assert record.mol is None
    assert "several lines" in (record.error or "")
    assert "\n" not in record.name + record.source


def test_one_line_may_end_in_a_line_break():
    (record,) = read_molecules("CCO ethanol\r\n")
    assert (record.error, record.name) == (None, "ethanol")


def test_rdkits_log_is_back_after_reading(capfd):
    rdBase.LogToCppStreams()  # some packages, once imported, send it elsewhere
    rdBase.EnableLog("rdApp.error")  # whatever ran before in this process
    list(read_molecules("C1CC"))
    Chem.MolFromSmiles("C1CC")
    assert "unclosed ring" in capfd.readouterr().err


def test_threads_get_their_own_reasons():
    found = {}

    def read(smiles):
        found[smiles] = {record.error for _ in range(200) for record in read_molecules(smiles)}

    threads = [threading.Thread(target=read, args=(smiles,)) for smiles in ("C1CC", "CC)", "CCO")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == {"C1CC": {"unclosed ring"}, "CC)": {"extra close parentheses at character 3"}, "CCO": {None}}


def test_a_smiles_file_with_bom_crlf_header_comment_and_blank_lines(tmp_path):
    text = "\ufeffSMILES\tname\r\nCCO\tethanol, pure\r\n\r\n# a comment\r\nC1CC broken\r\nc1ccccc1"
    path = write(tmp_path / "lib.smi", text)
    wanted = [("ethanol, pure", "line 2", "CCO"), ("broken", "line 5", None), ("lib_3", "line 6", "c1ccccc1")]
    assert summary(path) == wanted
    assert summary(str(path)) == wanted
    assert {record.source for record in read_molecules(path)} == {str(path)}
    assert [record.index for record in read_molecules(path)] == [0, 1, 2]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.csv", 'id,SMILES,mass\n"x, y",CCO,46\n,C,16\n'),
        ("a.csv", "\nid;smiles\nx, y;CCO\n;C\n"),
        ("a.tsv", "smiles\tname\nCCO\tx, y\nC\n"),
        ("a.csv", "canonical_smiles,compound_id\nCCO,'x, y'\n".replace("'", '"') + "C,\n"),
    ],
)
def test_tables_with_any_delimiter_and_column_order(tmp_path, name, text):
    assert [row[::2] for row in summary(write(tmp_path / name, text))] == [("x, y", "CCO"), ("a_2", "C")]


def test_a_table_in_a_smiles_file_is_read_as_one(tmp_path):
    path = tmp_path / "x.smi"
    path.write_text("# exported\nName,SMILES,pIC50\nethanol,CCO,5\n")
    (record,) = read_molecules(path)
    assert (record.name, record.molecule().GetProp("pIC50"), record.place) == ("ethanol", "5", "line 3")


@pytest.mark.parametrize(
    ("line", "hint"),
    [
        ("CCO,ethanol", "syntax error at character 4; a space or a tab, not a comma, separates a SMILES from its name"),
        ("mol1 CCO", "syntax error at character 1; the SMILES comes first, then the name: is it CCO?"),
        ("C1CC ring", "unclosed ring"),
    ],
)
def test_columns_in_another_order_are_named(tmp_path, line, hint):
    path = tmp_path / "x.smi"
    path.write_text(f"{line}\n")
    assert next(read_molecules(path)).error == hint


def test_table_rows_are_located_by_line_and_rows_without_smiles_fail(tmp_path):
    path = write(tmp_path / "a.csv", "\nname,smiles\none,C\n\ntwo,\nthree\n,\n")
    records = list(read_molecules(path))
    assert [(r.name, r.place, r.error) for r in records] == [
        ("one", "line 3", None),
        ("two", "line 5", "there is no SMILES"),
        ("three", "line 6", "there is no SMILES"),
    ]


def test_a_broken_sdf_record_does_not_take_its_neighbors_along(tmp_path):
    good, bad, last = molblock("CCO", "good"), molblock("CN(C)(C)C", "pentavalent"), molblock("CC", "last")
    text = f"{good}> <x>\n1\n\n$$$$\n{good[:150]}\n$$$$\n{bad}$$$$\nnonsense\n$$$$\n{last}"
    records = list(read_molecules(write(tmp_path / "a.sdf", text)))
    assert [record.place for record in records] == [f"record {number}" for number in range(1, 6)]
    assert [record.name for record in records] == ["good", "good", "pentavalent", "nonsense", "last"]
    assert [record.mol is not None for record in records] == [True, False, False, False, True]
    assert records[0].mol.GetProp("x") == "1"
    assert "M  END" in records[1].error
    assert records[2].error == "valence 4 of N at atom 2 is greater than permitted"


def test_a_truncated_sdf_ends_in_a_failure(tmp_path):
    records = list(read_molecules(write(tmp_path / "a.sdf", sdf("CC", "CCO")[:-60])))
    assert [record.error for record in records[:1]] == [None]
    assert "M  END" in records[-1].error
    assert len(records) == 2


def test_coordinates_hydrogens_and_their_stereo_survive(tmp_path):
    from rdkit.Chem import rdDistGeom

    mol = Chem.AddHs(Chem.MolFromSmiles("C[C@H](O)F"))
    rdDistGeom.EmbedMolecule(mol, randomSeed=1)
    (record,) = read_molecules(write(tmp_path / "a.mol", Chem.MolToMolBlock(mol).replace("\n", "\r\n")))
    assert record.mol.GetNumAtoms() == mol.GetNumAtoms()
    assert abs(record.mol.GetConformer().GetPositions() - mol.GetConformer().GetPositions()).max() < 1e-4
    assert Chem.MolToSmiles(Chem.RemoveHs(record.mol)) == "C[C@H](O)F"


def test_gzipped_files_read_like_plain_ones(tmp_path):
    for name, text in {"a.smi": "CCO x\nC y\n", "a.csv": "smiles,name\nCCO,x\nC,y\n", "a.sdf": sdf("CCO", "C")}.items():
        plain = summary(write(tmp_path / name, text))
        assert summary(write(tmp_path / f"{name}.gz", gzip.compress(text.encode()))) == plain
        assert [row[2] for row in plain] == ["CCO", "C"]


def test_a_gzip_file_that_breaks_off_keeps_what_came_before(tmp_path):
    lines = "".join(f"{'C' * (1 + number % 30)} name{number * 7919}\n" for number in range(5000))
    records = list(read_molecules(write(tmp_path / "a.smi.gz", gzip.compress(lines.encode())[:-4000])))
    assert len(records) > 100
    assert all(record.mol is not None for record in records[:-1])
    assert "damaged gzip" in records[-1].error


@pytest.mark.parametrize(
    "text", ["sep=;\nsmiles;name\nCCO;a\n", "\nsmiles|name\nCCO|a\n", "sep=\t\nsmiles\tname\nCCO\ta\n"]
)
def test_separators_of_tables(tmp_path, text):
    (record,) = summary(write(tmp_path / "a.csv", text))
    assert record == ("a", "line 3", "CCO")


def test_utf16_and_the_letters_of_windows(tmp_path):
    assert summary(write(tmp_path / "a.csv", "smiles,name\nCCO,caf\u00e9\n".encode("utf-16"))) == [
        ("caf\u00e9", "line 2", "CCO")
    ]
    windows = "smiles;name\nCCO;\u00c4thanol \u20ac\nCCN;caf\u00e9\n".encode("cp1252")
    assert [name for name, *_ in summary(write(tmp_path / "b.csv", windows))] == ["\u00c4thanol \u20ac", "caf\u00e9"]


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.smi", "", "the file holds no molecules"),
        ("a.sdf", "\n\n", "the file holds no molecules"),
        ("a.csv", "smiles,name\n", "the file holds no molecules"),
        ("a.csv", "id,mass\n1,2\n", "no column 'smiles' among id, mass"),
        ("a.smi.gz", "no gzip", "damaged gzip file"),
        ("a.mol2", "x", "the file holds no molecules"),
        ("a.pdb", "x", "the file holds no molecules"),
        ("a.xyz", "x", "cannot read .xyz files"),
        ("data", "x", "cannot read such files"),
    ],
)
def test_a_file_without_molecules_is_one_error_that_names_it(tmp_path, name, content, reason):
    path = write(tmp_path / name, content)
    with pytest.raises(InputError) as error:
        list(read_molecules(path))
    assert str(error.value).startswith(f"{path}: {reason}")


def test_missing_files_folders_and_nothing_are_refused_at_once(tmp_path):
    for source in ("missing.smi", "missing.sdf.gz", Path("missing"), "missing.pdb"):
        with pytest.raises(InputError, match=r"^missing.*: no such file$"):
            read_molecules(source)
    with pytest.raises(InputError, match="is a folder"):
        read_molecules(str(tmp_path))
    with pytest.raises(InputError, match="empty"):
        read_molecules("  ")


def test_mols_and_mixed_lists_are_inputs_too():
    named = Chem.MolFromSmiles("CC")
    named.SetProp("_Name", "ethane")
    assert summary(named) == [("ethane", None, "CC")]
    assert summary([named, "C1CC bad", None, Chem.Mol()]) == [
        ("ethane", None, "CC"),
        ("bad", None, None),
        ("molecule_3", None, None),
        ("molecule_4", None, None),
    ]


def test_the_first_record_comes_before_the_rest_is_there(tmp_path):
    os.mkfifo(tmp_path / "a.smi")
    seen = threading.Event()
    in_time = []

    def feed():
        with (tmp_path / "a.smi").open("w") as handle:
            handle.write("CCO first\n")
            handle.flush()
            in_time.append(seen.wait(timeout=10))

    writer = threading.Thread(target=feed)
    writer.start()
    records = read_molecules(tmp_path / "a.smi")
    assert next(records).name == "first"
    seen.set()
    writer.join()
    assert in_time == [True]


@given(st.text())
def test_any_text_is_a_molecule_or_a_one_line_error(text):
    try:
        (record,) = read_molecules(text)
    except MolgenError as error:
        outcome, reason = None, str(error)
    else:
        outcome, reason = record.mol, record.error
    assert (outcome is None) != (reason is None)
    assert reason is None or (reason and len(reason.splitlines()) == 1)


@given(st.lists(st.text(alphabet="CNOPSFclno[]()=#123@+-/\\.%Hr *é\u2028\x00", min_size=1), min_size=1))
def test_n_lines_give_n_records(tmp_path_factory, lines):
    lines = [line for line in lines if line.strip() and not line.lstrip().startswith("#")]
    path = tmp_path_factory.getbasetemp() / "any.smi"
    path.write_text("smiles name\n" + "".join(f"{line}\n\n" for line in lines), encoding="utf-8", newline="\n")
    if lines:
        records = list(read_molecules(path))
        assert [record.place for record in records] == [f"line {2 * number}" for number in range(1, len(lines) + 1)]
        assert all((record.mol is None) != (record.error is None) for record in records)


@pytest.mark.parametrize("name", ["ligand 1.sdf", "x.smi", "lig.csv"])
def test_a_smiles_whose_name_ends_like_a_file_is_a_smiles(name):
    assert summary(f"CCO {name}") == [(name, None, "CCO")]
    with pytest.raises(InputError, match="no such file"):
        read_molecules(f"my {name}")


def test_an_inchi_is_read_wherever_a_smiles_is(tmp_path):
    inchi = "InChI=1S/C3H7NO2/c1-2(4)3(5)6/h2H,4H2,1H3,(H,5,6)/t2-/m0/s1"
    assert summary(f"{inchi} alanine") == [("alanine", None, "C[C@H](N)C(=O)O")]
    path = write(tmp_path / "a.ism", f"{inchi} alanine\nCO methanol\nInChI=1S/nothing broken\n")
    assert [row[2] for row in summary(path)] == ["C[C@H](N)C(=O)O", "CO", None]
    assert [record.error for record in read_molecules(path)][2] == "not an InChI"


@pytest.mark.parametrize(
    "text",
    [
        "CCO a\nC1CC b\n",
        "smiles,name\nCCO,a\nC1CC,b\n",
        sdf("CCO", "CN(C)(C)C").replace("mol 1", "a").replace("mol 2", "b"),
    ],
)
def test_standard_input_is_read_in_any_format_also_compressed(tmp_path, monkeypatch, text):
    for number, data in enumerate((text.encode(), gzip.compress(text.encode()))):
        with write(tmp_path / str(number), data).open() as file:
            monkeypatch.setattr("sys.stdin", file)
            records = list(read_molecules("-"))
            assert not file.closed
        assert [(r.name, r.source, r.mol is not None) for r in records] == [
            ("a", "standard input", True),
            ("b", "standard input", False),
        ]


def test_a_closed_standard_input_is_one_error(monkeypatch):
    monkeypatch.setattr("sys.stdin", None)
    with pytest.raises(InputError, match="standard input"):
        list(read_molecules("-"))
