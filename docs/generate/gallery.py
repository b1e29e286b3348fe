"""Live pages of the gallery: stored reports as HTML, with the viewer that is installed."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from pathlib import Path

from pydantic import TypeAdapter

from molgen.reports.content import Report
from molgen.reports.pages.html import page_of
from molgen.reports.pages.viewer import load_viewer


def gallery_pages(folder: Path) -> Iterator[tuple[str, str]]:
    """Path on the site and text of each page, from the reports that docs/make_gallery.py has stored."""
    reader = TypeAdapter(Report)
    for path in sorted(folder.glob("*.json.gz")):
        report = reader.validate_json(gzip.decompress(path.read_bytes()))
        yield f"gallery/{path.name.removesuffix('.json.gz')}.html", page_of(report, load_viewer())
