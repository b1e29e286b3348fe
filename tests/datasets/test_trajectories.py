"""Trajectories of a flow over prepared molecules: stored as they were walked, resumable, and learned from."""

import json
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from small_molecules import entry_of

from molgen.config import override
from molgen.conformers.prepare.config import PrepareConfig
from molgen.conformers.prepare.prepare import prepare
from molgen.conformers.prepare.reflow import ReflowConfig, trajectories_of
from molgen.datasets.conformers import encode_conformers
from molgen.datasets.part_files import find_parts
from molgen.datasets.sources import SourceConfig
from molgen.datasets.trajectories import TrajectoryRecord, encode_trajectories, load_trajectories
from molgen.errors import ConfigError, InputError
from molgen.geometry import torus
from molgen.geometry.internal_coordinates import batch_coordinates
from molgen.geometry.torsions import dihedral_angles
from molgen.graphs.batch import batch_graphs
from molgen.models.torsion_flow import task
from molgen.models.torsion_flow.config import ConformerConfig, ModelConfig, TrainConfig
from molgen.models.torsion_flow.data import CollateTrajectories, TrajectoryBatch
from molgen.models.torsion_flow.loss import map_loss, reflow_loss
from molgen.models.torsion_flow.model import TorsionModel, torsion_process
from molgen.models.torsion_flow.sample import sample_torsions
from molgen.models.torsion_flow.task import load_model, save_model, train, training_data
from molgen.nets.config import BackboneConfig
from molgen.sampling import euler, uniform_grid

SIZE = BackboneConfig(scalars=6, pseudoscalars=2, vectors=3, pseudovectors=2, edge_channels=6, layers=1, graph_layers=1)
MANY = ReflowConfig(trajectories=6, steps=8, intervals=4)
NAMES = ("CC[C@H](N)C(=O)OCC", "CCCO", "CC(F)COC")


class Field:
    """A velocity or a mean velocity in place of the network."""

    def __init__(self, field) -> None:
        self.process, self.jumps, self.field = torsion_process("flow"), False, field

    def encode(self, graph) -> None:
        return None

    def __call__(self, graph, encoding, positions, *times):
        return self.field(dihedral_angles(positions, graph.torsions[:, None]), *times)


def spinning(x, t):
    return torch.full_like(x, -3 * math.pi)


def turning(x, t):
    return 2.0 * torch.sin(x)


def made(field, config: ReflowConfig = MANY) -> list[TrajectoryRecord]:
    return [trajectories_of(entry_of(s, 2), Field(field), config, seed=k) for k, s in enumerate(NAMES)]  # type: ignore[arg-type]


def batch(records: list[TrajectoryRecord], draws: int = 4):
    return TrajectoryBatch.padded(CollateTrajectories(draws)(records, np.random.default_rng(0)))


@pytest.fixture(scope="module")
def flow(tmp_path_factory) -> Path:
    torch.manual_seed(0)
    path = tmp_path_factory.mktemp("flow") / "flow.safetensors"
    save_model(TorsionModel(ModelConfig("flow", SIZE, 2)), path, {"runs": []})
    return path


@pytest.fixture(scope="module")
def prepared(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("prepared")
    (folder / "part.safetensors").write_bytes(encode_conformers([entry_of(s, 2) for s in (*NAMES, "c1ccccc1")], "tiny"))
    return folder


def settings(flow: Path, **changes) -> PrepareConfig:
    return PrepareConfig(kind="reflow", block=2, reflow=replace(MANY, model=str(flow), **changes))


def test_trajectories_keep_the_turns_that_were_made():
    for record in made(spinning):
        m = record.graph.n_torsions
        assert record.path.shape == (6, 4, m)
        assert record.path.dtype == record.start.dtype == np.float16
        np.testing.assert_allclose(record.path[:, -1], 3 * math.pi, rtol=1e-3)
        np.testing.assert_allclose(record.path[:, 0], 3 * math.pi / 4, rtol=1e-3)


def test_trajectories_end_where_sampling_ends(flow):
    model, entry = load_model(flow), entry_of(NAMES[0], 2)
    record = trajectories_of(entry, model, replace(MANY, steps=4), seed=3)
    template = torch.from_numpy(record.molecule.positions[record.template].astype(np.float32))
    start = torch.from_numpy(record.start.astype(np.float32))
    end = sample_torsions(
        model, batch_graphs([entry.graph]), template, start, times=uniform_grid(4), stepper=lambda: euler
    )
    walked = start + torch.from_numpy(record.path[:, -1].astype(np.float32))
    assert torus.log(walked, end).abs().max() < 0.01
    assert torus.log(start, end).abs().max() > 0.05


def test_templates_without_weight_are_not_used():
    entry = replace(entry_of(NAMES[0], 3), weights=np.array([0, 1, 1], np.float16))
    record = trajectories_of(entry, Field(turning), MANY, seed=0)  # type: ignore[arg-type]
    assert np.array_equal(record.molecule.positions, entry.positions[1:])
    assert record.template.tolist() == [0, 1, 0, 1, 0, 1]


def test_trajectories_come_back_as_they_were_written(tmp_path):
    records = made(turning)
    (tmp_path / "part.safetensors").write_bytes(encode_trajectories(records, "x"))
    found, names = load_trajectories(find_parts(tmp_path))
    assert names == ["x"]
    for one, other in zip(records, found, strict=True):
        for name in ("template", "start", "path"):
            assert np.array_equal(getattr(one, name), getattr(other, name))
        assert np.array_equal(one.molecule.positions, other.molecule.positions)
        assert other.intervals == 4


@pytest.mark.parametrize(
    "change",
    [
        {"template": np.array([7] * 6, np.uint8)},
        {"start": np.full((6, 4), np.nan, np.float16)},
        {"path": np.full((6, 4, 4), np.inf, np.float16)},
        {"path": np.zeros((6, 4, 4), np.float16)[:, :0]},
        {"path": np.zeros(77, np.float16)},
        {"template": np.zeros(0, np.uint8)},
    ],
    ids=lambda change: next(iter(change)),
)
def test_trajectories_that_make_no_sense_are_refused(change, tmp_path):
    record = made(turning)[0]
    assert record.graph.n_torsions == 4
    (tmp_path / "part.safetensors").write_bytes(encode_trajectories([replace(record, **change)], "x"))
    with pytest.raises(InputError, match="sizes disagree") as caught:
        load_trajectories(find_parts(tmp_path))
    assert "\n" not in str(caught.value)


def test_parts_with_other_points_do_not_go_together(tmp_path):
    for k, intervals in enumerate((2, 4)):
        data = encode_trajectories(made(turning, replace(MANY, intervals=intervals)), "x")
        (tmp_path / f"part-{k}.safetensors").write_bytes(data)
    with pytest.raises(InputError, match="different numbers of points"):
        load_trajectories(find_parts(tmp_path))


def test_a_prepared_set_becomes_trajectories_or_named_failures(prepared, flow, tmp_path):
    summary = prepare(prepared, tmp_path / "out", settings(flow))
    assert (summary.prepared, summary.examples, summary.failures) == (3, 18, 1)
    assert "no rotatable bond" in (tmp_path / "out" / "failures.csv").read_text()
    records, names = load_trajectories(find_parts(tmp_path / "out"))
    assert names == ["tiny"]
    assert [r.graph.n_atoms for r in records] == [entry_of(s).graph.n_atoms for s in NAMES]


def test_more_molecules_later_give_the_same_as_all_at_once(prepared, flow, tmp_path):
    prepare(prepared, tmp_path / "pieces", settings(flow), limit=1)
    (tmp_path / "pieces" / "part-00001.json").unlink(missing_ok=True)
    assert prepare(prepared, tmp_path / "pieces", settings(flow)) == prepare(prepared, tmp_path / "all", settings(flow))
    pieces, whole = (load_trajectories(find_parts(tmp_path / name))[0] for name in ("pieces", "all"))
    assert all(np.array_equal(a.path, b.path) for a, b in zip(pieces, whole, strict=True))


def test_a_diffusion_has_no_velocity_to_follow(prepared, tmp_path):
    path = tmp_path / "diffusion.safetensors"
    save_model(TorsionModel(ModelConfig("diffusion", SIZE, 2)), path, {})
    with pytest.raises(ConfigError, match="plain flow"):
        prepare(prepared, tmp_path / "out", settings(path))


def test_settings_are_checked():
    with pytest.raises(ConfigError, match="multiple of intervals"):
        override(PrepareConfig(), ["reflow.steps=10"])


def test_a_folder_begun_before_a_setting_existed_goes_on(prepared, flow, tmp_path):
    prepare(prepared, tmp_path, settings(flow))
    path = tmp_path / "prepare.json"
    known = json.loads(path.read_text())
    del known["boltzmann"]
    path.write_text(json.dumps(known))
    assert prepare(prepared, tmp_path, settings(flow)).prepared == 3
    with pytest.raises(InputError, match="another boltzmann;"):
        prepare(prepared, tmp_path, replace(settings(flow), boltzmann=True))


def test_the_velocity_of_a_straight_way_has_no_reflow_loss():
    records = batch(made(spinning))
    rng = torch.Generator().manual_seed(0)
    assert reflow_loss(Field(spinning), records, rng).item() < 1e-4  # type: ignore[arg-type]

    def still(x, t):
        return torch.zeros_like(x)

    loss = reflow_loss(Field(still), records, rng).item()  # type: ignore[arg-type]
    assert loss == pytest.approx(9 * math.pi**2, rel=1e-2)  # not the way round the other side


def test_the_exact_map_has_no_loss_and_the_velocity_has():
    records = batch(made(turning, replace(MANY, steps=800)), draws=20)
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

    map_loss(Field(field), batch(made(spinning), draws=200), torch.Generator().manual_seed(0))  # type: ignore[arg-type]
    pairs = {(round(4 * float(t)), round(4 * float(s))) for t, s in seen[0]}
    assert pairs == {(4, 0), (4, 2), (2, 0), (4, 3), (3, 2), (2, 1), (1, 0)}


def test_padded_torsions_do_not_count():
    records = batch(made(spinning))
    mask = records.graph.torsion_mask[:, None]
    for loss, arguments in ((reflow_loss, 1), (map_loss, 2)):

        def noisy(x, *times, wanted=arguments):
            assert len(times) == wanted
            return spinning(x, None) + 1e3 * (~mask)

        assert loss(Field(noisy), records, torch.Generator().manual_seed(0)).item() < 1e-3  # type: ignore[arg-type]


def configured(prepared: Path, objective: str, jumps: bool, steps: int = 3) -> ConformerConfig:
    source = SourceConfig(str(prepared))
    options = TrainConfig((source,), objective=objective, batch=2, draws=2, warmup=1, steps=steps, ema=0.5)  # type: ignore[arg-type]
    return ConformerConfig(
        ModelConfig("flow", SIZE, 2, jumps), replace(options, validate_every=100, validation_samples=2)
    )


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(("objective", "jumps"), [("reflow", False), ("map", True)])
def test_training_starts_from_the_flow_that_made_the_trajectories(objective, jumps, prepared, flow, tmp_path):
    prepare(prepared, tmp_path / "paths", settings(flow))
    config = configured(tmp_path / "paths", objective, jumps)
    config = replace(config, train=replace(config.train, validation=str(prepared)))
    result = train(config, tmp_path / "run", resume=flow)
    trained = load_model(result.weights)
    assert result.steps == 3
    assert trained.config == config.model
    assert trained.jumps == jumps
    before, after = load_model(flow).state_dict(), trained.state_dict()
    assert before.keys() <= after.keys()
    assert all((before[name] - after[name]).abs().max() < 0.02 for name in before)
    if jumps:
        assert after["network.jump.edge.weight"].abs().max() > 0


def test_molecules_are_held_back_from_trajectories(prepared, flow, tmp_path, monkeypatch):
    many = [entry_of(NAMES[0], 2)] * 20
    records = [trajectories_of(e, Field(turning), MANY, seed=0) for e in many]  # type: ignore[arg-type]
    (tmp_path / "part.safetensors").write_bytes(encode_trajectories(records, "x"))
    held = []
    monkeypatch.setattr(task, "validate", lambda model, entries, *_: held.extend(entries) or {})
    data = training_data(configured(tmp_path, "reflow", False))
    data.measure(None)
    assert len(data.stream(start=0).sources[0].records) == 18  # type: ignore[attr-defined]
    assert len(held) == 2
    assert held[0].positions.shape == records[0].molecule.positions.shape


@pytest.mark.parametrize(
    ("objective", "process", "jumps", "message"),
    [
        ("reflow", "diffusion", False, "needs model.process"),
        ("map", "flow", False, "together"),
        ("flow", "flow", True, "together"),
    ],
)
def test_objectives_that_the_model_cannot_have_are_refused(objective, process, jumps, message, prepared):
    config = configured(prepared, objective, False)
    with pytest.raises(ConfigError, match=message):
        training_data(replace(config, model=ModelConfig(process, SIZE, 2, jumps)))


def test_conformers_are_no_trajectories(prepared):
    with pytest.raises(InputError, match="molgen-trajectories-1"):
        training_data(configured(prepared, "reflow", False))


def test_drawn_trajectories_begin_at_their_starts():
    records = batch(made(turning))
    assert records.path.shape[:3] == (3, 4, 5)
    assert (records.path[:, :, 0] == 0).all()
    positions = batch_coordinates(records.template, records.graph).positions(records.start)
    found = dihedral_angles(positions, records.graph.torsions[:, None])
    gap = torus.log(records.start, found) * records.graph.torsion_mask[:, None]
    assert gap.abs().max() < 1e-3
