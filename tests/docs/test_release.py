"""What a release says of itself is one thing: version, changelog, citation, container."""

import re
from pathlib import Path

import pytest

from molgen.version import __version__

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("name", "pattern"),
    [
        ("CHANGELOG.md", r"^## \[([\d.]+)\] - \d{4}-\d{2}-\d{2}$"),
        ("CITATION.cff", r"^version: ([\d.]+)$"),
    ],
)
def test_the_version_is_the_same_everywhere(name, pattern):
    assert re.findall(pattern, (ROOT / name).read_text(encoding="utf-8"), flags=re.MULTILINE)[0] == __version__


def test_the_container_is_built_from_files_that_are_there_and_let_in():
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    copied = [name for line in re.findall(r"^COPY (.+) \S+$", text, flags=re.MULTILINE) for name in line.split()]
    let_in = re.findall(r"^!(.+)$", (ROOT / ".dockerignore").read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert len(copied) == len(let_in) == 5
    assert set(copied) == set(let_in)
    assert all((ROOT / name).exists() for name in copied)
    assert re.search(r"^torch==\S+$", (ROOT / "constraints.txt").read_text(encoding="utf-8"), flags=re.MULTILINE)
