"""The page in which an uploaded structure is seen in 3D, and its ligands and pockets are clicked."""

from __future__ import annotations

import base64
import hashlib
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
        text = structure_page(upload.name, services.structure(upload))
        return HTMLResponse(text, headers={"content-security-policy": _policy()})

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
        "middle": structure["middle"],
        "chosen": structure["suggested"],
        "colors": _COLORS,
        "metadata": METADATA,
        "options": dict(OPTIONS),
        "plainer": dict(PLAINER),
    }
    page = Template(files("molgen.app.pages").joinpath("structure.html").read_text(encoding="utf-8"))
    return page.substitute(name=escape(name), data=json_text(data), script=_script())


@lru_cache(maxsize=1)
def _script() -> str:
    return files("molgen.app.pages").joinpath("structure.js").read_text(encoding="utf-8")


def _policy() -> str:
    """No script but our own: the viewer shows names from the file as HTML."""
    digest = base64.b64encode(hashlib.sha256(_script().encode("utf-8")).digest()).decode("ascii")
    return (
        f"default-src 'none'; script-src 'self' 'sha256-{digest}' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
        "img-src data: blob:; font-src data:; connect-src 'self' data: blob:; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'self'"
    )


@lru_cache(maxsize=1)
def _viewer() -> tuple[bytes, str]:
    """The viewer's script, gzipped, and its style."""
    viewer = load_viewer()
    return base64.b64decode(viewer.script), viewer.style
