"""Losses over trajectories: zero for what made them, and only there."""

import math
from dataclasses import replace

import pytest
import torch
from flow_trajectories import MANY, Field, batch, spinning, trajectories, turning

from molgen.geometry import torus
from molgen.geometry.internal_coordinates import batch_coordinates
from molgen.geometry.torsions import dihedral_angles
from molgen.models.torsion_flow.loss import map_loss, reflow_loss


def test_the_velocity_of_a_straight_way_has_no_reflow_loss():
    records = batch(trajectories(spinning))
    rng = torch.Generator().manual_seed(0)
    assert reflow_loss(Field(spinning), records, rng).item() < 1e-4  # type: ignore[arg-type]

    def still(x, t):
        return torch.zeros_like(x)

    loss = reflow_loss(Field(still), records, rng).item()  # type: ignore[arg-type]
    assert loss == pytest.approx(9 * math.pi**2, rel=1e-2)  # not the way round the other side


def test_the_exact_map_has_no_loss_and_the_velocity_has():
    records = batch(trajectories(turning, replace(MANY, steps=800)), draws=20)
    rng = torch.Generator().manual_seed(0)

    def jump(x, t, s):
        growth = torch.exp(2.0 * (s - t))[..., None]
        return (2 * torch.atan2(torch.sin(x / 2) * growth, torch.cos(x / 2)) - x) / (s - t)[..., None]

    assert map_loss(Field(jump), records, rng).item() < 1e-3  # type: ignore[arg-type]
    assert map_loss(Field(lambda x, t, s: turning(x, t)), records, rng).item() > 0.1  # type: ignore[arg-type]


def test_only_jumps_of_equal_steps_are_learned():
    seen = []

    def field(x, t, s):
        seen.append(torch.stack([t.flatten(), s.flatten()], 1))
        return torch.zeros_like(x)

    map_loss(Field(field), batch(trajectories(spinning), draws=200), torch.Generator().manual_seed(0))  # type: ignore[arg-type]
    pairs = {(round(4 * float(t)), round(4 * float(s))) for t, s in seen[0]}
    assert pairs == {(4, 0), (4, 2), (2, 0), (4, 3), (3, 2), (2, 1), (1, 0)}


def test_padded_torsions_do_not_count():
    records = batch(trajectories(spinning))
    mask = records.graph.torsion_mask[:, None]
    for loss, arguments in ((reflow_loss, 1), (map_loss, 2)):

        def noisy(x, *times, wanted=arguments):
            assert len(times) == wanted
            return spinning(x, None) + 1e3 * (~mask)

        assert loss(Field(noisy), records, torch.Generator().manual_seed(0)).item() < 1e-3  # type: ignore[arg-type]


def test_drawn_trajectories_begin_at_their_starts():
    records = batch(trajectories(turning))
    assert records.path.shape[:3] == (3, 4, 5)
    assert (records.path[:, :, 0] == 0).all()
    positions = batch_coordinates(records.template, records.graph).positions(records.start)
    found = dihedral_angles(positions, records.graph.torsions[:, None])
    gap = torus.log(records.start, found) * records.graph.torsion_mask[:, None]
    assert gap.abs().max() < 1e-3
