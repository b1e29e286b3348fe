"""The page in which an uploaded structure is seen in 3D, and its ligands and pockets are clicked."""

from __future__ import annotations

import base64
from functools import lru_cache
from html import escape
from importlib.resources import files
from string import Template
from typing import Annotated

from fastapi import APIRouter, Path, Response
from fastapi.responses import HTMLResponse

from molgen.app.services import Services
from molgen.app.uploads import FILE_ID
from molgen.reports.pages.html import json_text
from molgen.reports.pages.scene import COFACTOR, METADATA, RECEPTOR, REFERENCE, shade
from molgen.reports.pages.viewer import OPTIONS, PLAINER, load_viewer

_COLORS = {"receptor": RECEPTOR, "ligand": COFACTOR, "pocket": REFERENCE, "chosen": shade(0, 2)}
_CACHED = {"cache-control": "private, max-age=3600"}


def structure_routes(services: Services) -> APIRouter:
    """The page of a structure, and the viewer's files, which are those of the reports."""
    router = APIRouter(include_in_schema=False)

    @router.get("/structures/{file_id}")
    def page(file_id: Annotated[str, Path(pattern=FILE_ID)]) -> HTMLResponse:
        upload = services.uploads.get(file_id)
        return HTMLResponse(structure_page(upload.name, services.structure(upload)))

    @router.get("/viewer/viewer.js")
    def script() -> Response:
        headers = {**_CACHED, "content-encoding": "gzip"}
        return Response(_viewer()[0], media_type="text/javascript", headers=headers)

    @router.get("/viewer/viewer.css")
    def style() -> Response:
        return Response(_viewer()[1], media_type="text/css", headers=_CACHED)

    return router


def structure_page(name: str, structure: dict) -> str:
    """The text of the page.

    Args:
        name: of the file.
        structure: from :func:`molgen.app.structures.describe`.
    """
    data = {
        "structure": structure["structure"],
        "choices": structure["choices"],
        "chosen": structure["suggested"],
        "colors": _COLORS,
        "metadata": METADATA,
        "options": dict(OPTIONS),
        "plainer": dict(PLAINER),
    }
    own = files("molgen.app.pages")
    page = Template(own.joinpath("structure.html").read_text(encoding="utf-8"))
    script = own.joinpath("structure.js").read_text(encoding="utf-8")
    return page.substitute(name=escape(name), data=json_text(data), script=script)


@lru_cache(maxsize=1)
def _viewer() -> tuple[bytes, str]:
    """The viewer's script, gzipped, and its style."""
    viewer = load_viewer()
    return base64.b64decode(viewer.script), viewer.style
