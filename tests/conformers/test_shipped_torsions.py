"""The weights that ship know the torsions that molecules prefer."""

import numpy as np
import pytest
from rdkit import Chem
from rdkit.Chem import rdMolTransforms

from molgen.chem.molecules.positions import with_conformers
from molgen.chem.molecules.standardize import prepare_molecule
from molgen.conformers.config import GenerateConfig
from molgen.conformers.samples import sample_conformers
from molgen.models.torsion_flow.model import TorsionModel
from molgen.models.torsion_flow.task import load_model


def torsion_degrees(smiles: str, model: TorsionModel | None, atoms: tuple[int, int, int, int]) -> np.ndarray:
    """|dihedral| of every sample before any choice, degree."""
    mol = prepare_molecule(Chem.MolFromSmiles(smiles))
    samples = sample_conformers(mol, model, GenerateConfig(n=96, samples=96, templates=2, strain_steps=0))
    made = with_conformers(mol, samples.positions)
    return np.abs([rdMolTransforms.GetDihedralDeg(c, *atoms) for c in made.GetConformers()])


@pytest.mark.parametrize(
    ("smiles", "atoms", "low", "high", "share"),
    [
        ("CCCC", (0, 1, 2, 3), 150, 180, 0.40),  # anti
        ("CCCCCC", (1, 2, 3, 4), 150, 180, 0.40),
        ("CC(=O)OCC", (2, 1, 3, 4), 0, 30, 0.60),  # esters are Z
        ("C=CC=C", (0, 1, 2, 3), 150, 180, 0.50),  # s-trans
    ],
)
def test_the_shipped_model_knows_the_torsions_that_molecules_prefer(smiles, atoms, low, high, share):
    """Uniform torsions lie in a range of 30 degrees one time in six (of |dihedral|)."""
    found = torsion_degrees(smiles, load_model(), atoms)
    blind = torsion_degrees(smiles, None, atoms)
    assert ((blind >= low) & (blind <= high)).mean() < 0.25
    assert ((found >= low) & (found <= high)).mean() > share


def test_the_shipped_model_avoids_eclipsed_butane():
    def eclipsed(found: np.ndarray) -> float:
        return float(((found < 30) | ((found > 90) & (found < 150))).mean())

    assert eclipsed(torsion_degrees("CCCC", load_model(), (0, 1, 2, 3))) < 0.3
    assert 0.4 < eclipsed(torsion_degrees("CCCC", None, (0, 1, 2, 3))) < 0.6
