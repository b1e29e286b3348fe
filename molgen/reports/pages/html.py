"""A report as one HTML file that opens offline: tables and figures are in the page, the 3D view reads data in it.

Every text of the inputs is escaped; the page's content security policy allows no network and no script but its own.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from functools import lru_cache
from html import escape
from importlib.resources import files
from pathlib import Path
from string import Template
from typing import Any

from molgen.errors import InputError
from molgen.files import check_place, write_atomically
from molgen.reports.content import Entry, Figure, Report, Subject
from molgen.reports.pages.contacts.scene import INK
from molgen.reports.pages.html_tables import entry_table, image, plain_table
from molgen.reports.pages.scene import (
    HYDROPHOBIC,
    METADATA,
    NEGATIVE,
    PINNED,
    POSITIVE,
    REFERENCE,
    SIZES,
    selectors,
    shade,
    surface_selectors,
    templates,
)
from molgen.reports.pages.viewer import OPTIONS, PLAINER, Viewer, check_viewer, load_viewer

_WIDE = ' class="wide"'
SCRIPTS = ("page.js", "tables.js")
"""What runs in the page, in this order, as one script."""


def check_report(path: str | Path) -> None:
    """Refuse a report that could not be written, before the work begins.

    Raises:
        InputError: the name does not end in .html or .htm, or nothing can be written there.
        ConfigError: a package that reports need is not installed.
    """
    if Path(path).suffix.lower() not in (".html", ".htm"):
        raise InputError("reports are written as .html", source=path)
    if not os.access(check_place(path).parent, os.W_OK):
        raise InputError("cannot write into this folder", source=path)
    check_viewer()


def write_report(path: str | Path, report: Report) -> None:
    """Write a report, whole or not at all.

    Raises:
        InputError: the file cannot be written.
        ConfigError: a package that reports need is not installed.
    """
    page = page_of(report, load_viewer())
    with write_atomically(path) as file:
        file.write(page)


def page_of(report: Report, viewer: Viewer) -> str:
    """The text of the HTML file."""
    script = "".join(map(_own, SCRIPTS))
    digest = base64.b64encode(hashlib.sha256(script.encode("utf-8")).digest()).decode("ascii")
    return Template(_own("page.html")).substitute(
        digest=digest,
        title=escape(report.title),
        lead=escape(report.lead),
        style=_own("page.css"),
        viewer_style=viewer.style.replace("</", "<\\/"),
        viewer_script=viewer.script,
        script=script,
        data=json_text(_data(report)),
        choice=_choice(report),
        legend=_legend(report),
        receptor="" if report.receptor else "hidden",
        surfaces=_surface_legends(),
        known="" if _has_reference(report) else "hidden",
        contacts="" if _has_contacts(report) else "hidden",
        record="" if any(entry.record for subject in report.subjects for entry in subject.entries) else "hidden",
        kind=escape(report.kind),
        home="Pocket" if report.receptor else "Reset view",
        facts=_facts(report.facts),
        notes=_notes(report.notes),
        subjects="\n".join(_subject(k, subject, report) for k, subject in enumerate(report.subjects)),
        figures="\n".join(_figures(k, subject.figures) for k, subject in enumerate(report.subjects)),
        summary=_summary(report),
        overview=_overview(report),
        provenance=_facts(report.provenance),
    )


def _has_reference(report: Report) -> bool:
    return any(subject.reference or any(entry.reference for entry in subject.entries) for subject in report.subjects)


def _has_contacts(report: Report) -> bool:
    return any(entry.contacts for subject in report.subjects for entry in subject.entries)


def json_text(value: object) -> str:
    """JSON that may stand in a script element: ASCII, and nothing in it that HTML could take for a tag."""
    text = json.dumps(value, allow_nan=False, separators=(",", ":"))
    return text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")


def _data(report: Report) -> dict[str, Any]:
    """What the script of the page reads."""
    return {
        "kind": report.kind,
        "overlaid": report.overlaid,
        "receptor": report.receptor,
        "templates": templates(),
        "sizes": SIZES,
        "surfaces": surface_selectors(report.residues),
        "pinned": PINNED,
        "ink": INK,
        "metadata": METADATA,
        "options": dict(OPTIONS),
        "plainer": dict(PLAINER),
        "subjects": [
            {
                "name": subject.name,
                "reference": subject.reference,
                "camera": dict(subject.camera),
                "entries": [_entry(entry, k, len(subject.entries)) for k, entry in enumerate(subject.entries)],
            }
            for subject in report.subjects
        ],
    }


def _entry(entry: Entry, index: int, count: int) -> dict[str, Any]:
    return {
        "name": entry.name,
        "structure": entry.structure,
        "nearby": selectors(entry.nearby),
        "color": entry.color or shade(index, count),
        "reference": entry.reference,
        "contacts": [dict(node) for node in entry.contacts],
        "record": entry.record,
    }


@lru_cache
def _own(name: str) -> str:
    return files("molgen.reports.pages").joinpath(name).read_text(encoding="utf-8")


def _overview(report: Report) -> str:
    """All inputs; a click on one that can be looked at shows it."""
    if report.overview is None:
        return ""
    places = {subject.name: k for k, subject in reversed(list(enumerate(report.subjects)))}
    first = {name.removesuffix(", variant 1"): k for name, k in places.items()}
    shown = [places.get(row[0], first.get(row[0])) for row in report.overview.rows]
    return f"<section><h2>All inputs</h2>{plain_table(report.overview, shown)}</section>"


def _choice(report: Report) -> str:
    if len(report.subjects) < 2:
        return ""
    options = "".join(
        f'<option value="{k}">{escape(subject.name)}</option>' for k, subject in enumerate(report.subjects)
    )
    return f'<label class="choice">Molecule <select id="subject">{options}</select></label>'


def _legend(report: Report) -> str:
    ranked = {f"{report.leading} {report.kind}": shade(0, 2), "others, paler with rank": shade(1, 2)}
    shown = [(color, escape(name)) for name, color in (report.colors or ranked).items()]
    if _has_reference(report):
        shown.append((REFERENCE, "reference"))
    return f'<ul class="legend" aria-label="Colors of carbon">{_chips(shown)}</ul>'


def _surface_legends() -> str:
    """What the colors of a surface mean; the script shows the one that is chosen."""
    legends = {
        "surface_hydrophobic": [(HYDROPHOBIC, "hydrophobic residue")],
        "surface_charge": [(POSITIVE, "positive residue"), (NEGATIVE, "negative residue")],
    }
    return "".join(
        f'<ul class="legend" data-surface="{name}" hidden aria-label="Colors of the surface">{_chips(shown)}</ul>'
        for name, shown in legends.items()
    )


def _chips(shown: Sequence[tuple[str, str]]) -> str:
    return "".join(f'<li><span class="chip" style="background:{color}"></span>{text}</li>' for color, text in shown)


def _subject(index: int, subject: Subject, report: Report) -> str:
    picture = image(subject.drawing, f"structural formula of {subject.name}", "drawing")
    details = "\n".join(_details(k, entry) for k, entry in enumerate(subject.entries) if entry.details)
    order = f'<p class="order">{escape(report.order)}</p>' if report.order else ""
    return (
        f'<article data-subject="{index}"{" hidden" if index else ""}>\n<h2>{escape(subject.name)}</h2>\n'
        f'<div class="about">{_facts(subject.facts)}{picture}</div>\n{_notes(subject.notes)}\n'
        f"{order}{entry_table(subject, report.kind)}\n{details}\n</article>"
    )


def _details(index: int, entry: Entry) -> str:
    content = f"<h3>{escape(entry.name)}</h3>{_facts(entry.details)}"
    if entry.picture is not None:
        content += f'<div class="figures">{_pictures([entry.picture])}</div>'
    if entry.table is not None:
        content += plain_table(entry.table)
    return f'<section class="details" data-entry="{index}" hidden>{content}</section>'


def _figures(index: int, figures: Sequence[Figure]) -> str:
    if not figures:
        return ""
    return f'<div class="figures" data-subject="{index}"{" hidden" if index else ""}>{_pictures(figures)}</div>'


def _pictures(figures: Sequence[Figure]) -> str:
    return "".join(
        f"<figure{_WIDE if figure.wide else ''}>{image(figure.svg, figure.caption)}"
        f"<figcaption>{escape(figure.caption)}</figcaption></figure>"
        for figure in figures
    )


def _summary(report: Report) -> str:
    """Statistics and figures of all inputs together."""
    if report.summary is None and not report.figures:
        return ""
    table = "" if report.summary is None else plain_table(report.summary)
    return f'<section><h2>Summary</h2>{table}<div class="figures">{_pictures(report.figures)}</div></section>'


def _facts(facts: Mapping[str, str]) -> str:
    if not facts:
        return ""
    return f"<dl>{''.join(f'<dt>{escape(name)}</dt><dd>{escape(text)}</dd>' for name, text in facts.items())}</dl>"


def _notes(notes: Sequence[str]) -> str:
    return f'<ul class="notes">{"".join(f"<li>{escape(note)}</li>" for note in notes)}</ul>' if notes else ""
