"""What is stored in the notebooks; that they run is tested by nbmake, which pytest runs over the folder."""

import re
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).parents[2]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
LARGEST = 1_000_000  # bytes


@pytest.fixture(params=NOTEBOOKS, ids=lambda path: path.stem)
def notebook(request):
    return nbformat.read(request.param, as_version=4)


def test_there_are_notebooks_on_every_subject():
    assert [path.stem[3:] for path in NOTEBOOKS] == [
        "conformers",
        "docking",
        "rmsd_distributions",
        "how_diffusion_works",
        "a_pocket_that_opens",
    ]


def test_every_notebook_is_small():
    assert all(path.stat().st_size < LARGEST for path in NOTEBOOKS)


def test_cells_were_run_once_from_top_to_bottom_without_error(notebook):
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
    kinds = {output.output_type for cell in cells for output in cell.outputs}
    assert kinds <= {"stream", "display_data", "execute_result"}
    assert any("image/png" in output.get("data", {}) for cell in cells for output in cell.outputs)


def test_outputs_name_no_place_of_a_machine_and_no_address_in_memory(notebook):
    for cell in notebook.cells:
        for output in cell.get("outputs", ()):
            text = output.get("text", "") + str(output.get("data", {}).get("text/plain", ""))
            assert not re.search(r"(?<![\w.])/(home|root|tmp|usr|Users|var)/|0x[0-9a-f]{6,}", text), text
            assert str(ROOT) not in text
            assert output.get("name") != "stderr"
    assert set(notebook.metadata) == {"kernelspec", "language_info"}
