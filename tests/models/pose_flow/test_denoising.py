"""Denoising errors of poses: finite, the same for every order and frame, smallest where the field is right."""

import torch
from small_molecules import graph_of, heavy_positions
from small_pockets import pose_model, random_pocket

from molgen.graphs.batch import batch_graphs
from molgen.graphs.pockets import batch_pockets
from molgen.models.pose_flow.denoising import TIMES, denoising_errors

SMILES = "CCOC(=O)CN"


def poses(count: int) -> torch.Tensor:
    shape = torch.as_tensor(heavy_positions(SMILES)).float()
    rng = torch.Generator().manual_seed(1)
    return shape - shape.mean(0) + 2 * torch.randn(count, 1, 3, generator=rng)


def errors_of(model, places: torch.Tensor, pocket=None) -> torch.Tensor:
    return denoising_errors(model, batch_graphs([graph_of(SMILES)]), batch_pockets([pocket or random_pocket()]), places)


def test_every_pose_has_errors_of_its_own_whatever_the_others_are():
    model, places = pose_model(), poses(5)
    errors = errors_of(model, places)
    assert errors.shape == (5, len(TIMES))
    assert torch.isfinite(errors).all()
    assert (errors > 0).all()
    torch.testing.assert_close(errors_of(model, places[[3, 1]]), errors[[3, 1]], rtol=1e-4, atol=1e-4)


def test_a_field_that_points_home_makes_the_error_small(monkeypatch):
    model, places = pose_model(), poses(2)
    home = places[0].mean(0)

    def forward(batch, encoding, positions, t):
        away = (positions.mean(2) - home) / t[..., None]  # of a flow: where it came from, over the time it took
        return {"translation": away}

    monkeypatch.setattr(model, "forward", forward)
    errors = errors_of(model, places)
    assert errors[0].max() < 1e-6
    assert errors[1].min() > 0.1
