"""The documentation builds, needs no network, and its reference names everything that the program has."""

import importlib
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from molgen.cli import root

ROOT = Path(__file__).parents[2]
pytest.importorskip("mkdocs")
ON_THE_SITE = pytest.mark.xdist_group("site")
"""One process builds it."""


@pytest.fixture
def cli_page(monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT / "docs" / "generate"))
    return importlib.import_module("cli_page")


@pytest.fixture
def api(monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT / "docs" / "generate"))
    return importlib.import_module("api.pages")


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


@pytest.mark.slow
@ON_THE_SITE
def test_pages_load_nothing_from_a_network(site):
    for page in (
        page for page in site.rglob("*.html") if page.parent.name != "gallery"
    ):  # reports have a test of their own
        text = page.read_text(encoding="utf-8")
        loaded = re.findall(r'<(?:script|img|iframe|source)[^>]+src="?(https?:[^"\s>]+)', text)
        loaded += re.findall(
            r'<link[^>]+rel="?(?:stylesheet|preconnect|preload|icon)[^>]+href="?(https?:[^"\s>]+)', text
        )
        assert not loaded, (page.name, loaded)
        assert not re.search(r"unpkg\.com|cdn\.|fonts\.g", text), page.name


@pytest.mark.slow
@ON_THE_SITE
def test_pages_quote_the_model_cards_and_the_files_that_they_show(site):
    assert (site / "models.html").read_text(encoding="utf-8").count("safetensors") > 0
    pages = [page.read_text(encoding="utf-8") for page in site.glob("*.html")]
    assert not any("{{" in re.sub(r"<(script|style|pre).*?</\1>", "", page, flags=re.S) for page in pages)
    plain = [re.sub(r"<[^>]+>", "", page) for page in pages]
    assert not any(re.search(r"--8\s*&lt;", page) for page in plain), "a file that is not quoted"


def test_every_page_has_its_place_in_the_navigation(api):
    nav = (ROOT / "mkdocs.yml").read_text(encoding="utf-8").split("\nnav:")[1]
    written = [path.name for path in (ROOT / "docs").glob("*.md")]
    assert [name for name in (*written, *api.api_pages()) if f": {name}\n" not in nav] == []


@pytest.mark.slow
@ON_THE_SITE
def test_the_gallery_links_to_live_pages_and_shows_a_picture_of_each(site):
    live = sorted(path.stem for path in (site / "gallery").glob("*.html"))
    assert live == ["conformers", "covalent", "docking"]
    page = (site / "gallery.html").read_text(encoding="utf-8")
    for name in live:
        assert f'href="gallery/{name}.html"' in page
        assert (site / "images" / f"gallery-{name}.png").stat().st_size > 10_000
        assert "Mol*" in (site / "gallery" / f"{name}.html").read_text(encoding="utf-8")


@pytest.mark.slow
@ON_THE_SITE
def test_references_come_after_other_pages_in_the_search(site):
    index = json.loads((site / "search" / "search_index.json").read_text(encoding="utf-8"))
    boosts = {entry["location"]: entry.get("boost", 1.0) for entry in index["docs"]}
    assert boosts["docking.html"] > boosts["cli.html"] > boosts["api/molgen.docking.html"]


def test_the_python_pages_have_every_exported_name_and_link_names_to_each_other(api):
    import molgen.docking

    pages = api.api_pages()
    text = "".join(pages.values())
    for name in (*molgen.docking.__all__, "dock", "generate_conformers"):
        assert re.search(rf"^## {name} \{{: #molgen\.(\w+\.)?{name} \}}$", text, flags=re.MULTILINE), name
    assert "[`dock`](molgen.md#molgen.dock)" in pages["api/molgen.docking.md"]
    assert "Related: [`DockingResult`](molgen.md#molgen.DockingResult)." in pages["api/molgen.docking.md"]


def test_a_docstring_becomes_markdown(api):
    docstrings = importlib.import_module("api.docstrings")
    text = """Do it, see :func:`molgen.dock` and ``x[0]``; E = a * b.

        x = exp(y)

    Args:
        a, b: of which
            there are two.
        c: one.

    Raises:
        ValueError: `c` is not *one*.
    """
    shown = docstrings.markdown(text, {"molgen.dock": "[`dock`](there)"}.get)
    assert shown == (
        "Do it, see [`dock`](there) and `x[0]`; E = a \\* b.\n\n```text\nx = exp(y)\n```\n\n"
        "**Args**\n\n- `a, b`: of which there are two.\n- `c`: one.\n\n"
        "**Raises**\n\n- `ValueError`: `c` is not \\*one\\*."
    )
    assert docstrings.markdown("Make it.\n\nReturns:\n    the [n, 3] of it.", lambda _: None).endswith(
        "**Returns:** the \\[n, 3\\] of it."
    )


@pytest.mark.slow
def test_the_tour_of_the_python_page_runs(tmp_path):
    (tmp_path / "data").symlink_to(ROOT / "data")
    done = subprocess.run(
        [sys.executable, str(ROOT / "docs" / "examples" / "tour.py")],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert "first pose" in done.stdout


def test_messages_of_the_questions_are_those_of_the_program():
    page = (ROOT / "docs" / "faq.md").read_text(encoding="utf-8").split("## Messages")[1].split("\n## ")[0]
    messages = re.findall(r"^\| `(.+?)` \|", page, flags=re.MULTILINE)
    source = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "molgen").rglob("*.py"))
    assert len(messages) > 10
    assert [one for one in messages if any(part.strip() not in source for part in one.split("…"))] == []
