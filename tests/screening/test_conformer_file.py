"""A library in, an SD file and one row per input out: nothing is lost, and a file is whole or not there."""

import csv
import gzip
import os
from pathlib import Path

import pytest
import torch
from rdkit import Chem
from safetensors.torch import save_file

from molgen import __version__
from molgen.conformers import generate
from molgen.conformers.config import GenerateConfig
from molgen.conformers.generate import generate_conformers
from molgen.errors import CheckpointError, InputError
from molgen.models.torsion_flow.config import ModelConfig
from molgen.models.torsion_flow.model import TorsionModel
from molgen.models.torsion_flow.task import save_model
from molgen.nets.backbone import BackboneConfig
from molgen.screening.conformer_file import Row, conformers_to_file
from molgen.training.checkpoint import FORMAT

QUICK = GenerateConfig(n=2, seed=4, samples=8, templates=2, template_steps=20, strain_steps=2)
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


def run(source, output, **options) -> list[Row]:
    return conformers_to_file(source, output, **{"config": QUICK, "model": "uniform", **options})


def read(path: Path) -> list[Chem.Mol]:
    data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    supplier = Chem.SDMolSupplier()
    supplier.SetData(data.decode(), removeHs=False)
    return list(supplier)


def names(path: Path) -> list[str]:
    return list(dict.fromkeys(mol.GetProp("_Name") for mol in read(path)))


def failed(path: Path) -> list[dict[str, str]]:
    with path.open() as file:
        return list(csv.DictReader(file))


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
    assert "no conformer could be embedded" in found["impossible"]["reason"]
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
        assert mol.GetProp("molgen_energy_method") == "MMFF94s without electrostatics"
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


def test_a_molecule_without_energies_has_no_energy_span(tmp_path):
    (row,) = run("FS(F)(F)(F)(F)F", tmp_path / "out.sdf")
    assert row.conformers >= 1
    assert row.energy_span is None
    assert read(tmp_path / "out.sdf")[0].GetProp("molgen_energy_method") == "none"


def test_rows_are_told_as_they_come(tmp_path):
    seen: list[Row] = []
    source = tmp_path / "lib.smi"
    source.write_text("CCO\nC1CC\nCN\n")
    assert run(source, tmp_path / "out.sdf", on_row=seen.append) == seen
    assert len(seen) == 3


def test_nothing_is_touched_when_nothing_succeeds(tmp_path):
    output = tmp_path / "out.sdf"
    output.write_text("precious")
    (row,) = run("C1CC", output, failures=tmp_path / "failures.csv")
    assert row.error
    assert output.read_text() == "precious"
    assert len(failed(tmp_path / "failures.csv")) == 1


def test_no_failure_means_no_list_of_failures(tmp_path):
    run("CCO", tmp_path / "out.sdf", failures=tmp_path / "failures.csv")
    assert [path.name for path in tmp_path.iterdir()] == ["out.sdf"]


@pytest.mark.parametrize("error", [KeyboardInterrupt, MemoryError])
def test_an_interrupted_run_leaves_no_partial_file(tmp_path, monkeypatch, error):
    original, calls = generate.conformers_of, []

    def second_fails(*arguments):
        calls.append(1)
        if len(calls) == 2:
            raise error
        return original(*arguments)

    monkeypatch.setattr(generate, "conformers_of", second_fails)
    source = tmp_path / "lib.smi"
    source.write_text("CCO\nCCC\nCN\n")
    output = tmp_path / "out.sdf"
    output.write_text("precious")
    if error is KeyboardInterrupt:
        with pytest.raises(KeyboardInterrupt):
            run(source, output)
        assert output.read_text() == "precious"
    else:
        assert [row.conformers for row in run(source, output)] == [1, 0, 1]
    assert {path.name for path in tmp_path.iterdir()} == {"lib.smi", "out.sdf"}


def test_sources_that_cannot_be_used(tmp_path):
    (tmp_path / "empty.smi").write_text("")
    (tmp_path / "blank.csv").write_text("\n\n")
    (tmp_path / "header.csv").write_text("smiles,name\n")
    (tmp_path / "empty.sdf").write_text("")
    for name, reason in {
        "empty.smi": "no molecules",
        "blank.csv": "no molecules",
        "header.csv": "no molecules",
        "empty.sdf": "no molecules",
        "missing.smi": "no such file",
        ".": "is a folder",
    }.items():
        with pytest.raises(InputError, match=reason):
            run(tmp_path / name, tmp_path / "out.sdf")
    assert not (tmp_path / "out.sdf").exists()


def test_outputs_that_cannot_be_written(tmp_path):
    for output in (tmp_path / "missing" / "out.sdf", tmp_path):
        with pytest.raises(InputError):
            run("CCO", output)
    with pytest.raises(InputError, match="missing"):
        run("C1CC", tmp_path / "out.sdf", failures=tmp_path / "missing" / "failures.csv")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_without_the_right_to_write(tmp_path):
    tmp_path.chmod(0o500)
    with pytest.raises(InputError, match="cannot write"):
        run("CCO", tmp_path / "out.sdf")
    tmp_path.chmod(0o700)


def test_the_output_may_replace_the_input(tmp_path):
    path = tmp_path / "lib.sdf"
    run("CCO ethanol", path)
    run(path, path)
    assert names(path) == ["ethanol"]


def test_a_checkpoint_is_used_and_a_foreign_one_refused(tmp_path):
    torch.manual_seed(0)
    tiny = BackboneConfig(scalars=8, pseudoscalars=4, vectors=4, pseudovectors=4, edge_channels=8, layers=1)
    save_model(TorsionModel(ModelConfig("flow", tiny, 2)), tmp_path / "tiny.safetensors", {})
    run("CCCO", tmp_path / "a.sdf", model=tmp_path / "tiny.safetensors")
    run("CCCO", tmp_path / "b.sdf")
    assert (tmp_path / "a.sdf").read_bytes() != (tmp_path / "b.sdf").read_bytes()
    weights = {"x": torch.zeros(1)}
    (tmp_path / "text").write_text("not weights")
    save_file(weights, tmp_path / "bare")
    save_file(weights, tmp_path / "other", metadata={"format": FORMAT, "task": "poses", "config": "{}", "record": "{}"})
    save_file(
        weights, tmp_path / "empty", metadata={"format": FORMAT, "task": "conformers", "config": "{}", "record": "{}"}
    )
    (tmp_path / "cut").write_bytes((tmp_path / "tiny.safetensors").read_bytes()[:-100])
    for name in ("missing", "text", "bare", "other", "empty", "cut"):
        with pytest.raises(CheckpointError) as caught:
            run("CCCO", tmp_path / "c.sdf", model=tmp_path / name)
        assert str(caught.value).startswith(f"{tmp_path / name}: ")
        assert len(str(caught.value)) < 400 + len(str(tmp_path))
    assert not (tmp_path / "c.sdf").exists()


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
