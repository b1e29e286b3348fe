"""The benchmark of ring shapes: chairs against boats, axial against equatorial, whatever the order of the atoms."""

import numpy as np
import pytest
from rdkit import Chem

from benchmarks.conformers.ring_shapes import report, ring_deviations
from benchmarks.conformers.scores import Reference
from molgen import generate_conformers

SMILES = "OC1CCCCC1"


@pytest.fixture(scope="module")
def made() -> Chem.Mol:
    return generate_conformers(SMILES, 8, model="uniform", gas_phase_steps=0)


def only(mol: Chem.Mol, ids: list[int]) -> Chem.Mol:
    copy = Chem.Mol(mol)
    for conformer in mol.GetConformers():
        if conformer.GetId() not in ids:
            copy.RemoveConformer(conformer.GetId())
    return copy


def test_a_shape_is_reproduced_by_itself_whatever_the_order(made):
    first = only(made, [made.GetConformer(0).GetId()])
    backwards = Chem.RenumberAtoms(first, list(range(first.GetNumAtoms()))[::-1])
    (ring,) = ring_deviations(Reference("a", SMILES, (first,)), backwards)
    assert ring["size"] == 6
    assert np.max(ring["along"] + ring["with_substituents"]) < 0.1


def test_axial_is_not_equatorial(made):
    ids = [conformer.GetId() for conformer in made.GetConformers()]
    pairs = [
        ring_deviations(Reference("a", SMILES, (only(made, [i]),)), only(made, [j]))[0]
        for i in ids
        for j in ids
        if i != j
    ]
    assert any(pair["along"][0] < 10 and pair["with_substituents"][0] > 80 for pair in pairs)


def test_the_report_counts_rings_by_size_and_names_failures():
    rows = [
        {"failure": None, "cpu_s": 1.0, "rings": [{"size": 6, "along": [5.0, 25.0], "with_substituents": [5.0, 90.0]}]},
        {"failure": "ParseError"},
    ]
    text = report(rows)
    assert "| 6 | 1 | 50.0 | 50.0 |" in text
    assert "1 of 2 molecules" in text
