"""Conformers of small molecules from few samples, and what every test of them asks."""

import numpy as np
import torch
from rdkit import Chem

from molgen.chem.features.molecule_features import heavy_atoms
from molgen.conformers.generate import generate_conformers
from molgen.metrics.rmsd import rmsd_matrix
from molgen.metrics.symmetry import automorphisms
from molgen.models.torsion_flow.config import ModelConfig
from molgen.models.torsion_flow.model import TorsionModel
from molgen.nets.config import BackboneConfig

FLEXIBLE = "CC[C@H](N)C(=O)OCC"


TINY = BackboneConfig(scalars=8, pseudoscalars=4, vectors=4, pseudovectors=4, edge_channels=8, layers=1)


QUICK = {"samples": 16, "templates": 2, "template_steps": 50}


def random_network() -> TorsionModel:
    """A network with random weights: its torsions mean nothing, but every step of it runs."""
    torch.manual_seed(0)
    return TorsionModel(ModelConfig("flow", TINY, 2)).eval()


def uniform(smiles: str | Chem.Mol, n: int = 4, **options) -> Chem.Mol:
    return generate_conformers(smiles, n, model="uniform", **{**QUICK, **options})


def coordinates(mol: Chem.Mol) -> np.ndarray:
    return np.array([c.GetPositions() for c in mol.GetConformers()])


def energies(mol: Chem.Mol) -> list[float]:
    return [c.GetDoubleProp("molgen_energy") for c in mol.GetConformers()]


def assert_same(first: Chem.Mol, second: Chem.Mol) -> None:
    np.testing.assert_allclose(coordinates(first), coordinates(second), atol=1e-4, rtol=0)
    assert [c.GetIntProp("molgen_rank") for c in first.GetConformers()] == list(range(1, first.GetNumConformers() + 1))


def nearest_pair(mol: Chem.Mol) -> float:
    heavy = coordinates(mol)[:, heavy_atoms(mol)]
    distances = rmsd_matrix(heavy, heavy, automorphisms(mol).permutations).numpy()
    return float(distances[np.triu_indices(len(distances), 1)].min())


def assert_sound_geometry(mol: Chem.Mol) -> None:
    """Bonds as long as covalent radii ask for, nothing on top of anything else, hydrogens on their own atom."""
    radius = Chem.GetPeriodicTable().GetRcovalent
    numbers = [atom.GetAtomicNum() for atom in mol.GetAtoms()]
    heavy = np.array(numbers) > 1
    bonded = Chem.GetAdjacencyMatrix(mol).astype(bool)
    for positions in coordinates(mol):
        assert np.isfinite(positions).all()
        distances = np.linalg.norm(positions[:, None] - positions[None], axis=-1)
        for bond in mol.GetBonds():
            i, j = bond.GetBeginAtomIdx(), bond.GetEndAtomIdx()
            assert 0.7 < distances[i, j] / (radius(numbers[i]) + radius(numbers[j])) < 1.3, (i, j, distances[i, j])
        apart = ~bonded & ~np.eye(len(numbers), dtype=bool)
        assert distances[np.outer(heavy, heavy) & apart].min(initial=9.0) > 1.0
        assert distances[apart].min(initial=9.0) > 0.9
        for k in np.flatnonzero(~heavy):
            assert bonded[k, distances[k].argsort()[1]]
