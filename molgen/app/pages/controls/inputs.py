"""Where files are dropped and molecules are pasted."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from nicegui import events, ui

from molgen.app.pages.editor import draw_button
from molgen.app.pages.frame import show_error, size_text
from molgen.app.services import Services
from molgen.app.uploads import LIGAND_SUFFIXES, PROTEIN_SUFFIXES, Upload
from molgen.errors import MolgenError

_HINT = "CC(=O)Oc1ccccc1C(=O)O aspirin\nCn1cnc2c1c(=O)n(C)c(=O)n2C caffeine"


class FileBox:
    """A place to drop a file.

    Args:
        services: keep it.
        label: what is wanted.
        kind: "protein" or "ligands".
        on_file: called with an upload.

    Attributes:
        upload: the last one; None for none.
    """

    def __init__(
        self, services: Services, label: str, kind: str, on_file: Callable[[Upload], Awaitable[None]] | None = None
    ) -> None:
        self.upload: Upload | None = None
        self._services, self._on_file = services, on_file
        suffixes = PROTEIN_SUFFIXES if kind == "protein" else LIGAND_SUFFIXES
        limit = services.settings.upload_limit
        accepted = ",".join((*suffixes, ".gz"))
        self._box = ui.upload(label=label, auto_upload=True, max_file_size=limit, on_upload=self._receive)
        self._box.props(f'accept="{accepted}" flat bordered hide-upload-btn aria-label="{label}"').classes("w-full")
        self._box.on_rejected(lambda: ui.notify(_refusal(suffixes, limit), type="negative", multi_line=True))
        self._name = ui.label().classes("molgen-soft")
        self._name.set_visibility(False)

    async def _receive(self, event: events.UploadEventArguments) -> None:
        try:
            content = await event.file.read()
            self.upload = await asyncio.to_thread(self._services.uploads.add, event.file.name, [content])
        except MolgenError as error:
            show_error(error)
            return
        finally:
            self._box.reset()
        await self.show(self.upload)

    async def show(self, upload: Upload | None) -> None:
        """Take an upload that is there already."""
        if upload is None:
            return
        self.upload = upload
        self._name.set_text(f"{upload.name}, {size_text(upload.path.stat().st_size)}")
        self._name.set_visibility(True)
        if self._on_file is not None:
            await self._on_file(upload)

    def clear(self) -> None:
        self.upload = None
        self._name.set_visibility(False)


class MoleculeBox:
    """Where molecules are pasted, or dropped as a file; what came last counts."""

    def __init__(self, services: Services) -> None:
        self._text = ui.textarea("SMILES, one a line, each with a name", placeholder=_HINT)
        self._text.props("outlined autogrow input-style='font-family: ui-monospace, monospace'").classes("w-full")
        self._text.on("update:model-value", lambda: self._file.clear() if self._text.value else None)
        if services.settings.editor is not None:
            draw_button(self._drawn)
        self._file = FileBox(services, "or drop a .smi, .csv, .sdf, .mol2 file, or click", "ligands", self._dropped)

    def _drawn(self, smiles: str) -> None:
        lines = [line for line in (self._text.value or "").splitlines() if line.strip()]
        self._text.set_value("\n".join([*lines, f"{smiles} drawn{len(lines) + 1}"]))
        self._file.clear()

    async def _dropped(self, upload: Upload) -> None:
        self._text.set_value("")

    def values(self) -> dict[str, Any]:
        """Fields of a request."""
        return {"ligands": self._file.upload.id} if self._file.upload else {"smiles": self._text.value or ""}


def _refusal(suffixes: tuple[str, ...], limit: int) -> str:
    return f"not taken: files end in {', '.join(suffixes)} or .gz, and have at most {limit / 2**20:g} MB"
