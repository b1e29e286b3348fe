"""What is selected of the candidates: the order, the distance between conformers, minimization of the selection."""

import numpy as np
import pytest
from generated import FLEXIBLE, assert_sound_geometry, coordinates, energies, nearest_pair, uniform
from rdkit import Chem

from molgen.chem.molecules.force_field import minimize_conformers
from molgen.conformers.config import GenerateConfig
from molgen.conformers.selection import select as selection
from molgen.conformers.selection.annotation import explanation
from molgen.conformers.selection.distinct import symmetric_distances


def test_the_first_of_many_are_the_best_few():
    """With the samples fixed, asking for fewer gives the beginning of the longer list, energies included."""
    many = uniform(FLEXIBLE, 20, samples=40)
    few = uniform(FLEXIBLE, 7, samples=40)
    assert (many.GetNumConformers(), few.GetNumConformers()) == (20, 7)
    np.testing.assert_array_equal(coordinates(many)[:7], coordinates(few))
    np.testing.assert_allclose(np.diff(energies(many)[:7]), np.diff(energies(few)), atol=1e-6)
    reverse = coordinates(many)[::-1]
    assert np.abs(reverse[:7] - coordinates(few)).max() > 0.1


def test_the_first_conformer_is_the_medoid_of_the_samples():
    shares = [uniform("OC[C@H](O)[C@@H](O)CNC(=O)CCN", 5, samples=40, gas_phase=v) for v in (0.0, 0.6)]
    first, second = (coordinates(mol)[0] for mol in shares)
    np.testing.assert_allclose(first, second, atol=0.2)  # minimized with others in the batch, so rounded otherwise
    assert np.abs(coordinates(shares[0])[1] - coordinates(shares[1])[1]).max() > 0.3


def test_the_first_conformer_is_in_the_middle_of_the_samples_and_not_strained():
    places = np.array([0.0, 1.0, 1.1, 1.2, 1.3, 3.0])
    distances, strain = np.abs(places[:, None] - places), np.array([0.0, 2.0, 1.0, 30.0, 5.0, 1.0])
    assert selection._medoid(distances, strain) == 2  # the next of the middle two has 30 kcal/mol
    assert selection._medoid(distances, np.full(6, np.nan)) in (2, 3)


@pytest.mark.parametrize("min_rmsd", [0.3, 0.8])
@pytest.mark.parametrize("minimize_with", ["none", "mmff"])
def test_conformers_are_at_least_min_rmsd_apart(min_rmsd, minimize_with):
    mol = uniform("CCCCCCC", 20, min_rmsd=min_rmsd, minimize_with=minimize_with, samples=32)
    assert mol.GetNumConformers() >= 2
    assert nearest_pair(mol) >= min_rmsd - 1e-6


def test_a_min_rmsd_of_zero_allows_near_copies():
    assert nearest_pair(uniform("CCCCC", 20, min_rmsd=0.0, samples=32)) < 0.2


def test_symmetric_copies_count_as_one():
    assert uniform("CC(C)(C)C", 10).GetNumConformers() == 1
    mol = uniform("c1ccccc1-c1ccccc1", 50, min_rmsd=0.5, samples=64)
    assert mol.GetNumConformers() < 10  # the dihedral has a period of 180 degrees, and the sign is a mirror image


def test_strained_samples_are_dropped():
    wide, narrow = (
        uniform("CC(C)CC(=O)OCC", 30, energy_window=w, samples=30, minimize_steps=0, gas_phase=0.0) for w in (1e6, 3.0)
    )
    assert max(energies(narrow)) <= 3.0 < max(energies(wide))
    assert 0 < narrow.GetNumConformers() < wide.GetNumConformers()


def test_a_selection_of_gas_phase_minima_prefers_hydrogen_bonds():
    def nearest_of_the_first(share: float) -> float:
        mol = uniform("OCCCCO", 3, samples=60, minimize_steps=0, gas_phase=share, gas_phase_scale=1.0)
        return float(np.linalg.norm(coordinates(mol)[:, 0] - coordinates(mol)[:, 5], axis=-1).min())

    assert nearest_of_the_first(1.0) < 3.3 < nearest_of_the_first(0.0)


def test_minimizing_the_selection_lowers_the_energy():
    options = {"min_rmsd": 0.0, "minimize_steps": 0, "gas_phase": 0.0}
    plain, relaxed = (uniform("CC(C)CC(=O)OCC", minimize_with=kind, **options) for kind in ("none", "mmff"))
    assert plain.GetNumConformers() == relaxed.GetNumConformers() == 4
    before, after = (minimize_conformers(mol, 0)[1].values for mol in (plain, relaxed))
    assert (after < before - 0.5).all()
    np.testing.assert_allclose(energies(relaxed), after - after.min(), atol=1e-3)
    assert relaxed.GetConformer(0).GetProp("molgen_energy_method") == "MMFF94s"
    assert_sound_geometry(relaxed)


def test_minimized_candidates_are_lower_and_merge_in_one_minimum():
    plain, minimized = (
        uniform("CC(C)CC(=O)OCC", 12, samples=32, minimize_steps=steps, gas_phase=0.0) for steps in (0, 200)
    )
    before, after = (minimize_conformers(mol, 0)[1].values for mol in (plain, minimized))
    assert after.mean() < before.mean() - 0.3
    assert nearest_pair(minimized) >= 0.1 - 1e-6
    assert energies(minimized)[0] >= 0.0 == min(energies(minimized))


def test_minimization_into_one_minimum_leaves_one_conformer():
    assert uniform("c1ccccc1C", 10, min_rmsd=0.05, minimize_with="mmff").GetNumConformers() == 1
    assert uniform("CCCO", 30, samples=40, minimize_with="mmff").GetNumConformers() <= 9


def properties(mol, name: str) -> list:
    return [conformer.GetPropsAsDict()[name] for conformer in mol.GetConformers()]


@pytest.mark.parametrize(
    ("smiles", "minimize_with"),
    [("[NH3+]CCCC(=O)[O-]", "none"), ("NCCCC(=O)O", "mmff")],  # charges fold the first to a high strain
)
def test_the_energies_that_are_written_keep_to_the_window(smiles, minimize_with):
    mol = uniform(smiles, 12, samples=24, energy_window=5.0, minimize_with=minimize_with)
    assert mol.GetNumConformers() > 1
    assert max(energies(mol)) - min(energies(mol)) <= 5.0


def test_absolute_energies_are_those_of_the_field():
    mol = uniform("CCCCO", 5, minimize_with="mmff")
    np.testing.assert_allclose(
        properties(mol, "molgen_absolute_energy"), minimize_conformers(mol, 0)[1].values, atol=2e-3
    )
    absolute = np.array(properties(mol, "molgen_absolute_energy"))
    np.testing.assert_allclose(absolute - absolute.min(), energies(mol), atol=1e-9)


def test_sorted_by_energy_the_lowest_of_all_is_the_first():
    everything = uniform(FLEXIBLE, 60, samples=24)
    mol = uniform(FLEXIBLE, 4, samples=24, sort="energy")
    assert energies(mol) == sorted(energies(mol))
    lowest = minimize_conformers(everything, 0)[1].values.min()
    assert properties(mol, "molgen_absolute_energy")[0] < lowest + 0.3  # rounded otherwise with others in the batch


@pytest.mark.parametrize("acid", ["OC=O", "CC(=O)O", "Oc1ccccc1C=O"])
def test_sorted_by_energy_hydroxyls_that_see_their_oxygen_come_first(acid):
    mol = uniform(acid, 5, sort="energy")
    hydroxyl, acceptor = (mol.GetSubstructMatch(Chem.MolFromSmarts(s))[0] for s in ("[#1]O", "O=C"))
    distances = np.linalg.norm(mol.positions[:, hydroxyl] - mol.positions[:, acceptor], axis=-1)
    assert mol.GetNumConformers() > 1
    assert distances.argmin() == 0
    assert mol.energy_method == "MMFF94s"


def test_every_rank_has_a_reason_and_the_order_is_explained():
    first, *others = properties(uniform(FLEXIBLE, 4), "molgen_rank_reason")
    assert first == "coverage: medoid of the samples"
    assert {reason.split(":")[0] for reason in others} == {"coverage"}
    assert properties(uniform(FLEXIBLE, 2, sort="energy"), "molgen_rank_reason") == [
        "energy: the lowest",
        "energy: the next lowest",
    ]
    assert "--sort energy" in explanation(GenerateConfig())[0]
    assert "--unique minima" in explanation(GenerateConfig())[1]
    assert "--unique minima" not in explanation(GenerateConfig(unique="minima"))[1]


def test_distinct_minima_are_distinct_and_at_their_minima():
    mol = uniform("CCCC(=O)OC", 30, samples=24, unique="minima")
    assert uniform("c1ccccc1C", 10, unique="minima").GetNumConformers() == 1
    positions, after = minimize_conformers(mol, 500)
    assert np.abs(properties(mol, "molgen_absolute_energy") - after.values).max() < 0.05
    assert set(properties(mol, "molgen_energy_method")) == {"MMFF94s"}
    distances = symmetric_distances(mol, positions)
    gaps = np.abs(after.values[:, None] - after.values)
    pairs = np.triu_indices(len(positions), 1)
    assert ((distances[pairs] > 0.15) | (gaps[pairs] > 0.05)).all()
    assert 3 <= len(positions) < 30


def test_rotamers_of_a_hydroxyl_are_distinct_minima():
    mol = uniform("OCCO", 20, samples=64, templates=6, unique="minima", minimize_steps=0)
    assert mol.GetNumConformers() >= 3


def test_octahedra_of_a_symmetric_ion_are_one_conformer():
    assert uniform("F[P-](F)(F)(F)(F)F", 20, templates=6).GetNumConformers() == 1
