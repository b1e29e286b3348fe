"""The rules of the minimizers, one pose at a time."""

import torch

from molgen.physics.line_search import accepted, inverse_curvature


def test_a_step_must_go_down_by_a_share_of_what_the_slope_promises():
    energy, slope = torch.zeros(4), torch.full((4,), -2.0)
    length = torch.tensor([1.0, 1.0, 0.5, 0.5])
    trial = torch.tensor([-3e-4, -1e-4, -1.5e-4, -0.5e-4])  # the promise is 2e-4 for the first two, 1e-4 for the others
    assert accepted(energy, trial, slope, length).tolist() == [True, False, True, False]


def test_an_energy_that_is_not_a_number_is_never_accepted():
    trial = torch.tensor([torch.nan, torch.inf])
    assert not accepted(torch.zeros(2), trial, -torch.ones(2), torch.ones(2)).any()


def test_the_inverse_curvature_is_finite_where_the_energy_does_not_curve_upwards():
    upwards, inverse = inverse_curvature(torch.tensor([4.0, 0.0, -4.0]))
    assert upwards.tolist() == [True, False, False]
    assert inverse[0] == 0.25
    assert inverse.isfinite().all()
