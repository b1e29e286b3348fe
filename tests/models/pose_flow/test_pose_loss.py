"""The loss of the model of poses: zero for the exact field, one for none."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from small_pockets import placed, pose_model, prepared_set
from torch import Tensor

from molgen.geometry import rotations, torus
from molgen.geometry.alignment import kabsch
from molgen.geometry.internal_coordinates import batch_coordinates, centroid
from molgen.geometry.torsions import dihedral_angles
from molgen.models.pose_flow.config import PoseModelConfig
from molgen.models.pose_flow.data import Augmentation, PoseBatch, collate_poses
from molgen.models.pose_flow.loss import pose_errors, pose_loss
from molgen.models.pose_flow.model import pose_process

PROCESSES = ("flow", "diffusion")
DATA = prepared_set(
    [
        placed("CCC(=O)OCCF", (40.0, -3.0, 9.0), "a"),
        placed("CCCO", (1.0, 2.0, 3.0), "b"),
        placed("c1ccccc1", (0, 0, 0), "c"),
    ]
)


def batch_with(draws: int, *, double: bool = True, rows: tuple[int, ...] = (0, 1, 2)) -> PoseBatch:
    """Ligands at the center of their pockets, no noise on their template conformers."""
    augmentation = Augmentation(draws, jitter=0.0, protein_noise=0.0, ligand_noise=0.0, pocket_radius=9.0)
    drawn = collate_poses([DATA[row] for row in rows], np.random.default_rng(0), augmentation)
    batch = PoseBatch.padded(drawn, draws, ligand_noise=0.0)
    return replace(batch, positions=batch.positions.double()) if double else batch


class Forged:
    """A model whose field is a function of (graph, positions, t)."""

    def __init__(self, process: str, field) -> None:
        self.config, self.field = PoseModelConfig(process), field
        self.process = pose_process(self.config)

    def encode(self, batch) -> None:
        return None

    def __call__(self, batch, encoding, positions, t):
        return self.field(batch.graph, positions, t)


def exact_velocities(batch: PoseBatch):
    """The velocities that lead straight from the bound pose to the noised one, read off the coordinates."""
    home = batch.positions[:, None]

    def field(graph, positions: Tensor, t: Tensor) -> dict[str, Tensor]:
        shape = batch_coordinates(home.expand_as(positions), graph)
        angles = dihedral_angles(positions, graph.torsions[:, None])
        bent = shape.positions(angles)
        turns = torch.zeros(*t.shape, 3, dtype=positions.dtype)
        for row, real in enumerate(graph.atom_mask):
            turns[row] = rotations.log(kabsch(bent[row][:, real], positions[row][:, real]).rotation)
        mask = graph.atom_mask[:, None]
        moved = centroid(positions, mask) - centroid(home, mask)
        return {
            "translation": moved / t[..., None],
            "rotation": turns / t[..., None],
            "torsion": torus.log(shape.start, angles) / t[..., None],
        }

    return field


def nothing(graph, positions: Tensor, t: Tensor) -> dict[str, Tensor]:
    zero = positions.new_zeros(*t.shape, 3)
    return {"translation": zero, "rotation": zero, "torsion": positions.new_zeros(*t.shape, graph.torsions.shape[1])}


def test_velocities_read_off_the_coordinates_have_no_loss():
    batch = batch_with(6)
    errors = pose_errors(Forged("flow", exact_velocities(batch)), batch, torch.Generator().manual_seed(0))
    assert set(errors) == {"translation", "rotation", "torsion"}
    for name, error in errors.items():
        assert float(error) < 1e-9, name


@pytest.mark.parametrize("process", PROCESSES)
def test_the_target_of_the_noise_has_no_loss_and_half_of_it_a_quarter_of_that_of_none(process):
    batch = batch_with(8)

    def loss(share: float) -> dict[str, Tensor]:
        model = Forged(process, None)
        inner, seen = model.process, []

        class Watched:
            def corrupt(self, x0, t, rng):
                seen.append(inner.corrupt(x0, t, rng))
                return seen[-1]

        model.process = Watched()  # type: ignore[assignment]
        model.field = lambda graph, positions, t: {
            name: share * value.unflatten(0, t.shape) for name, value in seen[-1].target.items()
        }
        return pose_errors(model, batch, torch.Generator().manual_seed(3))  # type: ignore[arg-type]

    exact, half, none = loss(1.0), loss(0.5), loss(0.0)
    for name in none:
        assert float(exact[name]) < 1e-12
        assert float(none[name]) > 0.1
        assert float(half[name]) == pytest.approx(float(none[name]) / 4, rel=1e-6)


def test_no_field_has_a_loss_of_one_for_every_part_of_a_flow():
    batch = batch_with(3000, rows=(0, 1))
    errors = pose_errors(Forged("flow", nothing), batch, torch.Generator().manual_seed(0))
    assert {name: float(value) for name, value in errors.items()} == pytest.approx(dict.fromkeys(errors, 1.0), abs=0.06)


def test_no_score_has_a_loss_near_one_for_every_part_of_a_diffusion():
    batch = batch_with(1500, rows=(0, 1))
    errors = pose_errors(Forged("diffusion", nothing), batch, torch.Generator().manual_seed(0))
    assert {name: float(value) for name, value in errors.items()} == pytest.approx(dict.fromkeys(errors, 1.0), abs=0.15)


def test_rigid_ligands_do_not_dilute_the_loss_of_the_torsions():
    """Padded rows of the torsions are not counted."""
    together = pose_errors(Forged("flow", nothing), batch_with(1500), torch.Generator().manual_seed(0))
    assert float(together["torsion"]) == pytest.approx(1.0, abs=0.06)


@pytest.mark.parametrize("process", PROCESSES)
def test_the_loss_of_a_network_is_finite_and_reaches_all_its_weights(process):
    model = pose_model(process).train()
    batch = replace(batch_with(4, double=False), ligand_noise=0.05)
    loss = pose_loss(model, batch, torch.Generator().manual_seed(0))
    parts = pose_errors(model, batch, torch.Generator().manual_seed(0))
    torch.testing.assert_close(loss, torch.stack(list(parts.values())).sum())
    assert 0.1 < loss.item() < 30
    loss.backward()
    # no axial vectors there yet
    unused = {f"network.backbone.layers.0.{part}.maps.1e.weight" for part in ("before", "skip")}
    assert {name for name, parameter in model.named_parameters() if parameter.grad is None} == unused
    for name, parameter in model.named_parameters():
        assert name in unused or parameter.grad.isfinite().all(), name  # type: ignore[union-attr]
    reached = sum(bool(p.grad.abs().max() > 0) for p in model.parameters() if p.grad is not None)
    assert reached > 0.9 * len(list(model.parameters()))


def test_the_generator_decides_the_loss():
    model, batch = pose_model(), batch_with(4, double=False)
    losses = [pose_loss(model, batch, torch.Generator().manual_seed(seed)).item() for seed in (0, 0, 1)]
    assert losses[0] == losses[1] != losses[2]


def test_times_are_spread_evenly_over_the_poses_of_a_batch():
    seen = []

    def watched(graph, positions, t):
        seen.append(t.flatten())
        return nothing(graph, positions, t)

    pose_errors(Forged("flow", watched), batch_with(40), torch.Generator().manual_seed(0))
    strata = (seen[0].sort().values * len(seen[0])).floor().long()
    assert torch.equal(strata, torch.arange(len(strata)))
    assert not torch.equal(seen[0], seen[0].sort().values)  # and not in the order of the poses
