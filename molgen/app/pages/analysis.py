"""The page on which structures of any program are compared with references."""

from __future__ import annotations

from typing import Any

from nicegui import ui

from molgen.app.jobs.requests import AnalysisRequest
from molgen.app.pages.controls.inputs import FileBox
from molgen.app.pages.controls.options import Options
from molgen.app.pages.controls.submission import submit_button
from molgen.app.pages.frame import frame
from molgen.app.services import Services
from molgen.errors import InputError

BASIC = {"mode": "Compare", "threshold": "Close within / Å", "first": "Best of the first"}
ADVANCED = {"validity": "Validity checks", "seed": "Seed"}


def add_analysis_page(services: Services) -> None:
    """Add the page."""

    @ui.page("/analysis")
    def page() -> None:
        with frame("Analysis"), ui.element("div").classes("molgen-columns"):
            with ui.card():
                ui.label("Structures").classes("text-lg")
                boxes = {
                    "structures": FileBox(services, "Conformers or poses: .sdf, .mol2", "ligands"),
                    "reference": FileBox(services, "References (optional): .sdf, .mol2", "ligands"),
                    "protein": FileBox(services, "Protein around poses (optional)", "protein"),
                }
            with ui.card():
                ui.label("Options").classes("text-lg")
                basic = Options(AnalysisRequest, BASIC)
                with ui.expansion("Advanced").classes("w-full"):
                    advanced = Options(AnalysisRequest, ADVANCED)

                def values() -> dict[str, Any]:
                    files = {role: box.upload.id for role, box in boxes.items() if box.upload is not None}
                    if "structures" not in files:
                        raise InputError("drop a file with structures first")
                    return {**files, **basic.values(), **advanced.values()}

                submit_button("Analyze", services, AnalysisRequest, values)
