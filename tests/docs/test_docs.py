"""The documentation builds, needs no network, and its reference names everything that the program has."""

import importlib
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from molgen.cli import root

ROOT = Path(__file__).parents[2]
pytest.importorskip("mkdocs")


@pytest.fixture
def cli_page(monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT / "docs" / "generate"))
    return importlib.import_module("cli_page")


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(folder)]
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, env={**os.environ, "NO_MKDOCS_2_WARNING": "1"}
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


def test_the_reference_has_a_section_for_every_command(cli_page):
    import typer

    found = [" ".join(("molgen", *path)) for path, _ in cli_page.commands(typer.main.get_command(root))]
    titles = re.findall(r"^## (.+)$", cli_page.cli_page(root), flags=re.MULTILINE)
    assert titles == found
    assert {"molgen conformers", "molgen dock", "molgen prepare decoys", "molgen train docking"} <= set(found)


def test_every_option_of_the_help_is_in_its_section(cli_page):
    import typer
    from typer.testing import CliRunner

    sections = dict(re.findall(r"^## molgen (.+?)\n(.*?)(?=^## |\Z)", cli_page.cli_page(root), flags=re.M | re.S))
    for path, _ in cli_page.commands(typer.main.get_command(root)):
        told = CliRunner().invoke(root, [*path, "--help"]).output.split("\nTerminal:")[0]
        options = set(re.findall(r"(?<![\w-])--?[a-z][a-z-]*", told))
        listed = set(re.findall(r"`(--?[a-z][a-z-]*)`", sections[" ".join(path)]))
        named = {option for option in options if option in listed}
        shown = {line.split()[0].rstrip(",") for line in told.splitlines() if re.match(r"\s+-", line)}
        assert shown <= named, (path, shown - named)


def test_pages_load_nothing_from_a_network(site):
    for page in site.rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        loaded = re.findall(r'<(?:script|img|iframe|source)[^>]+src="?(https?:[^"\s>]+)', text)
        loaded += re.findall(
            r'<link[^>]+rel="?(?:stylesheet|preconnect|preload|icon)[^>]+href="?(https?:[^"\s>]+)', text
        )
        assert not loaded, (page.name, loaded)
        assert not re.search(r"unpkg\.com|cdn\.|fonts\.g", text), page.name


def test_pages_quote_the_model_cards_and_the_files_that_they_show(site):
    assert (site / "models.html").read_text(encoding="utf-8").count("safetensors") > 0
    pages = [page.read_text(encoding="utf-8") for page in site.glob("*.html")]
    assert not any("{{" in re.sub(r"<(script|style|pre).*?</\1>", "", page, flags=re.S) for page in pages)
    assert not any(re.search(r"--8\s*&lt;", page) for page in pages), "a file that is not quoted"


def test_every_page_has_its_place_in_the_navigation():
    nav = (ROOT / "mkdocs.yml").read_text(encoding="utf-8").split("\nnav:")[1]
    assert [path.name for path in (ROOT / "docs").glob("*.md") if f": {path.name}" not in nav] == []


def test_messages_of_the_questions_are_those_of_the_program():
    page = (ROOT / "docs" / "faq.md").read_text(encoding="utf-8").split("## Messages")[1].split("\n## ")[0]
    messages = re.findall(r"^\| `(.+?)` \|", page, flags=re.MULTILINE)
    source = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "molgen").rglob("*.py"))
    assert len(messages) > 10
    assert [one for one in messages if any(part.strip() not in source for part in one.split("…"))] == []
