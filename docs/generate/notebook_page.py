"""A stored notebook as a page: its text, code, printed output and pictures."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import nbformat


def notebook_page(path: Path) -> tuple[str, dict[str, bytes]]:
    """Markdown, and the pictures by file name."""
    notebook = nbformat.read(path, as_version=4)
    parts, pictures = [], {}
    for number, cell in enumerate(notebook.cells):
        if cell.cell_type == "markdown":
            parts.append(cell.source)
            continue
        if cell.cell_type != "code" or not cell.source.strip():
            continue
        parts.append(f"```python\n{cell.source}\n```")
        for place, output in enumerate(cell.outputs):
            parts.append(_output(output, f"{path.stem}-{number}-{place}", pictures))
    parts.append(f"This page is the stored notebook `notebooks/{path.name}`.")
    return "\n\n".join(part for part in parts if part) + "\n", pictures


def _output(output: Any, stem: str, pictures: dict[str, bytes]) -> str:
    if output.output_type == "stream":
        return f"```text\n{output.text.rstrip()}\n```"
    data = output.get("data", {})
    if "image/png" in data:
        pictures[f"{stem}.png"] = base64.b64decode(data["image/png"])
        return f"![]({stem}.png)"
    if "text/html" in data:
        return "".join(data["text/html"])
    if "text/plain" in data:
        return f"```text\n{data['text/plain']}\n```"
    return ""
