"""The page on which a ligand is docked: protein, pocket, ligands, options."""

from __future__ import annotations

import asyncio
from typing import Any

from nicegui import ui

from molgen.app.jobs.requests import DockRequest
from molgen.app.pages.frame import frame, tell_error
from molgen.app.pages.inputs import FileBox, MoleculeBox
from molgen.app.pages.options import Options
from molgen.app.pages.pocket_choice import PocketChoice
from molgen.app.pages.submission import submit_button
from molgen.app.services import Services
from molgen.app.uploads import Upload
from molgen.errors import InputError, MolgenError

BASIC = {"n": "Poses per ligand", "effort": "Effort", "protonate": "pH, auto or no"}
ADVANCED = {
    "seed": "Seed",
    "states": "Protonation states",
    "stereo": "Open stereo",
    "proposals": "Start from",
    "rank": "Rank by",
    "keep": "Keep groups",
    "drop": "Leave out groups",
    "chains": "Chains",
    "require": "Required interactions",
    "forbid": "Forbidden interactions",
    "smiles_column": "Column of SMILES",
    "name_column": "Column of names",
    "largest_fragment": "Largest fragment only",
    "keep_conformer": "Keep the input's rings",
}


def add_docking_page(services: Services) -> None:
    """Add the page; `?protein=ID` begins with an upload."""

    @ui.page("/")
    async def page(protein: str = "") -> None:
        with frame("Dock"), ui.element("div").classes("molgen-columns molgen-docking"):
            await _content(services, protein)


async def _content(services: Services, known: str) -> None:
    async def look(upload: Upload) -> None:
        waiting.set_visibility(True)
        try:
            structure = await asyncio.to_thread(services.structure, upload)
        except MolgenError as error:
            protein.clear()
            choice.clear()
            tell_error(error)
            return
        finally:
            waiting.set_visibility(False)
        choice.show(upload, structure)

    with ui.card():
        ui.label("1  Protein").classes("text-lg")
        protein = FileBox(services, "Drop a PDB or mmCIF file, or click", "protein", look)
        with ui.row().classes("items-center") as waiting:
            ui.spinner()
            ui.label("Looking for chains, ligands and pockets").classes("molgen-soft")
        waiting.set_visibility(False)
    with ui.card().classes("pocket"):
        ui.label("2  Pocket").classes("text-lg")
        choice = PocketChoice()
    with ui.card():
        ui.label("3  Ligands").classes("text-lg")
        molecules = MoleculeBox(services)
    with ui.card():
        ui.label("4  Options").classes("text-lg")
        basic = Options(DockRequest, BASIC)
        with ui.expansion("Advanced").classes("w-full"):
            advanced = Options(DockRequest, ADVANCED)
            reference = FileBox(services, "Known pose to compare with (optional): .sdf", "ligands")
            core = FileBox(services, "Pose whose common core stays in place (optional): .sdf", "ligands")

        def values() -> dict[str, Any]:
            if protein.upload is None:
                raise InputError("drop the file of a protein first")
            files = {"reference": reference, "core": core}
            return {
                "protein": protein.upload.id,
                "pocket": choice.spec,
                **{role: box.upload.id for role, box in files.items() if box.upload is not None},
                **molecules.values(),
                **basic.values(),
                **advanced.values(),
            }

        submit_button("Dock", services, DockRequest, values)
    if known:
        try:
            await protein.show(services.uploads.get(known))
        except MolgenError as error:
            tell_error(error)
