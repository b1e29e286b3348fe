"""Pages that mkdocs makes from the code, the model cards and the stored notebooks while it builds."""

from __future__ import annotations

import re
from pathlib import Path

from api.pages import api_pages
from cli_page import cli_page
from gallery import gallery_pages
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page
from notebook_page import notebook_page

ROOT = Path(__file__).parents[2]
_BOOSTS = {"api": 0.4, "cli.md": 0.6, "models.md": 0.3, "changelog.md": 0.1, "licenses.md": 0.2, "robustness.md": 0.5}
"""Beginning of a page's path -> how much its words count in the search, where others count 1."""


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages that have no file of their own."""
    from molgen.cli import root

    pages = {
        "cli.md": cli_page(root),
        **api_pages(),
        "models.md": model_cards(),
        "changelog.md": plain_links((ROOT / "CHANGELOG.md").read_text(encoding="utf-8")),
    }
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        pages[f"notebooks/{path.stem}.md"], pictures = notebook_page(path)
        for name, content in pictures.items():
            files.append(File.generated(config, f"notebooks/{name}", content=content))
    pages |= gallery_pages(ROOT / "docs" / "gallery")
    for name, text in pages.items():
        files.append(File.generated(config, name, content=text))
    return files


def on_page_markdown(markdown: str, page: Page, **_: object) -> str:
    """Who searches for a word wants a page on a task before references: these count for less."""
    boost = next((value for start, value in _BOOSTS.items() if page.file.src_uri.startswith(start)), None)
    if boost is not None:
        page.meta["search"] = {"boost": boost}
    return markdown


def model_cards() -> str:
    """The cards of all shipped weights, one after the other."""
    cards = [path.read_text(encoding="utf-8") for path in sorted((ROOT / "molgen" / "weights").glob("*.md"))]
    lowered = [re.sub(r"^#", "##", plain_links(card), flags=re.MULTILINE) for card in cards]
    return "\n\n".join(["# Model cards", *lowered])


def plain_links(text: str) -> str:
    """Links to files of the repository are names here: the site has no such pages."""
    return re.sub(r"\[([^\]]+)\]\((?!https?:|#)[^)]*\)", r"`\1`", text)
