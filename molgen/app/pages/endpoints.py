"""The page of the REST endpoints, from their OpenAPI description; the usual ones load scripts from elsewhere."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI, Request
from nicegui import ui

from molgen.app.pages.frame import frame

_EXAMPLE = """curl -F file=@1ia1.cif {base}/api/files
curl -H 'Content-Type: application/json' {base}/api/jobs -d \\
  '{{"kind": "dock", "protein": "ID", "smiles": "Nc1nc(N)c2c(Sc3ccccc3)cccc2n1 TQ3", "pocket": "ligand:TQ3"}}'
curl {base}/api/jobs/ID
curl {base}/api/jobs/ID/results
curl -X POST {base}/api/jobs/ID/cancel"""


def add_endpoint_page(app: FastAPI) -> None:
    """Add the page."""

    @ui.page("/api")
    def page(request: Request) -> None:
        document = app.openapi()
        with frame("REST"):
            with ui.card():
                ui.label("The same from programs").classes("text-lg")
                ui.label(_EXAMPLE.format(base=str(request.base_url).rstrip("/"))).classes("molgen-command")
                ui.link("OpenAPI description, JSON", "/api/openapi.json")
            for path, methods in document["paths"].items():
                for method, operation in methods.items():
                    _operation(f"{method.upper()} {path}", operation)
            with ui.card():
                ui.label("Requests and answers").classes("text-lg")
                for name, schema in document["components"]["schemas"].items():
                    _schema(name, schema)


def _operation(title: str, operation: dict[str, Any]) -> None:
    with ui.card().classes("gap-1"):
        ui.label(title).classes("molgen-command font-bold")
        ui.label(operation.get("description", ""))
        bodies = operation.get("requestBody", {}).get("content", {})
        for kind, body in bodies.items():
            ui.label(f"takes {kind}: {_type(body['schema'])}").classes("molgen-soft")
        good = next((answer for code, answer in operation["responses"].items() if code.startswith("2")), {})
        for body in good.get("content", {}).values():
            ui.label(f"answers {_type(body.get('schema', {})) or 'a file'}").classes("molgen-soft")


def _schema(name: str, schema: dict[str, Any]) -> None:
    needed = schema.get("required", [])
    with ui.expansion(name).classes("w-full"):
        ui.label(schema.get("description", ""))
        rows = [
            {
                "field": field,
                "type": _type(description),
                "default": "required" if field in needed else str(description.get("default", "")),
                "meaning": description.get("description", ""),
            }
            for field, description in schema.get("properties", {}).items()
        ]
        if rows:
            columns = [{"name": key, "label": key, "field": key, "align": "left"} for key in rows[0]]
            ui.table(rows=rows, columns=columns, row_key="field").props("dense flat wrap-cells").classes("w-full")


def _type(schema: dict[str, Any]) -> str:
    """A type in words."""
    if "$ref" in schema:
        return schema["$ref"].rpartition("/")[2]
    parts = schema.get("anyOf") or schema.get("oneOf")
    if parts:
        return " or ".join(dict.fromkeys(map(_type, parts)))
    if "enum" in schema:
        return ", ".join(map(str, schema["enum"]))
    if "const" in schema:
        return str(schema["const"])
    kind = schema.get("type", "")
    return f"list of {_type(schema.get('items', {}))}" if kind == "array" else kind
