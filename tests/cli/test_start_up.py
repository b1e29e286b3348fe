"""What a command must not import before it knows that there is something to do: torch takes longer than the answer."""

import json

import pytest
from command_process import python
from complexes import protein_path

SLOW = [
    *("torch", "torch_geometric", "pytorch_lightning", "e3nn"),
    *("scipy.stats", "pandas", "matplotlib", "rdkit.Chem.Draw"),
]
HELP = [["--help"], ["-V"], ["dock", "--help"], ["conformers", "--help"], ["screen", "--help"]]
DOCK = ["dock", "-p", str(protein_path("1s3v")), "-o", "out.sdf"]
CONFORMERS = ["conformers", "CCO", "-o", "out.sdf", "-n", "1", "--samples", "1", "--gas-phase", "0"]
COMPILER = ["torch._dynamo", "sympy"]
WRONG = [
    (["dock", "-p", "absent.pdb", "-l", "CCO", "-o", "out.sdf"], "absent.pdb: no such file"),
    (["dock", "-p", "broken.pdb", "-l", "CCO", "-o", "out.sdf"], "broken.pdb: "),
    ([*DOCK, "-l", "absent.smi"], "absent.smi: no such file"),
    ([*DOCK, "-l", "CCO", "-o", "absent/out.sdf"], "absent/out.sdf: the folder "),
    ([*DOCK, "-l", "CC("], "CC(: "),
    ([*DOCK, "-l", "CCO", "--pocket", "ligand:XYZ"], "XYZ"),
    ([*DOCK, "-l", "CCO", "--require", "magic"], "magic"),
    ([*DOCK, "-l", "CCO", "--anchor", "N@1,2"], "an anchor is "),
    ([*DOCK, "-l", "CCO", "--pose-model", "absent.safetensors"], "absent.safetensors: no such checkpoint"),
    ([*DOCK, "-l", "CCO", "--core", "absent.sdf"], "absent.sdf: no such file"),
    (["screen", "-p", "absent.pdb", "-l", "absent.smi", "-o", "run"], "absent.smi: no such file"),
    (["rescore", "-p", "absent.pdb", "-l", "absent.sdf", "-o", "out.sdf"], "absent.sdf: no such file"),
    (["conformers", "absent.smi", "-o", "out.sdf"], "absent.smi: no such file"),
    (["conformers", "absent.smi", "-o", "run"], "absent.smi: no such file"),
    (["conformers", "CC(", "-o", "out.sdf"], "CC(: "),
    (["conformers", "CCO", "-o", "out.xyz"], "out.xyz: "),
    (["conformers", "CCO", "-o", "out.sdf", "--torsions", "CC"], "--torsions takes "),
]


@pytest.fixture(scope="module")
def answers(tmp_path_factory) -> list[tuple[int, str, list[str]]]:
    """Of every command, all run in one process: exit code, stderr, and the slow packages imported by then."""
    folder = tmp_path_factory.mktemp("start_up")
    (folder / "broken.pdb").write_text("this is no structure\n")
    program = f"""
import contextlib, io, json, sys
from molgen.cli import main
answers = []
for arguments in {[*HELP, *(arguments for arguments, _ in WRONG), CONFORMERS]}:
    with contextlib.redirect_stderr(io.StringIO()) as errors, contextlib.redirect_stdout(io.StringIO()):
        try:
            main(arguments)
        except SystemExit as stop:
            code = stop.code
    answers.append((code, errors.getvalue(), sorted(sys.modules.keys() & set({[*SLOW, *COMPILER]}))))
print(json.dumps(answers))
"""
    done = python(program, cwd=folder)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize("number", range(len(HELP)))
def test_help_imports_nothing_slow(answers, number):
    assert answers[number] == [0, "", []]


@pytest.mark.parametrize("number", range(len(WRONG)))
def test_wrong_input_is_said_before_torch_is_imported(answers, number):
    code, error, slow = answers[len(HELP) + number]
    assert (code, slow) == (2, []), error
    assert WRONG[number][1] in error
    assert error.startswith("error: ")
    assert error.count("\n") == 1


def test_conformers_need_neither_the_compiler_of_torch_nor_what_trains(answers):
    code, error, slow = answers[-1]
    assert (code, set(slow) - {"rdkit.Chem.Draw"}) == (0, {"torch"}), error
