"""Run notebooks and store them with their outputs, without what would differ from run to run.

    python notebooks/store.py                       # all of them
    python notebooks/store.py notebooks/02_docking.ipynb

Widgets are left out (the viewer alone takes megabytes), and so are times, messages on stderr and the metadata of the
machine. Figures are kept in 256 colors, a third of the bytes.
"""

from __future__ import annotations

import base64
import io
import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from PIL import Image

HERE = Path(__file__).parent
METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


def store(path: Path, seconds: int = 300) -> None:
    """Execute a notebook and overwrite it with its outputs."""
    notebook = nbformat.read(path, as_version=4)
    NotebookClient(
        notebook, timeout=seconds, store_widget_state=False, record_timing=False, coalesce_streams=True
    ).execute(cwd=str(HERE))
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
        if cell.cell_type == "code":
            cell.outputs = [] if "live-view" in cell.metadata.get("tags", ()) else _kept(cell.outputs)
    notebook.metadata = nbformat.from_dict(METADATA)
    nbformat.write(notebook, path)


def _kept(outputs: list) -> list:
    """Not what is told on stderr, nor the plain form of what is shown as HTML: it holds addresses in memory."""
    for one in outputs:
        if "text/html" in one.get("data", {}):
            one.data.pop("text/plain", None)
        if "image/png" in one.get("data", {}):
            one.data["image/png"] = _in_few_colors(one.data["image/png"])
    return [one for one in outputs if one.output_type != "stream" or one.name == "stdout"]


def _in_few_colors(png: str) -> str:
    """The same image with a palette, if that is smaller."""
    image = Image.open(io.BytesIO(base64.b64decode(png))).convert("RGB")
    file = io.BytesIO()
    image.quantize(256, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE).save(file, "png", optimize=True)
    return min(png, base64.b64encode(file.getvalue()).decode() + "\n", key=len)


if __name__ == "__main__":
    for name in sys.argv[1:] or sorted(map(str, HERE.glob("*.ipynb"))):
        store(Path(name))
