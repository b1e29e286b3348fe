"""Six neighbors form an octahedron, which no parameters of the fields describe."""

import numpy as np
import pytest
from rdkit import Chem
from small_molecules import embedded

from molgen.chem.molecules.force_field import minimize_conformers
from molgen.chem.molecules.octahedra import METHOD, octahedral_centers, octahedral_field


@pytest.mark.parametrize("smiles", ["FS(F)(F)(F)(F)c1ccccc1", "F[P-](F)(F)(F)(F)F", "CCS(F)(F)(F)(F)F"])
def test_neighbors_stand_at_right_angles(smiles):
    mol = embedded(smiles)
    positions, energies = minimize_conformers(mol, 1000)
    assert energies.method == METHOD
    (center,) = octahedral_centers(mol)
    around = [atom.GetIdx() for atom in mol.GetAtomWithIdx(center).GetNeighbors()]
    bonds = positions[0, around] - positions[0, center]
    bonds /= np.linalg.norm(bonds, axis=1, keepdims=True)
    angles = np.degrees(np.arccos(np.clip(bonds @ bonds.T, -1, 1)))[np.triu_indices(6, 1)]
    assert np.abs(np.sort(angles)[:12] - 90).max() < 8
    assert np.sort(angles)[12:].min() > 170


def test_other_molecules_have_no_such_field():
    assert octahedral_field(embedded("CCO")) is None
    assert octahedral_field(embedded("O=S(F)(F)(F)F")) is None
    assert octahedral_centers(Chem.MolFromSmiles("CCO")) == []
