"""The page on which conformers are asked for."""

from __future__ import annotations

from nicegui import ui

from molgen.app.jobs.requests import ConformerRequest
from molgen.app.pages.controls.inputs import MoleculeBox
from molgen.app.pages.controls.options import Options
from molgen.app.pages.controls.submission import submit_button
from molgen.app.pages.frame import frame
from molgen.app.services import Services

BASIC = {
    "n": "Conformers per molecule",
    "environment": "Shapes in",
    "sort": "Order",
    "minimize_with": "Minimize with",
}
ADVANCED = {
    "seed": "Seed",
    "unique": "Distinct by",
    "energy_window": "Energy window / kcal/mol",
    "min_rmsd": "Least RMSD / Å",
    "gas_phase": "Weight of gas-phase minima",
    "stereo": "Open stereo",
    "smiles_column": "Column of SMILES",
    "name_column": "Column of names",
    "align": "Superpose on the first",
    "largest_fragment": "Largest fragment only",
    "keep_conformer": "Keep the input's rings",
}


def add_conformer_page(services: Services) -> None:
    """Add the page."""

    @ui.page("/conformers")
    def page() -> None:
        with frame("Conformers"), ui.element("div").classes("molgen-columns"):
            with ui.card():
                ui.label("Molecules").classes("text-lg")
                molecules = MoleculeBox(services)
            with ui.card():
                ui.label("Options").classes("text-lg")
                basic = Options(ConformerRequest, BASIC)
                with ui.expansion("Advanced").classes("w-full"):
                    advanced = Options(ConformerRequest, ADVANCED)
                submit_button(
                    "Generate conformers",
                    services,
                    ConformerRequest,
                    lambda: {**molecules.values(), **basic.values(), **advanced.values()},
                )
