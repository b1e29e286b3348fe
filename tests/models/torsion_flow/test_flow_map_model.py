"""A flow map of torsions: it starts as the flow it was made of, and keeps the symmetries of the flow."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from equivariance import assert_equivariant, mirror_image
from small_molecules import batch_of, entry_of

from molgen.config import from_mapping, to_mapping
from molgen.conformers.prepare.reflow import ReflowConfig, trajectories_of
from molgen.datasets.records.trajectories import encode_trajectories
from molgen.datasets.sources import SourceConfig
from molgen.errors import CheckpointError, ConfigError
from molgen.geometry import torus
from molgen.models.torsion_flow.config import ConformerConfig, ModelConfig, TrainConfig
from molgen.models.torsion_flow.data import ConformerBatch
from molgen.models.torsion_flow.loss import torsion_loss
from molgen.models.torsion_flow.model import TorsionModel
from molgen.models.torsion_flow.sample import sample_torsions, time_grid
from molgen.models.torsion_flow.task import TASK, load_model, load_with_record, save_model, train
from molgen.nets.config import BackboneConfig
from molgen.sampling import euler, torus_points, uniform_grid
from molgen.training.checkpoint import SHIPPED, load_checkpoint

FIRST, SECOND = "C[C@H](N)C(=O)OCC#CCF", "CC[C@@H](O)CN"
TINY = BackboneConfig(scalars=8, pseudoscalars=4, vectors=4, pseudovectors=4, edge_channels=8, layers=2)
PLAIN, JUMPING = ModelConfig("flow", TINY, 2), ModelConfig("flow", TINY, 2, jumps=True)


def trained_looking(config: ModelConfig = JUMPING, seed: int = 0) -> TorsionModel:
    """A flow map whose added parameters are not zero."""
    torch.manual_seed(seed)
    model = TorsionModel(config).double().eval()
    if model.jumps:
        for layer in (model.network.jump.node, model.network.jump.edge):
            torch.nn.init.normal_(layer.weight, std=0.5)
    return model


def moments(size: int, samples: int) -> tuple[torch.Tensor, torch.Tensor]:
    t = torch.linspace(0.3, 1.0, size * samples, dtype=torch.float64).reshape(size, samples)
    return t, t * torch.linspace(0.0, 0.6, size * samples, dtype=torch.float64).reshape(size, samples)


@pytest.mark.parametrize("l_max", [1, 2])
def test_jumps_do_not_turn_with_the_molecule_and_change_sign_in_the_mirror(l_max):
    model = trained_looking(replace(JUMPING, backbone=replace(TINY, l_max=l_max)))
    graph, positions = batch_of(FIRST, SECOND, count=2)
    t, s = moments(2, 2)

    def field(which):
        return lambda x: {"torsion": model(which, model.encode(which), x, t, s)}

    with torch.no_grad():
        mirrored = field(mirror_image(graph))
        assert_equivariant(field(graph), positions, {"torsion": "0o"}, mirrored=mirrored, real=graph.atom_mask)


def test_the_goal_of_a_jump_matters_and_that_of_no_jump_does_not():
    model = trained_looking()
    graph, positions = batch_of(FIRST, SECOND, count=2)
    t, s = moments(2, 2)
    with torch.no_grad():
        encoding = model.encode(graph)
        velocity = model(graph, encoding, positions, t)
        torch.testing.assert_close(model(graph, encoding, positions, t, t), velocity, atol=1e-12, rtol=0)
        change = (model(graph, encoding, positions, t, s) - velocity).abs() * graph.torsion_mask[:, None]
    assert change.amax(-1).min() > 1e-4  # in every conformation


def test_conformations_of_a_batch_jump_on_their_own():
    model = trained_looking()
    graph, positions = batch_of(FIRST, count=3)
    t, s = moments(1, 3)
    with torch.no_grad():
        encoding = model.encode(graph)
        whole = model(graph, encoding, positions, t, s)
        alone = model(graph, encoding, positions[:, 1:2], t[:, 1:2], s[:, 1:2])
    torch.testing.assert_close(whole[:, 1:2], alone, atol=1e-9, rtol=0)


def test_a_flow_knows_no_jumps():
    model = trained_looking(PLAIN)
    graph, positions = batch_of(SECOND)
    t, s = moments(1, 1)
    with pytest.raises(ValueError, match="knows no jumps"):
        model(graph, model.encode(graph), positions, t, s)


def test_only_a_flow_has_jumps():
    with pytest.raises(ConfigError, match="jumps needs"):
        from_mapping(ModelConfig, {"process": "diffusion", "jumps": True})


@pytest.mark.parametrize("name", ["default", "tiny"])
def test_a_map_begins_as_the_flow_it_is_made_of(name, tmp_path):
    path: Path | str = name
    if name == "tiny":
        path = tmp_path / "flow.safetensors"
        save_model(trained_looking(PLAIN).float(), path, {"runs": ["one"]})
    flow, record = load_with_record(path)
    made, kept = TASK.adapt(ConformerConfig(replace(flow.config, jumps=True)), flow, record)
    assert kept == record
    assert made.jumps
    graph, positions = batch_of(FIRST, count=4)
    start = torus_points(4, graph.torsions.shape[1], seed=0).float()
    options = {"times": uniform_grid(4), "stepper": lambda: euler}
    ends = [sample_torsions(m, graph, positions[0].float(), start, **options) for m in (flow, made)]
    assert torch.equal(*ends)
    assert torus.log(start, ends[0]).abs().max() > 1e-3


def test_a_map_is_saved_and_loaded(tmp_path):
    model = trained_looking().float()
    save_model(model, tmp_path / "map.safetensors", {})
    found = load_model(tmp_path / "map.safetensors")
    assert found.config == JUMPING
    graph, positions = batch_of(SECOND, count=2)
    start = torus_points(2, graph.torsions.shape[1], seed=0).float()
    one, two = (sample_torsions(m, graph, positions[0].float(), start, times=time_grid(m, 2)) for m in (model, found))
    assert torch.equal(one, two)


def test_weights_of_another_size_do_not_become_a_map(tmp_path):
    save_model(trained_looking(PLAIN).float(), tmp_path / "flow.safetensors", {})
    other = replace(JUMPING, harmonics=3)
    config = ConformerConfig(other, TrainConfig((SourceConfig(str(tmp_path / "none")),), objective="map"))
    assert TASK.adapt(config, *TASK.load(tmp_path / "flow.safetensors"))[0].config == PLAIN
    with pytest.raises(CheckpointError, match="another model configuration"):
        _resume(config, tmp_path)


def _resume(config: ConformerConfig, folder: Path) -> None:
    few = ReflowConfig(trajectories=2, steps=2, intervals=2)
    record = trajectories_of(entry_of("CCCO", 1), trained_looking(PLAIN).float(), few, seed=0)
    (folder / "part.safetensors").write_bytes(encode_trajectories([record], "x"))
    settings = replace(config.train, sources=(SourceConfig(str(folder / "part.safetensors")),))
    train(replace(config, train=settings), folder / "out", resume=folder / "flow.safetensors")


def test_shipped_weights_were_saved_before_jumps_and_load_unchanged():
    saved = load_checkpoint(SHIPPED / "conformers.safetensors", "conformers")
    model = load_model()
    assert not model.config.jumps
    assert not model.jumps
    weights = model.state_dict()
    assert weights.keys() == {f"network.{name}" for name in saved.weights}
    assert all(torch.equal(weights[f"network.{name}"], value) for name, value in saved.weights.items())
    assert set(saved.config) - set(to_mapping(ModelConfig())) == set()


def test_every_added_parameter_learns():
    model = trained_looking()
    graph, positions = batch_of(FIRST, SECOND, count=2)
    t, s = moments(2, 2)
    model(graph, model.encode(graph), positions, t, s).square().sum().backward()
    assert all(p.grad is not None and p.grad.any() for p in model.network.jump.parameters())  # type: ignore[union-attr]


def test_a_plain_flow_is_trained_as_before():
    """The loss of a flow does not change when the model could jump: the field is that without a goal."""
    batch = ConformerBatch(*batch_of(FIRST, SECOND, count=2))
    torch.manual_seed(3)
    plain = TorsionModel(PLAIN).double()
    jumping = TorsionModel(JUMPING).double()
    jumping.load_state_dict(jumping.state_dict() | plain.state_dict())
    losses = [torsion_loss(m, batch, torch.Generator().manual_seed(0)) for m in (plain, jumping)]
    assert torch.equal(*losses)
