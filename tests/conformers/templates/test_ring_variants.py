"""Shapes of rings among template conformers: axial as well as equatorial, amines on both sides, stereo as it was."""

import numpy as np
import pytest
import torch
from rdkit import Chem

from molgen.chem.molecules.positions import with_conformers
from molgen.chem.molecules.standardize import prepare_molecule
from molgen.conformers.config import GenerateConfig
from molgen.conformers.force_field import ConformerField
from molgen.conformers.generate import conformers_of
from molgen.conformers.templates.embedding import template_conformers
from molgen.conformers.templates.grafting import half_turn, substituted_rings
from molgen.conformers.templates.ring_states import ring_states, torsions_of
from molgen.conformers.templates.variants import vary_rings
from molgen.geometry.torsions import dihedral_angles
from molgen.metrics.stereo import stereo_mask


def start(smiles: str, count: int = 1) -> tuple[ConformerField, np.ndarray]:
    mol = prepare_molecule(Chem.MolFromSmiles(smiles))
    field = ConformerField(mol)
    return field, template_conformers(mol, count, steps=50, field=field).positions


def degrees(positions: np.ndarray, *torsion: int) -> np.ndarray:
    found = dihedral_angles(torch.from_numpy(positions), torch.tensor([torsion]))
    return np.degrees(found.numpy())[:, 0]


@pytest.mark.parametrize(
    ("smiles", "sizes"),
    [
        ("C1CCCCC1C1CCCC1", [5, 6]),
        ("c1ccccc1", []),
        ("C1CC1", []),
        ("C1CCC2(CC1)CCNC2", [5, 6]),  # spiro
        ("C1C[C@H]2CC[C@@H]1C2", []),  # bridged
        ("c1ccc2CCNCc2c1", [6]),
        ("C1CCCCCCCC1", []),
    ],
)
def test_rings_that_are_varied(smiles, sizes):
    assert sorted(len(ring.atoms) for ring in substituted_rings(Chem.MolFromSmiles(smiles))) == sizes


@pytest.mark.parametrize("smiles", ["CNC(=O)C1CCCCC1", "CCOC1CCN(C)CC1", "CC1CCC(C(C)=O)CC1"])
def test_substituents_are_axial_and_equatorial(smiles):
    field, positions = start(smiles)
    varied = vary_rings(field, positions, substituted_rings(field.mol), 12, steps=50)
    ring = substituted_rings(field.mol)[0].atoms
    places = []
    for k, atom in enumerate(ring):
        for other in field.mol.GetAtomWithIdx(int(atom)).GetNeighbors():
            if other.GetIdx() not in ring and other.GetAtomicNum() > 1:
                places.append(np.abs(degrees(varied, ring[k - 2], ring[k - 1], atom, other.GetIdx())))
    chairs = (np.abs(np.abs(np.degrees(torsions_of(substituted_rings(field.mol)[0], varied)[:, :6])) - 55) < 12).all(1)
    assert all((place[chairs] < 100).any() and (place[chairs] > 150).any() for place in places)


@pytest.mark.parametrize(
    "smiles", ["C[C@H]1CC[C@@H](O)C[C@H]1N", "O[C@@H]1[C@@H](O)[C@H](C)O[C@H](OC)[C@@H]1O", "C[C@]1(O)CCC/C=C/CC1"]
)
def test_every_new_shape_keeps_stereo_and_bonds(smiles):
    field, positions = start(smiles)
    rings = substituted_rings(field.mol)
    varied = vary_rings(field, positions, rings, 8, steps=50)
    assert len(varied) > 4
    assert stereo_mask(smiles, with_conformers(field.mol, varied)).all()
    for bond in field.mol.GetBonds():
        i, j = bond.GetBeginAtomIdx(), bond.GetEndAtomIdx()
        lengths = np.linalg.norm(varied[:, i] - varied[:, j], axis=-1)
        assert np.ptp(lengths) < 0.12
    strain = field.energies(varied, electrostatics=False).values
    assert strain.max() < strain.min() + 16.0


def test_shapes_are_minima_that_differ_lowest_first():
    field, positions = start("CN1CCN(C)CC1")
    states = ring_states(field, substituted_rings(field.mol)[0], positions, 0)
    assert (np.diff(states.energies) >= 0).all()
    chairs = np.abs(np.abs(np.degrees(states.torsions[:, :6])) - 55).max(1) < 8
    assert chairs[:2].all()  # both chairs with both methyl groups equatorial
    assert chairs.sum() == 8  # each amine of each chair either way
    placed = states.placed(np.repeat(positions, len(states.energies), axis=0), np.arange(len(states.energies)))
    assert states.state_of(placed).tolist() == list(range(len(states.energies)))


def test_the_same_seed_gives_the_same_and_molecules_without_rings_stay():
    field, positions = start("C1CCCCC1CC1CCCC1", 2)
    first, again = (vary_rings(field, positions, substituted_rings(field.mol), 6, steps=10, seed=3) for _ in range(2))
    np.testing.assert_array_equal(first, again)
    chain, given = start("CCCC")
    assert vary_rings(chain, given, substituted_rings(chain.mol), 6, steps=10) is given


def test_molecules_without_parameters_keep_their_template_conformers():
    field, positions = start("OB1CCCCC1")
    varied = vary_rings(field, positions, substituted_rings(field.mol), 6, steps=10)
    assert stereo_mask("OB1CCCCC1", with_conformers(field.mol, varied)).all()
    assert len(varied) >= 1


def test_a_half_turn_twice_is_none():
    rng = np.random.default_rng(0)
    points, origin, axis = rng.normal(size=(2, 5, 3)), rng.normal(size=(2, 3)), rng.normal(size=(2, 3))
    turned = half_turn(points, origin, axis)
    np.testing.assert_allclose(half_turn(turned, origin, axis), points, atol=1e-12)
    middle = (points + turned) / 2 - origin[:, None]
    np.testing.assert_allclose(np.cross(middle, axis[:, None]), 0.0, atol=1e-12)


@pytest.mark.parametrize(("smiles", "count"), [("CC1CCCCC1", 4), ("CN1CCC2(CC1)OCCO2", 4), ("C1CCCCCC1", 2)])
def test_molecules_whose_rings_make_the_shape_come_in_all_shapes(smiles, count):
    made = conformers_of(prepare_molecule(Chem.MolFromSmiles(smiles)), None, GenerateConfig(n=20))
    assert made.GetNumConformers() >= count
    assert (np.sort(made.energies)[1:] > 0.5).any()
    if smiles == "CC1CCCCC1":
        np.testing.assert_allclose(np.sort(made.energies)[:2], [0.0, 1.4], atol=0.2)  # equatorial, axial
