"""Requests name no paths; and the command line that a job shows is one that `molgen` takes."""

from pathlib import Path

import pytest

pytest.importorskip("pydantic", reason="molgen[app] is not installed")

import typer
from pydantic import TypeAdapter, ValidationError

from molgen.app.jobs.commands import command_of
from molgen.app.jobs.requests import JobRequest
from molgen.cli import root

ID = "0123456789abcdef01234567"
DOCK = {"kind": "dock", "protein": ID, "smiles": "CCO"}
CONFORMERS = {"kind": "conformers", "smiles": "CCO"}
ANALYSIS = {"kind": "analysis", "structures": ID}


def valid(**fields):
    return TypeAdapter(JobRequest).validate_python(fields)


@pytest.mark.parametrize(
    "wrong",
    [
        {"pocket": "/etc/passwd"},
        {"pocket": "pose.sdf"},
        {"pocket": "ligand:../../x.sdf"},
        {"pocket": "ligand:..\\x.sdf"},
        {"protein": "1ia1.cif"},
        {"protein": "../" + ID},
        {"ligands": "/etc/passwd", "smiles": ""},
        {"reference": "ref.sdf"},
        {"smiles_column": "a\nb"},
        {"pose_model": "/tmp/weights"},
        {"smiles": ""},
        {"ligands": ID},
        {"n": 0},
        {"n": 10**6},
        {"protonate": 15},
        {"protonate": "maybe"},
        {"kind": "shell"},
    ],
    ids=str,
)
def test_paths_and_nonsense_are_refused(wrong):
    valid(**DOCK)
    with pytest.raises(ValidationError):
        valid(**(DOCK | wrong))


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        (DOCK, {"pocket": "auto", "n": 9, "protonate": "auto", "largest_fragment": False, "protein": ["protein/x"]}),
        (
            {**DOCK, "pocket": "ligand:TQ3", "n": 3, "protonate": 6.5, "keep": ["HEM", "waters"], "states": 2}
            | {"require": ["hbond:A:ILE:9", "salt"], "largest_fragment": True, "stereo": "enumerate", "seed": 7},
            {"pocket": "ligand:TQ3", "n": 3, "protonate": "6.5", "keep": "HEM,waters", "states": 2}
            | {"require": ["hbond:A:ILE:9", "salt"], "largest_fragment": True, "stereo": "enumerate", "seed": 7},
        ),
        ({**DOCK, "reference": ID}, {"pocket": "reference/x", "reference": Path("reference/x")}),
        (
            {**CONFORMERS, "n": 5, "sort": "energy", "unique": "minima", "minimize_with": "mmff", "align": True}
            | {"energy_window": 5.5, "min_rmsd": 0.5, "gas_phase": 0.0, "keep_conformer": True},
            {"n": 5, "sort": "energy", "unique": "minima", "minimize_with": "mmff", "align": True}
            | {"energy_window": 5.5, "min_rmsd": 0.5, "gas_phase": 0.0, "keep_conformer": True, "source": "ligands/x"},
        ),
        (
            {**ANALYSIS, "protein": ID, "mode": "poses", "threshold": 1.5, "first": 3, "validity": False},
            {"poses": True, "threshold": 1.5, "first": 3, "validity": False, "protein": Path("protein/x")},
        ),
    ],
)
def test_the_command_line_of_a_job_says_what_was_asked_for(fields, expected):
    request = valid(**fields)
    given = {*request.files(), "ligands", "structures"}
    arguments = command_of(request, lambda role: f"{role}/x" if role in given else "")
    group = typer.main.get_command(root)
    command = group.commands[arguments[0]]
    parsed = command.make_context(arguments[0], arguments[1:]).params
    plain = {
        name: [str(one) for one in value] if isinstance(value, (list, tuple)) else value
        for name, value in parsed.items()
    }
    assert {name: getattr(plain[name], "value", plain[name]) for name in expected} == {
        name: Path(value) if isinstance(parsed[name], Path) else value for name, value in expected.items()
    }
