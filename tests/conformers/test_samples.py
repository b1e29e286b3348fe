"""Samples: how many, and that only their torsions differ from their template conformer."""

import numpy as np
from generated import QUICK, uniform
from rdkit import Chem
from rdkit.Chem import rdMolTransforms

from molgen.chem.molecules.embedding import embed_templates
from molgen.chem.molecules.standardize import prepare_molecule
from molgen.conformers.config import GenerateConfig
from molgen.conformers.samples import sample_conformers


def test_more_torsions_get_more_samples():
    def count(carbons: int, **options: int) -> int:
        config = GenerateConfig(n=10, strain_steps=0, **options)
        return len(sample_conformers(prepare_molecule(Chem.MolFromSmiles("C" * carbons)), None, config).positions)

    sizes = [count(carbons) for carbons in (5, 8, 16)]
    assert sizes == sorted(sizes)
    assert sizes[-1] == 100  # at most 30 + 7 n
    assert count(16, samples=12) == 12


def test_samples_that_strained_bonds_keep_out_of_the_window_get_more_steps(monkeypatch):
    mol = prepare_molecule(Chem.MolFromSmiles("CC(C)C[C@H](NC(=O)c1ccccc1)C(=O)NCCOC"))
    config = GenerateConfig(n=8, strain_steps=1, energy_window=5.0, samples=32, templates=2)

    def inside() -> int:
        values = sample_conformers(mol, None, config).energies.values
        return int((values <= values.min() + config.energy_window).sum())

    more = inside()
    monkeypatch.setattr("molgen.conformers.samples.EXTRA_ROUNDS", 0)
    assert more > inside()


def test_turning_a_bond_keeps_bonds_angles_and_the_hydrogens_on_their_atoms():
    """As sampled, a sample differs from its template in its torsions only."""
    mol = prepare_molecule(Chem.MolFromSmiles("CC(O)C(N)COC(=O)CC#N"))
    config = GenerateConfig(n=8, strain_steps=0, **QUICK)
    samples = sample_conformers(mol, None, config)
    near = Chem.GetDistanceMatrix(mol) <= 2
    shapes = [np.linalg.norm(x[:, None] - x[None], axis=-1) for x in samples.positions]
    for template in set(samples.template.tolist()):
        own = [shape for shape, index in zip(shapes, samples.template, strict=True) if index == template]
        assert len(own) > 2
        assert max(np.abs(own[0] - other)[near].max() for other in own[1:]) < 1e-6
        assert max(np.abs(own[0] - other).max() for other in own[1:]) > 0.5


def test_measuring_strain_changes_bonds_a_little_only():
    mol = prepare_molecule(Chem.MolFromSmiles("CCOC(=O)CCO"))
    template = embed_templates(mol, 1).positions[0]
    made = uniform("CCOC(=O)CCO", 8)
    for bond in mol.GetBonds():
        i, j = bond.GetBeginAtomIdx(), bond.GetEndAtomIdx()
        expected = np.linalg.norm(template[i] - template[j])
        lengths = [rdMolTransforms.GetBondLength(c, i, j) for c in made.GetConformers()]
        assert np.abs(np.array(lengths) - expected).max() < 0.1
