"""What the benchmark of structure files sees of a packing."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from benchmarks.side_chains.structures import bond_error, farthest_kept, row_of, structure_files, table
from molgen.chem.proteins.reading import read_protein
from molgen.models.side_chains.task import TASK
from molgen.packing.pack import pack
from molgen.packing.records import PackConfig

PROTEIN = Path("data/1ia1.pdb")


@pytest.fixture(scope="module")
def packing():
    return pack(PROTEIN, PackConfig(residues="A:9,A:32"))


def test_a_packing_keeps_what_it_does_not_build_and_builds_it_exactly(packing):
    assert farthest_kept(read_protein(PROTEIN), packing.protein, packing) == 0.0
    assert bond_error(packing) < 1e-3


def test_an_atom_out_of_place_is_seen(packing):
    moved = packing.protein.positions.copy()
    moved[packing.protein.residues[0].start] += [0.0, 0.3, 0.4]
    assert farthest_kept(read_protein(PROTEIN), replace(packing.protein, positions=moved), packing) == pytest.approx(
        0.5
    )
    built = next(residue for residue in packing.protein.residues if residue.label == "GLU:A:32")
    moved[built.stop - 1] += 0.2
    stretched = replace(packing, protein=replace(packing.protein, positions=moved))
    assert bond_error(stretched) > 0.05
    fewer = packing.protein.keep(lambda residue: residue.label != packing.protein.residues[0].label)
    assert farthest_kept(read_protein(PROTEIN), fewer, packing) == np.inf


def test_packed_and_refused_files_are_counted(tmp_path):
    (tmp_path / "none.pdb").write_text("END\n")
    (tmp_path / "notes.txt").write_text("nothing\n")
    model = TASK.load()[0]
    rows = [row_of(path, 2, model) for path in (PROTEIN, *structure_files([tmp_path]))]
    assert [bool(row["refused"]) for row in rows] == [False, True]
    assert rows[0]["packed"] <= 2
    assert rows[0]["written"] <= 1e-3
    text = table(rows)
    assert "| refused with one line | 1 |" in text
    assert "| faults | 0 |" in text
