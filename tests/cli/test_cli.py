"""What a user of the command sees: fast help, one clear line for an error, the right exit code."""

import os
import subprocess
import sys
import types

import pytest
from command_line import exit_code
from command_process import run

import molgen
from molgen.errors import ParseError


@pytest.fixture
def stub(monkeypatch, tmp_path):
    """Puts a function in the place of `conformers_to_file`, and works in a folder that has a lib.smi and a folder d."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "lib.smi").write_text("CC\n")
    (tmp_path / "d").mkdir()

    def install(function):
        module = types.ModuleType("molgen.screening.conformer_file")
        module.conformers_to_file = function
        monkeypatch.setitem(sys.modules, "molgen.screening.conformer_file", module)

    return install


def row(name, conformers=2, error=None, notes=()):
    return types.SimpleNamespace(
        name=name,
        conformers=conformers,
        energy_span=3.25,
        diversity=1.0,
        seconds=0.5,
        error=error,
        notes=notes,
        effective_samples=None,
        first_energy=1.5,
        lowest_energy=-20.25,
    )


def test_help_is_fast_because_nothing_heavy_is_imported():
    times = []
    for _ in range(3):
        begun = sum(os.times()[2:4])  # CPU seconds of subprocesses: a busy machine does not count
        done = run("--help")
        times.append(sum(os.times()[2:4]) - begun)
    assert "conformers" in done.stdout
    assert 0 < min(times) < 0.5
    heavy = "import sys, molgen.cli; print({'torch', 'rdkit', 'rich', 'numpy', 'yaml'} & set(sys.modules))"
    assert subprocess.run([sys.executable, "-c", heavy], capture_output=True, text=True).stdout.strip() == "set()"


def test_the_version_is_that_of_the_package():
    assert run("--version").stdout == f"molgen {molgen.__version__}\n"


def test_every_command_has_help(capsys):
    for command in (["conformers"], ["prepare", "conformers"], ["train", "conformers"]):
        assert exit_code(*command, "--help") == 0
        assert "--output" in capsys.readouterr().out


def test_wrong_usage_exits_with_2_and_names_the_option(capsys):
    assert exit_code("conformers", "CC", "-o", "x.sdf", "-n", "0") == 2
    assert "-n" in capsys.readouterr().err
    assert exit_code("conformers", "CC", "-o", "x.sdf", "--stereo", "many") == 2
    assert "--stereo" in capsys.readouterr().err


def test_a_molgen_error_is_one_line_and_exit_code_2(stub, capsys):
    def fail(*_, **__):
        raise ParseError("unclosed ring", source="lib.smi", place="line 7")

    stub(fail)
    assert exit_code("conformers", "lib.smi", "-o", "x.sdf") == 2
    assert capsys.readouterr().err == "error: lib.smi:line 7: unclosed ring\n"


def test_an_unexpected_error_is_one_line_unless_debugging(stub, capsys):
    def fail(*_, **__):
        raise RuntimeError("tensor\nmismatch")

    stub(fail)
    assert exit_code("conformers", "CC", "-o", "x.sdf") == 1
    assert capsys.readouterr().err == "error: RuntimeError: tensor mismatch (--debug shows where)\n"
    with pytest.raises(RuntimeError):
        exit_code("conformers", "CC", "-o", "x.sdf", "--debug")


def test_an_interrupt_exits_with_130(stub):
    def interrupt(*_, **__):
        raise KeyboardInterrupt

    stub(interrupt)
    assert exit_code("conformers", "CC", "-o", "x.sdf") == 130


def test_the_options_reach_the_task(stub):
    seen = {}

    def record(source, output, **options):
        seen.update(options, source=source, output=str(output))
        return [row("x")]

    stub(record)
    assert exit_code("conformers", "CC x", "-o", "d/out.sdf.gz", "-n", "7", "--stereo", "enumerate") == 0
    assert seen["source"] == "CC x"
    assert seen["output"] == os.path.join("d", "out.sdf.gz")
    config = seen["config"]
    assert (config.n, config.minimize_with, config.seed, config.min_rmsd) == (7, "none", 0, 0.1)
    assert (seen["stereo"], seen["model"]) == ("enumerate", "default")
    assert str(seen["failures"]) == os.path.join("d", "out.failures.csv")


def test_the_table_shows_results_and_failures_and_warnings_go_to_stderr(stub, capsys):
    stub(lambda *_, **__: [row("good", notes=["stereo of C2 is not specified"]), row("bad", 0, "unclosed ring")])
    assert exit_code("conformers", "lib.smi", "-o", "x.sdf") == 0
    out, err = capsys.readouterr()
    assert "0 - 3.2" in out
    assert "1.5" in out
    assert "-20.2" in out
    assert "Order: by coverage" in out
    assert "--unique minima" in out
    assert "unclosed ring" in out
    assert "1 of 2 molecules done, 1 failed" in out
    assert err == "warning: good: stereo of C2 is not specified\n"
    assert "\x1b" not in out  # no colors or progress when not on a terminal


def test_nothing_but_failures_exits_with_2(stub, capsys):
    stub(lambda *_, **__: [row("x", 0, "a salt")])
    assert exit_code("conformers", "C.C", "-o", "x.sdf") == 2
    assert capsys.readouterr().err == "error: x: a salt\n"


def test_names_from_outside_are_printed_as_they_are(stub, capsys):
    stub(lambda *_, **__: [row("[red]x[/red] [/]")])
    assert exit_code("conformers", "CC", "-o", "x.sdf") == 0
    assert "[red]x[/red] [/]" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("C1CC", "unclosed ring"),
        ("CC(=O)[O-].[Na+]", "2 fragments"),
        ("C[Pt]C", "metal Pt at atom 2"),
        ("missing.smi", "missing.smi: no such file"),
        ("empty.smi", "empty.smi: the file holds no molecules"),
    ],
)
def test_bad_input_ends_with_one_line_and_no_output(source, reason, tmp_path, monkeypatch, capsys):
    (tmp_path / "empty.smi").write_text("")
    assert in_folder(tmp_path, monkeypatch, source) == 2
    err = capsys.readouterr().err
    assert reason in err
    assert err.startswith("error: ")
    assert len(err.splitlines()) == 1
    assert not (tmp_path / "out.sdf").exists()


def test_the_installed_command_ends_with_one_line_and_no_output(tmp_path):
    done = run("conformers", "C1CC", "-n", "2", "-o", "out.sdf", "--model", "uniform", cwd=tmp_path)
    assert done.returncode == 2
    assert done.stderr.startswith("error: C1CC: ")
    assert len(done.stderr.splitlines()) == 1
    assert not (tmp_path / "out.sdf").exists()


def in_folder(folder, monkeypatch, *arguments):
    monkeypatch.chdir(folder)
    return exit_code("conformers", *arguments, "-o", "out.sdf", "-n", "2", "--model", "uniform", "--samples", "4")


def test_a_molecule_ends_as_a_file_and_a_table_on_stdout(tmp_path, monkeypatch, capsys):
    assert in_folder(tmp_path, monkeypatch, "CCC(F)O alcohol") == 0
    out, err = capsys.readouterr()
    assert [word in out for word in ("conformers", "kcal/mol", "alcohol", "ok")] == [True] * 4
    assert err.startswith("warning: alcohol: stereo of C3 is not specified")
    assert (tmp_path / "out.sdf").read_text().count("$$$$") == 2
    assert [path.name for path in tmp_path.iterdir()] == ["out.sdf"]


def test_a_library_goes_on_after_a_broken_line(tmp_path, monkeypatch, capsys):
    (tmp_path / "lib.smi").write_text("CCO good\nC1CC broken\nCC.CC salt\nCCN fine\n")
    assert in_folder(tmp_path, monkeypatch, "lib.smi") == 0
    out, err = capsys.readouterr()
    assert "2 of 4 molecules done, 2 failed" in out
    assert "unclosed ring" in out
    assert err == ""
    failures = (tmp_path / "out.failures.csv").read_text().splitlines()
    assert failures[0] == "name,place,reason"
    assert failures[1].startswith("broken,line 2,")
    assert failures[2].startswith("salt,line 3,")
    assert len(failures) == 3
    (tmp_path / "lib.smi").write_text("CCO good\n")
    assert in_folder(tmp_path, monkeypatch, "lib.smi") == 0
    assert (tmp_path / "out.failures.csv").read_text() == "name,place,reason\n"


def test_outputs_whose_names_differ_after_a_dot_have_their_own_failures(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "lib.smi").write_text("CCO good\nC1CC broken\n")
    for name in ("lib.v1.sdf", "lib.v2.SDF.gz"):
        assert exit_code("conformers", "lib.smi", "-n", "1", "-o", name) == 0
    assert (tmp_path / "lib.v1.failures.csv").exists()
    assert (tmp_path / "lib.v2.failures.csv").exists()


def test_a_library_without_a_good_line_exits_with_2(tmp_path, monkeypatch, capsys):
    (tmp_path / "lib.smi").write_text("C1CC broken\nC[Pt] metal\n")
    assert in_folder(tmp_path, monkeypatch, "lib.smi") == 2
    assert "0 of 2 molecules done, 2 failed" in capsys.readouterr().out
    assert not (tmp_path / "out.sdf").exists()
    assert (tmp_path / "out.failures.csv").exists()


def test_the_largest_fragment_of_a_salt(tmp_path, monkeypatch):
    assert in_folder(tmp_path, monkeypatch, "CCC(=O)[O-].[Na+] salt", "--largest-fragment") == 0
    assert "Na" not in (tmp_path / "out.sdf").read_text()


def test_a_model_that_is_none_is_one_line(tmp_path, capsys):
    foreign = tmp_path / "foreign.safetensors"
    foreign.write_text("hello")
    for model, reason in ((tmp_path / "missing.safetensors", "no such checkpoint"), (foreign, "cannot be read")):
        assert exit_code("conformers", "CCO", "-o", str(tmp_path / "out.sdf"), "--model", str(model)) == 2
        err = capsys.readouterr().err
        assert err.startswith(f"error: {model}: {reason}")
        assert len(err.splitlines()) == 1
    assert not (tmp_path / "out.sdf").exists()


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["."], "error: .: is a folder, not a file"),
        (["molecules.pdb"], "error: molecules.pdb: no such file"),
        ([""], "error: the SMILES is empty"),
        (["CCO", "--seed", str(2**40)], "error: seed must be at most"),
    ],
)
def test_a_source_or_option_that_cannot_be_used_is_one_line(arguments, reason, tmp_path, monkeypatch, capsys):
    assert in_folder(tmp_path, monkeypatch, *arguments) == 2
    err = capsys.readouterr().err
    assert err.startswith(reason)
    assert len(err.splitlines()) == 1
    assert list(tmp_path.iterdir()) == []


def test_an_output_that_cannot_be_written_is_one_line(tmp_path, capsys):
    (tmp_path / "file").write_text("")
    for output in (tmp_path / "missing" / "out.sdf", tmp_path / "file" / "out.sdf", tmp_path):
        arguments = ("conformers", "CCO", "-o", str(output), "-n", "1", "--model", "uniform")
        assert exit_code(*arguments) == 2
        err = capsys.readouterr().err
        assert err.startswith(f"error: {output}: ")
        assert len(err.splitlines()) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_a_config_with_a_wrong_key_is_explained(tmp_path, capsys):
    (tmp_path / "config.yaml").write_text("model: {harmonic: 3}")
    assert exit_code("train", "conformers", "-c", str(tmp_path / "config.yaml"), "-o", str(tmp_path / "run")) == 2
    assert "unknown key model.harmonic, did you mean model.harmonics?" in capsys.readouterr().err
