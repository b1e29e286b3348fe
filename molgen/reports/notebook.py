"""The 3D view of a report as a widget in a notebook, without network."""

from __future__ import annotations

import base64
import json
from typing import Any

from molgen.reports.content import Report
from molgen.reports.pages.scene import scene, templates
from molgen.reports.pages.viewer import OPTIONS, check_viewer


def notebook_view(
    report: Report, *, subject: int = 0, entry: int | None = None, surface: bool = False, height: int = 450
) -> Any:
    """What a report shows of one molecule, as an `ipymolstar` widget.

    Args:
        report: e.g. of :func:`molgen.reports.pages.docking_report.docking_report`.
        subject: index of the molecule.
        entry: index of the conformer or pose; None for all of them.
        surface: draw that of the receptor.
        height: in pixels.

    Raises:
        ConfigError: ipymolstar is not installed.
    """
    check_viewer()
    from ipymolstar.molviewspec import MolViewSpec

    chosen = report.subjects[subject]
    first, entries = (0, chosen.entries) if entry is None else (entry, [chosen.entries[entry]])
    tree = scene(
        templates(),
        [(_url(one.structure), one.nearby) for one in entries],
        count=len(chosen.entries),
        first=first,
        camera=chosen.camera,
        receptor=_url(report.receptor),
        reference=_url(chosen.reference),
        surface=surface,
    )
    return MolViewSpec(
        msvj_data=json.dumps(tree),
        height=f"{height}px",
        viewer_options=dict(OPTIONS),
        mvs_load_options={"replaceExisting": True, "sanityChecks": False},
    )


def _url(text: str) -> str:
    """A text as the URL of itself; "" for none."""
    return f"data:text/plain;base64,{base64.b64encode(text.encode('utf-8')).decode('ascii')}" if text else ""
