"""What a release says of itself is one thing."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_container_is_built_from_files_that_are_there_and_let_in():
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    copied = [name for line in re.findall(r"^COPY (.+) \S+$", text, flags=re.MULTILINE) for name in line.split()]
    let_in = re.findall(r"^!(.+)$", (ROOT / ".dockerignore").read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert len(copied) == len(let_in) == 5
    assert set(copied) == set(let_in)
    assert all((ROOT / name).exists() for name in copied)
    assert re.search(r"^torch==\S+$", (ROOT / "constraints.txt").read_text(encoding="utf-8"), flags=re.MULTILINE)
