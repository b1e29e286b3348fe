"""The README is a front door: short, its links lead somewhere, its numbers are those of the pages that it links to."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "README.md").read_text(encoding="utf-8")
MOST_WORDS = 700
SOURCES = ("results.md", "libraries.md")


def table_of(section: str) -> list[list[str]]:
    """The cells of the rows of the table in a section, without its head."""
    (found,) = re.findall(rf"^## {section}\n(.*?)(?=^## |\Z)", TEXT, flags=re.M | re.S)
    rows = [line.strip("|").split("|") for line in found.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in row] for row in rows[2:]]


def test_it_is_short():
    assert len(TEXT.split()) <= MOST_WORDS


def test_every_link_and_picture_is_a_file_of_the_repository():
    linked = [link for link in re.findall(r"\]\(([^)#]+)[^)]*\)", TEXT) if not link.startswith("http")]
    assert len(linked) > 10
    assert [link for link in linked if not (ROOT / link).exists()] == []


@pytest.mark.parametrize("row", table_of("How good it is"), ids=lambda row: row[0])
def test_every_number_of_a_row_of_results_is_on_the_page_of_its_protocol(row):
    sources = "\n".join((ROOT / "docs" / name).read_text(encoding="utf-8") for name in SOURCES)
    numbers = re.findall(r"\d+\.\d+", " ".join(row))
    assert numbers
    assert [number for number in numbers if not re.search(rf"(?<![\d.]){re.escape(number)}(?!\d)", sources)] == []


def test_the_limits_are_few_lines():
    (limits,) = re.findall(r"^## Limits\n(.*?)(?=^## |\Z)", TEXT, flags=re.M | re.S)
    assert 1 <= limits.count("\n- ") <= 5
