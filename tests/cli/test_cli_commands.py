"""Commands stand side by side: each has a file, and none imports another."""

import ast
from pathlib import Path

import pytest

import molgen.cli

FOLDER = Path(molgen.cli.__file__).parent
FRAME = {"frame", "inputs", "library", "results"}
"""What commands share."""
COMMANDS = sorted({path.stem for path in FOLDER.glob("*.py")} - FRAME - {"__init__"})


def imported(path: Path) -> set[str]:
    """Modules of the package that a file imports."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    froms = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module]
    names = {f"{node.module}.{alias.name}" for node in froms for alias in node.names} | {str(n.module) for n in froms}
    return {name.split(".")[2] for name in names if name.startswith("molgen.cli.")}


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_imports_only_what_commands_share(command):
    assert imported(FOLDER / f"{command}.py") <= FRAME


@pytest.mark.parametrize("module", sorted(FRAME))
def test_what_commands_share_imports_no_command(module):
    files = [FOLDER / f"{module}.py"] if module == "library" else list((FOLDER / module).glob("*.py"))
    assert files
    assert not any(imported(path) & set(COMMANDS) for path in files)


def test_conformers_of_a_library_by_either_command_are_the_same_call(monkeypatch, tmp_path):
    calls = []
    monkeypatch.setattr("molgen.cli.conformers.conformers_to_folder", lambda *a, **k: calls.append((a, k)))
    monkeypatch.setattr("molgen.cli.screen.conformers_to_folder", lambda *a, **k: calls.append((a, k)))
    library, folder = tmp_path / "lib.smi", tmp_path / "out"
    library.write_text("CCO\n")
    common = ["-o", str(folder), "-n", "7", "--seed", "3", "-j", "2"]
    for arguments in (
        ["conformers", str(library), *common, "--min-rmsd", "0.5"],
        ["screen", "conformers", "-l", str(library), *common, "--set", "min_rmsd=0.5"],
    ):
        with pytest.raises(SystemExit) as stop:
            molgen.cli.main(arguments)
        assert stop.value.code == 0
    (first, options), (second, others) = calls
    assert [str(one) for one in first] == [str(one) for one in second]
    assert options == others
