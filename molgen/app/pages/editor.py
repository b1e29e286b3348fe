"""Drawing molecules, with the editor JSME from its package on npm, which the user names; nothing of it ships here."""

from __future__ import annotations

import mimetypes
import tarfile
import zlib
from importlib.resources import files
from pathlib import Path
from typing import Any

from fastapi import APIRouter, HTTPException, Response
from fastapi.responses import HTMLResponse
from nicegui import ui

from molgen.errors import InputError

_SCRIPT = "jsme.nocache.js"
_MOST_BYTES, _MOST_FILES = 64 * 2**20, 2000
_LISTEN = """<script>
window.addEventListener("message", (event) => {
  const drawn = event.origin === location.origin ? event.data?.drawn : null;
  if (typeof drawn === "string") emitEvent("drawn", drawn);
});
</script>"""


def read_editor(path: Path) -> dict[str, bytes]:
    """Name -> content of the files of JSME, from `npm pack jsme-editor`; held in memory, nothing is unpacked.

    Raises:
        InputError: the file cannot be read, or holds something else.
    """
    contents: dict[str, bytes] = {}
    try:
        with tarfile.open(path, "r:gz") as archive:
            size = 0
            for member in archive:
                size += member.size
                if size > _MOST_BYTES or len(contents) > _MOST_FILES:
                    raise InputError("holds more than an editor", source=path)
                content = archive.extractfile(member) if member.isfile() else None
                if content is not None and member.name.startswith("package/"):
                    contents[member.name.removeprefix("package/")] = content.read()
    except (OSError, tarfile.TarError, zlib.error, EOFError) as error:
        raise InputError(f"cannot be read as a package of npm: {error}", source=path) from error
    if _SCRIPT not in contents:
        raise InputError(f"is not the package jsme-editor: it holds no {_SCRIPT}", source=path)
    return contents


def editor_routes(editor: dict[str, bytes]) -> APIRouter:
    """The page to draw on, and the files of the editor."""
    router = APIRouter(include_in_schema=False)

    @router.get("/editor")
    def page() -> HTMLResponse:
        return HTMLResponse(files("molgen.app.pages").joinpath("editor.html").read_text(encoding="utf-8"))

    @router.get("/editor/{name:path}")
    def file(name: str) -> Response:
        if name not in editor:
            raise HTTPException(404, "the editor has no such file")
        kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
        return Response(editor[name], media_type=kind, headers={"cache-control": "private, max-age=3600"})

    return router


def draw_button(on_smiles: Any) -> None:
    """A button that opens the editor; `on_smiles` is called with what was drawn."""
    ui.add_body_html(_LISTEN)
    with ui.dialog() as dialog, ui.card().style("width: min(640px, 94vw); max-width: none"):
        frame = ui.element("iframe").props('title="Draw a molecule"').style("border: 0; width: 100%; height: 470px")

    def take(event: Any) -> None:
        dialog.close()
        if event.args:
            on_smiles(str(event.args))

    def draw() -> None:
        frame.props('src="/editor"')
        dialog.open()

    ui.on("drawn", take)
    ui.button("Draw", icon="draw", on_click=draw).props("outline no-caps dense")
