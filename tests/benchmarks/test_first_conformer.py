"""Single points of conformers by an outside program, and the table of them."""

import pytest

from benchmarks.conformers import first_conformer
from molgen import generate_conformers


@pytest.fixture
def program(tmp_path, monkeypatch):
    """An `xtb` that prints an energy that grows with the first coordinate, and keeps what it was called with."""
    program = tmp_path / "xtb"
    program.write_text(
        f"#!/bin/sh\necho $@ >> {tmp_path}/calls\nawk 'NR == 3 {{printf \"TOTAL ENERGY %.4f Eh\", $2 - 1000}}' $1\n"
    )
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    return tmp_path


def test_single_points_are_those_of_the_conformers_asked_for(program):
    mol = generate_conformers("OCC[O-]", n=2)
    for index, conformer in enumerate(mol.GetConformers()):
        conformer.SetAtomPosition(0, (float(index) + 1, 0.0, 0.0))
    count = mol.GetNumConformers()
    assert count > 1
    energies = first_conformer.single_points(mol, [count - 1, 0], "water")
    assert energies[0] - energies[1] == pytest.approx((count - 1) * first_conformer.HARTREE)
    assert "--chrg -1 --alpb water" in (program / "calls").read_text()


def test_the_table_has_a_row_for_each_choice():
    row = {"molgen": 2.0, "molgen_lowest": 0.5, "molgen_best": 0.0, "rdkit": 4.0}
    table = first_conformer._table([row, row])
    assert "| molgen, first of 50 | 2.0 | 2.0 | 0 % | 100 % |" in table
    assert "2 molecules" in table
