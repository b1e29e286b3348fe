"""How a result was made: the command as it can be pasted, the seed, the settings, the versions."""

from dataclasses import dataclass

from molgen.reports.provenance import file_name, provenance
from molgen.version import __version__


@dataclass(frozen=True)
class Settings:
    n: int = 5
    seed: int = 7
    window: float = 20.0
    samples: int | None = None


def test_the_command_can_be_pasted_into_a_shell():
    found = provenance(["conformers", "CC O", "-o", "out file.sdf"], Settings())
    assert found["command"] == "molgen conformers 'CC O' -o 'out file.sdf'"
    assert "command" not in provenance([], Settings())


def test_the_seed_stands_apart_from_the_other_settings():
    found = provenance([], Settings())
    assert found["seed"] == "7"
    assert found["settings"] == "n 5, window 20, samples none"


def test_versions_and_the_viewer_are_named():
    found = provenance([], Settings(), viewer="ipymolstar 0.1")
    assert found["versions"].startswith(f"molgen {__version__}, Python ")
    assert "ipymolstar 0.1" in found["3D view"]
    assert "3D view" not in provenance([], Settings())


def test_absolute_paths_of_any_system_are_told_by_their_last_part() -> None:
    for text in ("/home/me/a.pdb", "C:\\me\\a.pdb"):
        assert file_name(text) == "a.pdb"
    assert file_name("--protein=/home/me/a.pdb") == "--protein=a.pdb"
    for text in ("data/a.pdb", "ligand:TQ3", "C/C=C/C"):
        assert file_name(text) == text
