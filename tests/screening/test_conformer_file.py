"""A library in, an SD file and one row per input out: nothing is lost, and a file is whole or not there."""

import gzip

import pytest
from conformer_files import QUICK, failed, names, read, run

from molgen import __version__
from molgen.conformers.config import GenerateConfig
from molgen.conformers.generate import generate_conformers
from molgen.errors import InputError
from molgen.screening.conformer_file import ConformerRow

PEPTIDE = "N[C@@H](C)C(=O)" * 80 + "O"  # 401 heavy atoms
LINES = [
    "CCO ethanol",
    "C1CC broken ring",
    "CC(=O)[O-].[Na+] salt",
    f"{PEPTIDE} peptide",
    "N[Pt](N)(Cl)Cl cisplatin",
    "CCCO propanol",
    "c1ccccc1",
    "C1C[C@H]2CC[C@H]1C2 impossible",
    "CO methanol",
]
GOOD = ["ethanol", "propanol", "lib_7", "methanol"]
BAD = ["broken ring", "salt", "peptide", "cisplatin", "impossible"]


@pytest.fixture(scope="module")
def done(tmp_path_factory):
    """A library with every kind of failure, run once: (folder, rows)."""
    folder = tmp_path_factory.mktemp("library")
    (folder / "lib.smi").write_text("\n".join(LINES) + "\n")
    config = GenerateConfig(**{**vars(QUICK), "timeout": 3.0})
    return folder, run(folder / "lib.smi", folder / "out.sdf", config=config, failures=folder / "failures.csv")


def test_outputs_and_failures_add_up_to_the_inputs_in_order(done):
    folder, rows = done
    assert [row.name for row in rows] == [
        "ethanol", "broken ring", "salt", "peptide", "cisplatin", "propanol", "lib_7", "impossible", "methanol",
    ]  # fmt: skip
    assert [row.place for row in rows] == [f"line {k}" for k in range(1, 10)]
    assert names(folder / "out.sdf") == GOOD == [row.name for row in rows if row.error is None]
    assert [row["name"] for row in failed(folder / "failures.csv")] == BAD
    assert len(GOOD) + len(BAD) == len(LINES) == len(rows)


def test_failures_name_the_line_and_the_reason(done):
    folder, rows = done
    found = {row["name"]: row for row in failed(folder / "failures.csv")}
    assert found["broken ring"]["place"] == "line 2"
    assert "unclosed ring" in found["broken ring"]["reason"]
    assert found["salt"]["reason"].startswith("2 fragments")
    assert found["peptide"]["reason"] == "401 heavy atoms, at most 200 are supported"
    assert found["cisplatin"]["reason"] == "metal Pt at atom 2 is not supported"
    assert "this isomer cannot exist in 3D" in found["impossible"]["reason"]
    assert all(row.conformers == 0 and row.diversity is None for row in rows if row.error)
    assert all("\n" not in row.error for row in rows if row.error)


def test_the_sd_file_holds_every_conformer_with_its_properties(done):
    folder, rows = done
    mols = read(folder / "out.sdf")
    assert all(mol is not None for mol in mols)
    assert len(mols) == sum(row.conformers for row in rows)
    for mol in mols:
        assert mol.GetConformer().Is3D()
        assert {a.GetAtomicNum() for a in mol.GetAtoms()} > {1}
        assert 0.0 <= float(mol.GetProp("molgen_energy")) <= QUICK.energy_window
        assert int(mol.GetProp("molgen_template")) in (0, 1)
        assert mol.GetProp("molgen_method") == "ETKDGv3"
        assert mol.GetProp("molgen_energy_method") == "MMFF94s in a dielectric of 2"
        assert mol.GetProp("molgen_seed") == "4"
        assert mol.GetProp("molgen_version") == __version__
    ranks = [mol.GetProp("molgen_rank") for mol in mols if mol.GetProp("_Name") == "propanol"]
    assert ranks == [str(k) for k in range(1, len(ranks) + 1)]


def test_a_row_sums_up_its_conformers(done):
    rows = {row.name: row for row in done[1]}
    assert rows["propanol"].conformers == 2
    assert rows["propanol"].diversity > QUICK.min_rmsd
    assert rows["propanol"].energy_span >= 0.0
    assert rows["lib_7"].conformers == 1
    assert rows["lib_7"].diversity is None
    assert rows["lib_7"].energy_span == 0.0


def test_a_molecule_of_a_library_is_the_same_as_alone(done):
    folder, _ = done
    alone = generate_conformers("CCCO", **{**vars(QUICK), "model": "uniform"})
    written = [mol for mol in read(folder / "out.sdf") if mol.GetProp("_Name") == "propanol"]
    assert len(written) == alone.GetNumConformers()
    for mol, conformer in zip(written, alone.GetConformers(), strict=True):
        assert abs(mol.GetConformer().GetPositions() - conformer.GetPositions()).max() < 1e-4  # four decimals


def test_a_table_and_an_sd_file_are_libraries_too(tmp_path):
    (tmp_path / "lib.csv").write_text("id,smiles\na,CCO\nb,C1CC\nc,\nd,CN\n")
    rows = run(tmp_path / "lib.csv", tmp_path / "csv.sdf", failures=tmp_path / "csv.failures.csv")
    assert [(row.name, row.conformers) for row in rows] == [("a", 1), ("b", 0), ("c", 0), ("d", 1)]
    assert [row["place"] for row in failed(tmp_path / "csv.failures.csv")] == ["line 3", "line 4"]
    text = (tmp_path / "csv.sdf").read_text()
    block = text.split("$$$$\n")
    (tmp_path / "lib.sdf").write_text("$$$$\n".join([block[0], "x\n\n\nno mol block\n", block[1], ""]))
    again = run(tmp_path / "lib.sdf", tmp_path / "again.sdf", failures=tmp_path / "sdf.failures.csv")
    assert [(row.name, row.place, row.conformers) for row in again] == [
        ("a", "record 1", 1), ("x", "record 2", 0), ("d", "record 3", 1),
    ]  # fmt: skip
    assert names(tmp_path / "again.sdf") == ["a", "d"]


def test_fields_of_an_sd_file_are_those_of_every_conformer(tmp_path):
    run("CCCO alcohol", tmp_path / "plain.sdf")
    record = (tmp_path / "plain.sdf").read_text().split("$$$$\n")[0]
    (tmp_path / "lib.sdf").write_text(f"{record}> <ID>\nX-1\n\n> <pIC50>\n6.5\n\n$$$$\n")
    run(tmp_path / "lib.sdf", tmp_path / "out.sdf")
    written = read(tmp_path / "out.sdf")
    assert len(written) == 2
    assert [(mol.GetProp("ID"), mol.GetProp("pIC50")) for mol in written] == [("X-1", "6.5")] * 2


def test_compressed_files_are_read_and_written(tmp_path):
    (tmp_path / "lib.smi.gz").write_bytes(gzip.compress(b"CCO a\nCN b\n"))
    run(tmp_path / "lib.smi.gz", tmp_path / "out.sdf.gz")
    run(tmp_path / "lib.smi.gz", tmp_path / "out.sdf")
    assert gzip.decompress((tmp_path / "out.sdf.gz").read_bytes()) == (tmp_path / "out.sdf").read_bytes()
    assert names(tmp_path / "out.sdf.gz") == ["a", "b"]


def test_a_file_that_breaks_off_ends_in_a_named_failure(tmp_path):
    lines = "CO good\n" + "".join(f"C1 broken{k}\n" for k in range(4000))
    whole = gzip.compress(lines.encode())
    (tmp_path / "lib.smi.gz").write_bytes(whole[: len(whole) // 2])
    rows = run(tmp_path / "lib.smi.gz", tmp_path / "out.sdf")
    assert names(tmp_path / "out.sdf") == ["good"]
    assert 1 < len(rows) < 4000
    assert "damaged gzip file" in str(rows[-1].error)


def test_enumerated_isomers_are_rows_of_their_own(tmp_path):
    rows = run("CC(F)Cl x", tmp_path / "out.sdf", stereo="enumerate")
    assert [row.name for row in rows] == ["x_isomer1", "x_isomer2"] == names(tmp_path / "out.sdf")
    (row,) = run("CC(F)Cl x", tmp_path / "out.sdf")
    assert "C2" in row.notes[0]


def test_a_salt_works_without_its_counter_ion(tmp_path):
    (row,) = run("CC(=O)[O-].[Na+] acetate", tmp_path / "out.sdf", largest_fragment=True)
    assert (row.name, row.conformers) == ("acetate", 1)


def test_a_molecule_without_energies_says_so_and_keeps_to_itself(tmp_path, capfd):
    (row,) = run("O=S(F)(F)(F)F", tmp_path / "out.sdf")
    assert row.conformers >= 1
    assert (row.energy_span, row.first_energy, row.lowest_energy) == (None, None, None)
    assert row.notes[-1].startswith("neither MMFF94s nor UFF has parameters")
    assert capfd.readouterr() == ("", "")  # RDKit tells of its atom types elsewhere
    assert read(tmp_path / "out.sdf")[0].GetProp("molgen_energy_method") == "none"


def test_rows_are_told_as_they_come(tmp_path):
    seen: list[ConformerRow] = []
    source = tmp_path / "lib.smi"
    source.write_text("CCO\nC1CC\nCN\n")
    assert run(source, tmp_path / "out.sdf", on_row=seen.append) == seen
    assert len(seen) == 3


def test_names_from_outside_do_not_break_the_file(tmp_path):
    (tmp_path / "lib.smi").write_text('CCO > <molgen_rank>\nCN $$$$\nCO ,"quoted\nC1CC a,"b\n')
    rows = run(tmp_path / "lib.smi", tmp_path / "out.sdf", failures=tmp_path / "failures.csv")
    assert [row.error is None for row in rows] == [True, True, True, False]
    assert names(tmp_path / "out.sdf") == ["> <molgen_rank>", "$$$", ',"quoted']  # $$$$ would end the record
    assert failed(tmp_path / "failures.csv")[0]["name"] == 'a,"b'


def test_boltzmann_weights_reach_the_file_and_the_row(tmp_path):
    config = GenerateConfig(n=12, seed=4, templates=1, boltzmann=298.0)
    (row,) = run("CCCC butane", tmp_path / "out.sdf", config=config)
    weights = [mol.GetDoubleProp("molgen_weight") for mol in read(tmp_path / "out.sdf")]
    assert len(weights) == row.conformers == 12
    assert sum(weights) == pytest.approx(1.0, abs=1e-3)
    assert row.effective_samples == pytest.approx(1 / sum(w * w for w in weights), rel=1e-3)
    (plain,) = run("CCCC butane", tmp_path / "plain.sdf")
    assert plain.effective_samples is None


def test_another_format_is_refused_before_the_work(tmp_path):
    with pytest.raises(InputError, match=r"written as \.sdf or \.sdf\.gz"):
        run("CCO", tmp_path / "out.mol2")
    assert not list(tmp_path.iterdir())
