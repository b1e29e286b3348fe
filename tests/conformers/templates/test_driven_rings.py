"""Driven rings: new shapes, the same molecule."""

import numpy as np
import pytest
from rdkit import Chem

from molgen.chem.features.molecule_features import heavy_atoms
from molgen.chem.molecules.force_field import minimize_conformers
from molgen.chem.molecules.positions import with_conformers
from molgen.chem.molecules.standardize import prepare_molecule
from molgen.conformers import generate, samples
from molgen.conformers.config import GenerateConfig
from molgen.conformers.templates.driven_rings import MIN_RMSD, drive_rings
from molgen.conformers.templates.embedding import template_conformers
from molgen.metrics.rmsd import rmsd_matrix
from molgen.metrics.stereo import stereo_mask

MUSCONE = "C[C@@H]1CCCCCCCCCCCCC(=O)C1"
RADICICOL = r"C[C@@H]1C[C@@H]2[C@H](O2)/C=C\C=C\C(=O)Cc2c(Cl)c(O)cc(O)c2C(=O)O1"


def start(smiles: str, count: int = 1) -> tuple[Chem.Mol, np.ndarray]:
    mol = prepare_molecule(Chem.MolFromSmiles(smiles))
    return mol, template_conformers(mol, count).positions


@pytest.mark.parametrize(
    ("smiles", "wanted"),
    [(MUSCONE, 4), ("O=C1CNC(=O)CNC(=O)CNC(=O)CNC(=O)CN1", 4), (RADICICOL, 12)],  # few shapes of the last are new
)
def test_driving_makes_new_shapes_of_the_same_molecule(smiles, wanted):
    mol, positions = start(smiles)
    made = drive_rings(mol, positions, wanted)
    assert 2 <= len(made) <= wanted
    conformers = with_conformers(mol, made)
    assert stereo_mask(smiles, conformers).all()
    for bond in mol.GetBonds():
        i, j = bond.GetBeginAtomIdx(), bond.GetEndAtomIdx()
        before = np.linalg.norm(positions[0, i] - positions[0, j])
        assert np.abs(np.linalg.norm(made[:, i] - made[:, j], axis=-1) - before).max() < 0.1
    heavy = np.concatenate([positions, made])[:, heavy_atoms(mol)]
    distances = rmsd_matrix(heavy, heavy).numpy()
    assert distances[np.triu_indices(len(heavy), 1)].min() >= MIN_RMSD / 2
    strain = (
        minimize_conformers(conformers, 0, electrostatics=False)[1].values
        - minimize_conformers(with_conformers(mol, positions), 0)[1].values
    )
    assert strain.max() < 60.0  # relaxed, not torn


def test_the_same_seed_drives_the_same_way():
    mol, positions = start(MUSCONE)
    first, again, other = (drive_rings(mol, positions, 2, seed=seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert np.abs(first[0] - other[0]).max() > 0.1


@pytest.mark.parametrize("smiles", ["CCCC", "CC1CCCCC1", "c1ccc2ccccc2c1"])
def test_without_a_large_ring_there_is_nothing_to_drive(smiles):
    mol, positions = start(smiles)
    assert drive_rings(mol, positions, 3).shape == (0, mol.GetNumAtoms(), 3)


def test_no_time_gives_no_more():
    mol, positions = start(MUSCONE)
    assert len(drive_rings(mol, positions, 3, timeout=-1.0)) == 0
    assert len(drive_rings(mol, positions, 0)) == 0


def test_a_ring_that_embeds_badly_still_gives_as_many_as_were_asked_for(monkeypatch):
    """Embedding that gives one structure only, as it does when its time runs out."""
    plain = samples.template_conformers
    monkeypatch.setattr(samples, "template_conformers", lambda mol, count, **options: plain(mol, 1, **options))
    config = GenerateConfig(n=6)
    made = generate.conformers_of(prepare_molecule(Chem.MolFromSmiles(MUSCONE)), None, config)
    assert made.GetNumConformers() == 6
    assert stereo_mask(MUSCONE, made).all()
    method = made.GetConformer(0).GetProp("molgen_method")
    assert "more by driving ring torsions" in method
    monkeypatch.setattr(samples, "drive_rings", lambda mol, positions, *_, **__: positions[:0])
    assert generate.conformers_of(prepare_molecule(Chem.MolFromSmiles(MUSCONE)), None, config).GetNumConformers() <= 2
