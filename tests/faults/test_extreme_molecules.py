"""One and two heavy atoms, straight lines, no rotor and very many: through both pipelines, finite, with right bonds."""

import numpy as np
import pytest
from complexes import docked
from rdkit import Chem

from molgen.chem.features.molecule_features import molecule_graph
from molgen.conformers.generate import generate_conformers

SMALLEST = {"methane": "C", "water": "O", "chloride": "[Cl-]", "nitrogen": "N#N", "carbon dioxide": "O=C=O"} | {
    "hydrogen chloride": "Cl",
    "hydrogen cyanide": "C#N",
    "ethane": "CC",
    "butadiyne": "C#CC#C",
    "dimethyl triyne": "CC#CC#CC#CC",
    "benzene": "c1ccccc1",
}
FORTY = "C" * 43  # 40 bonds turn


def check(mol: Chem.Mol) -> None:
    positions = np.array([conformer.GetPositions() for conformer in mol.GetConformers()])
    assert len(positions)
    assert np.isfinite(positions).all()
    for bond in mol.GetBonds():
        length = np.linalg.norm(positions[:, bond.GetBeginAtomIdx()] - positions[:, bond.GetEndAtomIdx()], axis=1)
        assert ((length > 0.7) & (length < 2.3)).all()


@pytest.mark.parametrize("name", SMALLEST)
def test_conformers_of_the_smallest(name):
    check(generate_conformers(SMALLEST[name], 3))


@pytest.mark.parametrize("name", ["butadiyne", pytest.param("chloride", marks=pytest.mark.slow)])
def test_the_smallest_are_docked(name):
    check(docked("1of6", SMALLEST[name], n=2, proposals="learned").mol)


@pytest.mark.slow
@pytest.mark.parametrize(
    "name", ["water", "nitrogen", "carbon dioxide", "hydrogen chloride", "dimethyl triyne", "benzene"]
)
def test_the_smallest_are_docked_from_all_starts(name):
    check(docked("1of6", SMALLEST[name]).mol)


@pytest.mark.slow
def test_forty_rotors():
    assert molecule_graph(Chem.MolFromSmiles(FORTY)).n_torsions == 40
    check(generate_conformers(FORTY, 5))
    check(docked("1of6", FORTY).mol)
