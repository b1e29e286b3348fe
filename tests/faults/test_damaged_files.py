"""Damaged, foreign and hostile files: an error in one line, no code, and no memory that the file does not have."""

import json
import os
import pickle
import resource
import struct
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from command_process import python
from safetensors.torch import save
from small_molecules import entry_of

from molgen.datasets.records.complexes import load_complexes
from molgen.datasets.records.conformers import encode_conformers, load_conformers
from molgen.datasets.sources import SourceConfig
from molgen.errors import CheckpointError, InputError
from molgen.models.pose_confidence.task import load_confidence
from molgen.models.pose_flow.task import load_pose_model
from molgen.models.torsion_flow.config import ConformerConfig, ModelConfig, TrainConfig
from molgen.models.torsion_flow.model import TorsionModel
from molgen.models.torsion_flow.task import load_model, train
from molgen.nets.config import BackboneConfig
from molgen.training.checkpoint import FORMAT, SHIPPED, Checkpoint, encode_checkpoint

SIZE = BackboneConfig(scalars=4, pseudoscalars=2, vectors=2, pseudovectors=2, edge_channels=4, layers=1, graph_layers=1)
MODEL = ModelConfig("flow", SIZE, 2)

pytestmark = pytest.mark.filterwarnings("ignore")


class Trap:
    """Makes a file when it is unpickled."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self):
        return os.mkdir, (str(self.mark),)


@pytest.fixture
def config(tmp_path: Path) -> ConformerConfig:
    part = tmp_path / "part.safetensors"
    part.write_bytes(encode_conformers([entry_of(s) for s in ("CCOC", "CC(F)COC", "OCCN")], "tiny"))
    settings = TrainConfig((SourceConfig(str(part)),), validation=str(part), batch=2, draws=1, steps=1)
    return ConformerConfig(MODEL, settings)


def hostile_states(folder: Path, mark: Path) -> list[Path]:
    """Training states that would run code: a bare pickle, one in a torch file, and one hidden among good entries."""
    good = {"global_step": 3, "state_dict": TorsionModel(MODEL).state_dict(), "pytorch-lightning_version": "2.6.0"}
    (folder / "bare").mkdir()
    (folder / "bare" / "state.ckpt").write_bytes(pickle.dumps(Trap(mark)))
    for name, content in (("whole", Trap(mark)), ("hidden", {**good, "callbacks": Trap(mark)})):
        (folder / name).mkdir()
        torch.save(content, folder / name / "state.ckpt")
        torch.save(content, folder / name / "old.ckpt", _use_new_zipfile_serialization=False)
    return sorted(folder.rglob("*.ckpt"))


def test_a_training_state_cannot_run_code(config, tmp_path):
    mark = tmp_path / "mark"
    states = hostile_states(tmp_path, mark)
    assert len(states) == 5
    for state in states:
        with pytest.raises(CheckpointError, match="not a training state") as error:
            train(config, tmp_path / "run", resume=state)
        assert "\n" not in str(error.value)
        assert not mark.exists()
    pickle.loads(states[0].read_bytes())
    assert mark.exists(), "the trap works"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"harmonics": 10**9}, "a size of 1e"),
        ({"backbone": {"scalars": 2 * 10**6}}, "a size of 2e"),
        ({"backbone": {"layers": 10**12}}, "a size of 1e"),
        ({"backbone": {"edge_channels": 1000, "scalars": 1000, "vectors": 1000}}, "weights do not fit"),
        ({"backbone": {"layers": -3}}, ""),
        ({"backbone": {"scalars": 0}}, ""),
        ({"backbone": {"scalars": -5}}, ""),
        ({"backbone": {"l_max": 60}}, "l_max must be 1 or 2"),
        ({"backbone": []}, "must be a mapping"),
        ({"process": "magic"}, ""),
    ],
    ids=str,
)
def test_a_configuration_that_asks_for_too_much_takes_no_memory(tmp_path, change, reason):
    path = tmp_path / "m.safetensors"
    path.write_bytes(encode_checkpoint(Checkpoint("conformers", change, {}, TorsionModel(MODEL).state_dict())))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(CheckpointError, match=reason) as error:
        load_model(path)
    assert "\n" not in str(error.value)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200_000  # KiB


def test_a_header_that_asks_for_too_much_takes_no_memory(tmp_path):
    """A limit on the address space, in a process of its own."""
    size = 2**40
    tensor = {"dtype": "F32", "shape": [size // 4], "data_offsets": [0, size]}
    metadata = {"format": FORMAT, "task": "conformers", "config": "{}", "record": "{}"}
    header = json.dumps({"__metadata__": metadata, "a": tensor}).encode()
    huge = tmp_path / "huge.safetensors"
    huge.write_bytes(struct.pack("<Q", len(header)) + header + bytes(64))
    long = tmp_path / "long.safetensors"
    long.write_bytes(struct.pack("<Q", 2**60) + header)
    program = f"""
import resource
import torch
from molgen.models.torsion_flow.task import load_model
from molgen.datasets.records.conformers import load_conformers
from pathlib import Path
used = int(open("/proc/self/statm").read().split()[0]) * 4096
resource.setrlimit(resource.RLIMIT_AS, (used + 2**28, used + 2**28))
for path in ({str(huge)!r}, {str(long)!r}):
    for load in (load_model, lambda p: load_conformers([Path(p)])):
        try:
            load(path)
        except Exception as error:
            print(type(error).__name__, len(str(error).splitlines()))
"""
    assert python(program).stdout.split("\n")[:4] == ["CheckpointError 1", "InputError 1"] * 2


@pytest.mark.parametrize("record", ["[" * 100_000, "[]", "3", "null", '{"a": 1'])
def test_a_record_that_is_no_mapping_is_refused(tmp_path, record):
    path = tmp_path / "m.safetensors"
    path.write_bytes(
        save({"a": torch.ones(1)}, {"format": FORMAT, "task": "conformers", "config": "{}", "record": record})
    )
    with pytest.raises(CheckpointError, match="cannot be read"):
        load_model(path)


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_weights_that_are_not_finite_are_refused(tmp_path, value):
    weights = TorsionModel(MODEL).state_dict()
    name = sorted(weights)[-1]
    weights[name] = torch.full_like(weights[name], value)
    path = tmp_path / "m.safetensors"
    config = {"process": "flow", "harmonics": 2, "backbone": vars(SIZE)}
    path.write_bytes(encode_checkpoint(Checkpoint("conformers", config, {}, weights)))
    with pytest.raises(CheckpointError, match=f"weights are not finite: {name}"):
        load_model(path)


@pytest.mark.parametrize("load", [load_model, load_pose_model, load_confidence])
def test_shipped_weights_with_a_damaged_byte_or_end_are_refused_or_load(tmp_path, load):
    """Bytes of the header and of its length; what follows are numbers, which may be any."""
    name = {load_model: "conformers", load_pose_model: "poses", load_confidence: "confidence"}[load]
    whole = (SHIPPED / f"{name}.safetensors").read_bytes()
    path = tmp_path / "damaged.safetensors"
    end = 8 + struct.unpack("<Q", whole[:8])[0]
    for cut in (0, 7, 8, end // 2, end, end + 100, len(whole) - 1):
        path.write_bytes(whole[:cut])
        with pytest.raises(CheckpointError):
            load(path)
    for place in [*range(8), *range(8, end, max(1, end // 25))]:
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 0x15]) + whole[place + 1 :])
        told = "" if (error := error_of(load, path)) is None else str(error)
        assert error is None or isinstance(error, CheckpointError)
        assert "\n" not in told


def error_of(load: Callable[[Path], object], path: Path) -> Exception | None:
    try:
        load(path)
    except Exception as error:
        return error
    return None


@pytest.mark.parametrize("load", [load_conformers, load_complexes])
def test_truncated_parts_are_refused(config, tmp_path, load):
    whole = (tmp_path / "part.safetensors").read_bytes()
    path = tmp_path / "cut.safetensors"
    for cut in (0, 8, 100, len(whole) // 2, len(whole) - 1):
        path.write_bytes(whole[:cut])
        with pytest.raises(InputError, match=r"cut\.safetensors: cannot be read"):
            load([path])


def test_training_on_a_truncated_part_is_one_line(config, tmp_path):
    part = tmp_path / "part.safetensors"
    part.write_bytes(part.read_bytes()[:-10])
    with pytest.raises(InputError, match="cannot be read"):
        train(config, tmp_path / "run")


@pytest.mark.parametrize("name", ["atoms", "bond_index", "torsions", "moving", "paths", "positions", "permutations"])
def test_parts_whose_arrays_disagree_are_refused(config, tmp_path, name):
    from safetensors.numpy import load_file, save_file

    arrays = load_file(tmp_path / "part.safetensors")
    metadata = {"format": "molgen-conformers-1", "source": "x", "count": "3"}
    path = tmp_path / "odd.safetensors"
    save_file(arrays | {name: arrays[name][:-1]}, path, metadata)
    with pytest.raises(InputError, match="sizes disagree"):
        load_conformers([path])
    rows = arrays[f"{name}_rows"].copy()
    rows[0] += 1
    save_file(arrays | {f"{name}_rows": rows}, path, metadata)
    with pytest.raises(InputError, match="sizes disagree"):
        load_conformers([path])
