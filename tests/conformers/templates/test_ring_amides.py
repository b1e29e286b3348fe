"""Ring amides of template conformers: planar, and cis as well as trans in medium rings."""

import numpy as np
import pytest
import torch
from rdkit import Chem

from molgen.chem.molecules.positions import with_conformers
from molgen.chem.molecules.standardize import prepare_molecule
from molgen.conformers.force_field import ConformerField
from molgen.conformers.templates.embedding import template_conformers
from molgen.conformers.templates.ring_amides import (
    flatten_strained_amides,
    planarize_ring_amides,
    ring_amides,
    without_twisted_amides,
)
from molgen.geometry.torsions import dihedral_angles
from molgen.metrics.stereo import stereo_mask
from molgen.sampling.guards import MoleculeWarning

CYCLIC_ANILIDE = "CN1C(=O)CCCCCCC(=O)N(C)c2cccc1c2"


def angles(mol: Chem.Mol, positions: np.ndarray) -> np.ndarray:
    """Degrees, [k, amides]."""
    found = dihedral_angles(torch.from_numpy(positions), torch.from_numpy(ring_amides(mol)))
    return np.degrees(found.numpy())


def templates_of(smiles: str, count: int) -> tuple[ConformerField, np.ndarray]:
    mol = prepare_molecule(Chem.MolFromSmiles(smiles))
    field = ConformerField(mol)
    return field, template_conformers(mol, count, steps=100, field=field).positions


@pytest.mark.parametrize(
    ("smiles", "count"),
    [("O=C1CCCCCCN1", 1), ("O=C1CCCCCN1", 0), ("CC(=O)NC", 0), (CYCLIC_ANILIDE, 2), ("O=C1CCCCCCO1", 0)],
)
def test_ring_amides_are_those_of_rings_with_a_choice(smiles, count):
    assert ring_amides(Chem.MolFromSmiles(smiles)).shape == (count, 4)


@pytest.mark.parametrize("smiles", ["O=C1CCCCCCCN1", "C[C@H]1CCCCCCC(=O)N1"])
def test_a_medium_lactam_is_cis_and_trans(smiles):
    field, positions = templates_of(smiles, 4)
    settled = planarize_ring_amides(field, positions)
    cosine = np.cos(np.radians(angles(field.mol, settled)[:, 0]))
    assert (cosine > 0.8).any()
    assert (cosine < -0.5).any()
    assert np.isfinite(settled).all()
    energies = field.energies(settled).values
    assert energies.max() < energies.min() + 20.0


def test_amides_of_a_large_ring_become_planar_and_keep_the_stereo():
    smiles = "C[C@H]1CN(C)C(=O)c2cccc(c2)N(C)C(=O)[C@@H](C)CCC1"
    field, positions = templates_of(smiles, 4)
    settled = planarize_ring_amides(field, positions)
    twist = np.abs(np.sin(np.radians(angles(field.mol, settled))))
    assert twist.max() < np.sin(np.radians(30.0))
    assert len(settled)
    assert stereo_mask(smiles, with_conformers(field.mol, settled)).all()


def test_molecules_without_ring_amides_stay_as_they_are():
    field, positions = templates_of("CC(=O)NCC1CCCCC1", 2)
    assert planarize_ring_amides(field, positions) is positions


def test_torsional_terms_are_added_to_those_of_the_field():
    field, positions = templates_of("CCCC", 2)
    biased = field.with_torsional_terms(np.array([[0, 1, 2, 3]]), np.array([[10.0, 0.0, 0.0]]))
    torsion = dihedral_angles(torch.from_numpy(positions), torch.tensor([[0, 1, 2, 3]])).numpy()[:, 0]
    more = biased.energies(positions).values - field.energies(positions).values
    np.testing.assert_allclose(more, 5.0 * (1 + np.cos(torsion)), atol=1e-2)
    with pytest.raises(ValueError, match="no parameters"):
        ConformerField(prepare_molecule(Chem.MolFromSmiles("CB(O)O"))).with_torsional_terms(
            np.array([[0, 1, 2, 3]]), np.zeros((1, 3))
        )


def test_ring_amides_of_conformers_are_planar_where_the_field_would_bend_them():
    field, positions = templates_of("O=C1CCCCC(=O)NCCCCCCN1", 4)
    bent = field.with_torsional_terms(ring_amides(field.mol), np.array([[0.0, -8.0, 0.0]] * 2))
    positions, _ = bent.minimize(positions, 60, electrostatics=False)
    flat = flatten_strained_amides(field, positions)
    before, after = (np.abs(np.sin(np.radians(angles(field.mol, x)))).max(1) for x in (positions, flat))
    assert (before > np.sin(np.radians(20.0))).any()
    assert (after < np.sin(np.radians(16.0))).all()
    assert flatten_strained_amides(*templates_of("CC(=O)NC", 2)).shape == (2, 12, 3)


def test_amides_of_a_strained_large_ring_are_turned_over_where_that_makes_them_planar():
    """Both amides of this cyclophane are trans and twisted as it is embedded, cis and planar otherwise."""
    field, positions = templates_of("O=C1NCc2cccc(c2)C(=O)NCc2cccc1c2", 4)
    with pytest.warns(MoleculeWarning, match="planar amides in its rings: they are [3-9]. degrees off"):
        assert len(without_twisted_amides(field, positions)) == len(positions)
    settled = planarize_ring_amides(field, positions)
    assert np.abs(np.sin(np.radians(angles(field.mol, settled)))).max() < np.sin(np.radians(25.0))


def test_conformers_with_twisted_amides_are_left_out_where_others_are_planar():
    field, positions = templates_of("O=C1CCCCCCCCCCCN1", 3)
    bent = field.with_torsional_terms(ring_amides(field.mol), np.array([[0.0, -20.0, 0.0]]))
    twisted, _ = bent.minimize(positions[:1], 60, electrostatics=False)
    flat = planarize_ring_amides(field, positions)
    both = np.concatenate([twisted, flat])
    assert without_twisted_amides(field, both).tolist() == list(range(1, len(both)))
