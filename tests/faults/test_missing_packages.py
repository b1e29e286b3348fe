"""Without an optional package all else works, and what needs it is refused in one line; nothing needs a network."""

import sys

import pytest
from command_line import exit_code, the_error
from command_process import python

CONFORMERS = ("conformers", "CCCCO butanol", "-n", "2")
BLOCK = """
import sys
sys.modules.update(dict.fromkeys({names!r}))
"""
OFFLINE = """
import socket
def refuse(*_, **__):
    print("NETWORK", flush=True)
    raise OSError("no network")
for name in ("connect", "connect_ex", "sendto"):
    setattr(socket.socket, name, refuse)
socket.getaddrinfo = socket.create_connection = refuse
"""
COMMAND = """
from molgen.cli import main
main({arguments!r})
"""
OPTIONAL = {"posebusters", "spyrmsd", "tblite", "openmm", "ipymolstar", "vina", "meeko", "CDPL", "ray", "nbformat"} | {
    *("IPython", "ipykernel", "pandas", "pyarrow", "pebble", "selenium", "psutil")
}


def command(before: str, *arguments: object):
    return python(before + COMMAND.format(arguments=[str(argument) for argument in arguments]))


def test_conformers_need_no_optional_package_and_no_network(tmp_path):
    output = tmp_path / "out.sdf"
    done = command(BLOCK.format(names=OPTIONAL) + OFFLINE, *CONFORMERS, "-o", output)
    assert done.returncode == 0, done.stderr
    assert "NETWORK" not in done.stdout
    assert output.read_text().count("$$$$") == 2


@pytest.mark.slow
def test_docking_with_learned_parts_needs_no_optional_package_and_no_network(tmp_path):
    from complexes import INHIBITOR, ligand_path, protein_path

    output = tmp_path / "out.sdf"
    arguments = ("dock", "-p", protein_path("1ia1"), "-l", INHIBITOR, "--pocket", ligand_path("1ia1"), "-o", output)
    done = command(BLOCK.format(names=OPTIONAL) + OFFLINE, *arguments, "--effort", "quick", "-n", "2")
    assert done.returncode == 0, done.stderr
    assert "NETWORK" not in done.stdout
    assert output.read_text().count("$$$$") == 2


@pytest.mark.parametrize(
    ("missing", "arguments"),
    [
        ("tblite", ("--minimize-with", "gfn2")),
        ("ipymolstar", ("--report", "report.html")),
    ],
)
def test_what_needs_a_missing_package_names_it_and_how_to_get_it(in_folder, monkeypatch, capsys, missing, arguments):
    for name in [missing, *(name for name in sys.modules if name.startswith(f"{missing}."))]:
        monkeypatch.setitem(sys.modules, name, None)
    assert exit_code(*CONFORMERS, "-o", "out.sdf", *arguments) == 2
    line = the_error(capsys)
    assert "pip install" in line
    assert missing in line or "molgen[" in line
    assert list(in_folder.iterdir()) == []


def test_the_app_names_what_to_install(tmp_path):
    done = command(BLOCK.format(names={"nicegui"}), "app", "--folder", tmp_path / "app")
    assert done.returncode == 2, done.stderr
    assert done.stderr == 'error: molgen app needs nicegui: pip install "molgen[app]"\n'
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_posebusters_is_refused_by_name(tmp_path):
    from complexes import INHIBITOR, ligand_path, protein_path

    arguments = ("dock", "-p", protein_path("1ia1"), "-l", INHIBITOR, "--pocket", ligand_path("1ia1"))
    done = command(BLOCK.format(names={"posebusters"}), *arguments, "-o", tmp_path / "x.sdf", "--posebusters")
    assert done.returncode == 2, done.stderr
    line = done.stderr.splitlines()[-1]
    assert line.startswith("error: ")
    assert "pip install" in line
    assert "molgen[eval]" in line
    assert list(tmp_path.iterdir()) == []


def test_figures_without_matplotlib_are_one_line(tmp_path):
    """matplotlib is no option, but a broken installation is told like one."""
    done = python(
        BLOCK.format(names={"matplotlib"}) + "from molgen.reports import figures; print(len(dir(figures)) > 3)"
    )
    assert done.stdout.strip() == "True", done.stderr
