"""The terms of the Vina energy against numbers worked out by hand, and against the published parameters."""

import math

import numpy as np
import pytest
import torch
from small_receptors import KINDS, classes_of, slow_pair, types_of

from molgen.chem.proteins.structure import InteractionTypes
from molgen.physics.vina import (
    CUTOFF,
    TERMS,
    WEIGHTS,
    VinaWeights,
    atom_classes,
    class_energies,
    energy_tables,
    pair_terms,
    radii,
    rotor_factor,
    weight_vector,
)


def terms_at(surface: float, *, hydrophobic: bool = False, bond: bool = False, radius: float = 3.6) -> dict[str, float]:
    """The terms at a distance ``surface`` between the van der Waals surfaces."""
    distance = torch.tensor(radius + surface, dtype=torch.float64)
    values = pair_terms(distance, torch.tensor(radius), torch.tensor(hydrophobic), torch.tensor(bond))
    return dict(zip(TERMS, values.tolist(), strict=True))


# exp(-(d / 0.5)^2)
@pytest.mark.parametrize(("surface", "value"), [(0.0, 1.0), (0.5, 0.367879), (-0.5, 0.367879), (1.0, 0.018316)])
def test_the_first_gaussian_has_its_peak_at_contact(surface: float, value: float) -> None:
    assert terms_at(surface)["gauss1"] == pytest.approx(value, abs=1e-6)


# exp(-((d - 3) / 2)^2)
@pytest.mark.parametrize(("surface", "value"), [(3.0, 1.0), (1.0, 0.367879), (0.0, 0.105399), (-1.0, 0.018316)])
def test_the_second_gaussian_has_its_peak_at_three_angstrom(surface: float, value: float) -> None:
    assert terms_at(surface)["gauss2"] == pytest.approx(value, abs=1e-6)


@pytest.mark.parametrize(("surface", "value"), [(0.5, 0.0), (0.0, 0.0), (-0.5, 0.25), (-2.0, 4.0)])
def test_overlap_repels_by_its_square(surface: float, value: float) -> None:
    assert terms_at(surface)["repulsion"] == pytest.approx(value, abs=1e-6)


@pytest.mark.parametrize(("surface", "value"), [(-1.0, 1.0), (0.5, 1.0), (1.0, 0.5), (1.25, 0.25), (1.5, 0.0), (3, 0)])
def test_the_hydrophobic_term_falls_linearly_from_a_half_to_one_and_a_half(surface: float, value: float) -> None:
    assert terms_at(surface, hydrophobic=True)["hydrophobic"] == pytest.approx(value, abs=1e-6)
    assert terms_at(surface)["hydrophobic"] == 0


@pytest.mark.parametrize(("surface", "value"), [(-1.5, 1.0), (-0.7, 1.0), (-0.35, 0.5), (-0.07, 0.1), (0.0, 0), (1, 0)])
def test_the_hydrogen_bond_term_falls_linearly_from_an_overlap_of_0_7(surface: float, value: float) -> None:
    assert terms_at(surface, bond=True)["hydrogen_bond"] == pytest.approx(value, abs=1e-6)
    assert terms_at(surface)["hydrogen_bond"] == 0


def test_nothing_acts_beyond_the_cutoff() -> None:
    assert CUTOFF == 8.0
    assert terms_at(8.0 - 3.6 - 1e-6)["gauss2"] == pytest.approx(math.exp(-(0.7**2)), abs=1e-5)
    assert not any(terms_at(8.0 - 3.6 + 1e-6, hydrophobic=True, bond=True).values())


def test_weights_are_the_published_ones() -> None:
    # Trott and Olson, J. Comput. Chem. 31, 455 (2010), table 1 (-0.0356, -0.00516, 0.840, -0.0351, -0.587, 0.0585),
    # with the digits of the Vina source (vina.h, scoring function "vina")
    assert VinaWeights(-0.035579, -0.005156, 0.840245, -0.035069, -0.587439, 0.05846) == WEIGHTS
    assert weight_vector().tolist() == [-0.035579, -0.005156, 0.840245, -0.035069, -0.587439]
    assert TERMS == ("gauss1", "gauss2", "repulsion", "hydrophobic", "hydrogen_bond")


# xs_radius in atom_constants.h of AutoDock Vina 1.2; selenium counts as sulfur there
RADII = {"C": 1.9, "N": 1.8, "O": 1.7, "F": 1.5, "Si": 2.2, "P": 2.1, "S": 2.0, "Cl": 1.8, "Br": 2.0, "I": 2.2}
NUMBERS = {"C": 6, "N": 7, "O": 8, "F": 9, "Si": 14, "P": 15, "S": 16, "Cl": 17, "Br": 35, "I": 53, "Se": 34, "B": 5}


@pytest.mark.parametrize(("symbol", "radius"), [*RADII.items(), ("Se", 2.0), ("B", 2.0)])
def test_radii_are_those_of_vina(symbol: str, radius: float) -> None:
    false = np.zeros(1, dtype=bool)
    types = InteractionTypes(np.array([NUMBERS[symbol]], np.int16), false, false, false, false)
    assert radii(types).tolist() == [radius]


@pytest.mark.parametrize("element", [12, 20, 25, 26, 30])
def test_every_metal_is_a_donor_of_radius_1_2(element: int) -> None:
    true, false = np.ones(1, dtype=bool), np.zeros(1, dtype=bool)
    metal = atom_classes(InteractionTypes(np.array([element], np.int16), true, false, false, true))
    assert metal.radius.tolist() == [1.2]
    # zinc and an acceptor oxygen at 2.2: surfaces overlap by 0.7, a full hydrogen bond
    energy = class_energies(torch.tensor(2.2), metal, classes_of("O"), WEIGHTS).item()
    assert energy == pytest.approx(
        -0.587439 + 0.840245 * 0.49 - 0.035579 * math.exp(-1.96) - 0.005156 * math.exp(-(1.85**2)), abs=1e-6
    )


def test_an_oxygen_pair_at_2_8_has_the_energy_worked_out_by_hand() -> None:
    # d = -0.6: -0.035579 * 0.236928 - 0.005156 * 0.039164 + 0.840245 * 0.36 - 0.587439 * 0.857143
    energy = class_energies(torch.tensor(2.8, dtype=torch.float64), classes_of("H"), classes_of("O"), WEIGHTS)
    assert energy.item() == pytest.approx(-0.209663, abs=2e-6)


def test_class_energies_are_those_of_every_pair() -> None:
    letters = "".join(KINDS)
    distances = [0.8, 2.0, 2.7, 3.1, 3.6, 4.4, 5.0, 6.5, 7.9, 8.1]
    first, second = classes_of(letters), classes_of(letters[::-1])
    table = class_energies(torch.tensor(distances, dtype=torch.float64), first, second, WEIGHTS)
    assert table.shape == (len(first), len(second), len(distances))
    for i, a in enumerate(letters):
        for j, b in enumerate(letters[::-1]):
            own = table[first.index[i], second.index[j]]
            assert own.tolist() == pytest.approx([slow_pair(a, b, d) for d in distances], abs=1e-9)


def test_class_energies_take_distances_of_any_shape() -> None:
    classes = classes_of("CO")
    distances = torch.linspace(2, 7, 6, dtype=torch.float64)
    flat = class_energies(distances, classes, classes, WEIGHTS)
    assert torch.equal(class_energies(distances.view(2, 3), classes, classes, WEIGHTS).flatten(2), flat)


def test_other_weights_count() -> None:
    only = VinaWeights(0, 0, 2.0, 0, 0)
    energy = class_energies(torch.tensor(3.3, dtype=torch.float64), classes_of("C"), classes_of("C"), only)
    assert energy.item() == pytest.approx(2 * 0.25)


def test_equal_atoms_share_a_class() -> None:
    classes = classes_of("COCPOC")
    assert len(classes) == 3
    for i, j, same in [(0, 2, True), (0, 5, True), (1, 4, True), (0, 3, False), (0, 1, False)]:
        assert (classes.index[i] == classes.index[j]).item() is same
    assert classes.radius[classes.index].tolist() == [1.9, 1.7, 1.9, 1.9, 1.7, 1.9]


def test_no_atoms_have_no_classes() -> None:
    assert len(classes_of("")) == 0
    assert len(atom_classes(types_of("")).index) == 0


def test_tables_hold_the_energy_and_its_derivative_at_the_middle_of_each_bin() -> None:
    bins = 2048
    first, second = classes_of("CHN"), classes_of("COZX")
    energy, slope = energy_tables(first, second, bins)
    assert energy.shape == slope.shape == (3, 4, bins + 1)
    assert not energy[..., -1].any()
    assert not slope[..., -1].any()
    middle = ((torch.arange(bins, dtype=torch.float64) + 0.5) * (64 / bins)).sqrt().requires_grad_()
    exact = class_energies(middle, first, second, WEIGHTS)
    assert (energy[..., :-1] - exact).abs().max() < 1e-5
    for i in range(3):
        for j in range(4):
            (row,) = torch.autograd.grad(exact[i, j].sum(), middle, retain_graph=True)
            assert (slope[i, j, :-1] - row / middle.detach()).abs().median() < 1e-5
            # the derivative jumps where a linear ramp begins or ends, in four bins at most
            assert ((slope[i, j, :-1] - row / middle.detach()).abs() > 1e-3).sum() <= 4


def test_tables_can_be_made_in_inference_mode() -> None:
    with torch.inference_mode():
        energy, slope = energy_tables(classes_of("C"), classes_of("O"), 64)
    assert energy.isfinite().all()
    assert slope.any()


def test_the_rotor_penalty_is_that_of_vina() -> None:
    assert rotor_factor(0) == 1
    assert rotor_factor(5) == pytest.approx(1 / 1.2923)
