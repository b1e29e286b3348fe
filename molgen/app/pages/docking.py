"""The page on which a ligand is docked: protein, pocket, ligands, options."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Any

from nicegui import ui

from molgen.app.jobs.requests import DockRequest
from molgen.app.pages.controls.inputs import FileBox, MoleculeBox
from molgen.app.pages.controls.options import Options
from molgen.app.pages.controls.pocket_choice import PocketChoice
from molgen.app.pages.controls.submission import submit_button
from molgen.app.pages.frame import frame, show_error
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
    """Add the page; `?job=ID` begins with the protein and the pocket of that job."""

    @ui.page("/")
    def page(job: str = "") -> None:
        with frame("Dock"), ui.element("div").classes("molgen-columns molgen-docking"):
            form = DockingForm(services)
            if job:
                ui.timer(0.1, partial(form.begin_as, job), once=True)


class DockingForm:
    """What is asked for: protein, pocket, ligands, options."""

    def __init__(self, services: Services) -> None:
        self._services = services
        with ui.card():
            ui.label("1  Protein").classes("text-lg")
            self._protein = FileBox(services, "Drop a PDB or mmCIF file, or click", "protein", self._look)
            with ui.row().classes("items-center") as self._waiting:
                ui.spinner()
                ui.label("Looking for chains, ligands and pockets").classes("molgen-soft")
            self._waiting.set_visibility(False)
        with ui.card().classes("pocket"):
            ui.label("2  Pocket").classes("text-lg")
            self._pocket = PocketChoice()
        with ui.card():
            ui.label("3  Ligands").classes("text-lg")
            self._molecules = MoleculeBox(services)
        with ui.card():
            ui.label("4  Options").classes("text-lg")
            self._basic = Options(DockRequest, BASIC)
            with ui.expansion("Advanced").classes("w-full"):
                self._advanced = Options(DockRequest, ADVANCED)
                self._poses = {
                    "reference": FileBox(services, "Known pose to compare with (optional): .sdf", "ligands"),
                    "core": FileBox(services, "Pose whose common core stays in place (optional): .sdf", "ligands"),
                }
            submit_button("Dock", services, DockRequest, self.values)

    def values(self) -> dict[str, Any]:
        """Fields of a request; raises InputError where there is no protein."""
        if self._protein.upload is None:
            raise InputError("drop the file of a protein first")
        return {
            "protein": self._protein.upload.id,
            "pocket": self._pocket.spec,
            **{role: box.upload.id for role, box in self._poses.items() if box.upload is not None},
            **self._molecules.values(),
            **self._basic.values(),
            **self._advanced.values(),
        }

    async def begin_as(self, job_id: str) -> None:
        """Take the protein and the pocket of an earlier job."""
        try:
            request = self._services.store.request(job_id)
            await self._protein.show(self._services.uploads.get(request.get("protein", "")))
        except MolgenError as error:
            show_error(error)
        else:
            self._pocket.choose(request["pocket"])

    async def _look(self, upload: Upload) -> None:
        self._waiting.set_visibility(True)
        try:
            structure = await asyncio.to_thread(self._services.structure, upload)
        except MolgenError as error:
            self._protein.clear()
            self._pocket.clear()
            show_error(error)
            return
        finally:
            self._waiting.set_visibility(False)
        self._pocket.show(upload, structure)
