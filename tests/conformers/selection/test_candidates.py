"""Candidates: minimized samples weighted by strain, gas-phase minima by energy, both within the energy window."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from rdkit import Chem

from molgen.chem.molecules.force_field import Energies, minimize_conformers
from molgen.chem.molecules.positions import with_conformers
from molgen.chem.molecules.standardize import prepare_molecule
from molgen.conformers.config import GenerateConfig
from molgen.conformers.samples import Samples, sample_conformers
from molgen.conformers.selection.candidates import boltzmann_shares, low_strain, make_candidates


class SlopeField:
    """A field whose energy is the first coordinate; every call leads each conformer down by ``drop``."""

    knows_charges = True
    terms = None

    def __init__(self, *drops: float) -> None:
        self.drops = list(drops)
        self.calls: list[tuple[int, list[float]]] = []

    def minimize(self, positions: np.ndarray, steps: int, max_force: float = 0.1) -> tuple[np.ndarray, Energies]:
        self.calls.append((steps, positions[:, 0, 0].tolist()))
        lower = positions - self.drops.pop(0)
        return lower, Energies(lower[:, 0, 0].copy(), "slope")


def samples_with(strain: list[float], energies: Sequence[float] = (), field: Any = None) -> Samples:
    """Samples of one atom whose energies in a :class:`SlopeField` are given."""
    positions = np.zeros((len(strain), 1, 3))
    positions[:, 0, 0] = energies or strain
    return Samples(Chem.Mol(), positions, Energies(np.array(strain), ""), np.zeros(len(strain), int), "", field)


def test_a_sample_without_an_energy_is_dropped_unless_none_has_one():
    assert low_strain(samples_with([3.0, np.nan, 1.0, 6.0, 6.1, np.inf]), 5.0).tolist() == [0, 2, 3]
    assert low_strain(samples_with([np.nan, np.nan]), 5.0).tolist() == [0, 1]


@pytest.mark.parametrize("share", [0.0, 0.3, 1.0])
def test_candidates_are_samples_by_strain_and_gas_phase_minima_by_energy(share):
    """At 0 only samples, at 1 only minima; between, both with their shares of the weight."""
    config = GenerateConfig(gas_phase=share, n=10, samples=20, templates=2)
    samples = sample_conformers(prepare_molecule(Chem.MolFromSmiles("OCCCCO")), None, config)
    candidates = make_candidates(samples, config)
    assert candidates.weights.sum() == pytest.approx(1.0)
    count = len(low_strain(samples, config.energy_window)) if share < 1 else 0
    assert candidates.samples == count
    assert candidates.weights[count:].sum() == pytest.approx(share)
    assert (len(candidates.weights) > count) == (share > 0)
    if share:
        minima = candidates.positions[count:]
        energies = samples.field.energies(minima).values
        low = energies < energies.min() + 8.0
        assert (
            energies[low] - minimize_conformers(with_conformers(samples.mol, minima[low]), 300)[1].values < 0.5
        ).mean() > 0.8
        copies = candidates.weights[count:] / boltzmann_shares(energies, config.gas_phase_scale)
        copies = copies / copies.min()  # samples that came to one minimum; one has a single sample
        np.testing.assert_allclose(copies, copies.round(), rtol=5e-3)
    if count:
        strain = boltzmann_shares(samples.energies.values[candidates.sample[:count]], config.strain_scale)
        np.testing.assert_allclose(candidates.weights[:count], strain * (1 - share))


def test_shares_are_boltzmann_factors_that_add_up_to_one():
    found = boltzmann_shares(np.array([1.0, 5.5, np.nan]), 4.5)
    expected = np.array([1.0, np.exp(-1), 0.0])  # what has no energy does not count
    np.testing.assert_allclose(found, expected / expected.sum())
    np.testing.assert_array_equal(boltzmann_shares(np.full(4, np.nan), 4.5), 0.25)  # unless none has


def test_the_energy_window_holds_for_minima_too():
    mol = prepare_molecule(Chem.MolFromSmiles("OC[C@H](O)[C@@H](O)CNC(=O)CCN"))
    for window in (2.0, 20.0):
        config = GenerateConfig(gas_phase=1.0, samples=40, templates=2, energy_window=window)
        samples = sample_conformers(mol, None, config)
        energies = samples.field.energies(make_candidates(samples, config).positions).values
        assert (np.ptp(energies) <= 2.0) == (window == 2.0)


def test_only_low_candidates_become_minima():
    """20 kcal/mol above the lowest is where minimization begins, in two halves."""
    field = SlopeField(1.0, 2.0, 3.0)
    samples = samples_with([0.0] * 5, [25.0, 5.0, 0.0, 9.0, 19.0], field)
    candidates = make_candidates(samples, GenerateConfig(gas_phase=0.6, minimize_steps=4, gas_phase_steps=11))
    assert field.calls == [
        (4, [25.0, 5.0, 0.0, 9.0, 19.0]),
        (5, [4.0, -1.0, 8.0, 18.0]),  # what minimizing left more than 20 above the lowest is out
        (6, [2.0, -3.0, 6.0, 16.0]),
    ]
    assert candidates.sample.tolist() == [0, 1, 2, 3, 4, 1, 2, 3, 4]
    assert candidates.positions[candidates.samples :, 0, 0].tolist() == [-1.0, -6.0, 3.0, 13.0]


@pytest.mark.parametrize(("window", "minima"), [(4.0, [2]), (6.0, [1, 2]), (20.0, [1, 2, 3, 4])])
def test_a_narrow_energy_window_holds_for_candidates_and_for_minima(window, minima):
    field = SlopeField(1.0, 2.0, 0.0)
    samples = samples_with([0.0] * 5, [25.0, 5.0, 0.0, 9.0, 16.0], field)
    candidates = make_candidates(samples, GenerateConfig(gas_phase=0.6, energy_window=window))
    assert len(field.calls[1][1]) == len(minima)
    assert candidates.sample[candidates.samples :].tolist() == minima


def test_without_charges_in_the_field_there_are_no_gas_phase_minima():
    config = GenerateConfig(gas_phase=0.6, samples=12, templates=2)
    samples = sample_conformers(prepare_molecule(Chem.MolFromSmiles("CCOB(O)CC")), None, config)
    candidates = make_candidates(samples, config)
    np.testing.assert_array_equal(candidates.sample, low_strain(samples, config.energy_window))
