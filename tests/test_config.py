"""Configs survive the trip through YAML, and a mistake in one is answered with file, key and a way out."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from molgen.config import from_mapping, from_yaml, override, to_mapping, to_yaml
from molgen.errors import ConfigError, MolgenError


@dataclass(frozen=True)
class Source:
    path: str
    share: float = 1.0


@dataclass(frozen=True)
class Model:
    layers: int = 4
    cutoff: float | None = 5.0
    kind: Literal["flow", "diffusion"] = "flow"
    widths: tuple[int, ...] = (32, 16)
    bounds: tuple[float, int] = (0.5, 3)


@dataclass(frozen=True)
class Whole:
    model: Model = field(default_factory=Model)
    sources: tuple[Source, ...] = (Source("a"),)
    resume: bool = False
    notes: dict[str, float] = field(default_factory=dict)
    folder: Path = Path("runs")
    anything: Any = None

    def __post_init__(self):
        if self.model.layers < 1:
            raise ValueError("model.layers must be at least 1")


wholes = st.builds(
    Whole,
    model=st.builds(
        Model,
        layers=st.integers(1, 99),
        cutoff=st.none() | st.floats(allow_nan=False),
        kind=st.sampled_from(["flow", "diffusion"]),
        widths=st.lists(st.integers()).map(tuple),
    ),
    sources=st.lists(st.builds(Source, st.text(), st.floats(allow_nan=False))).map(tuple),
    resume=st.booleans(),
    notes=st.dictionaries(st.text(), st.floats(allow_nan=False)),
)


@given(wholes)
def test_every_config_survives_the_trip_through_yaml(tmp_path_factory, config):
    path = tmp_path_factory.getbasetemp() / "config.yaml"
    to_yaml(config, path)
    assert from_yaml(Whole, path) == config
    assert from_mapping(Whole, to_mapping(config)) == config


def test_an_empty_file_means_the_defaults_and_field_order_is_kept(tmp_path):
    (tmp_path / "empty.yaml").write_text("# nothing\n")
    assert from_yaml(Whole, tmp_path / "empty.yaml") == Whole()
    keys = [line.split(":")[0] for line in to_yaml(Whole()).splitlines() if line[0].isalpha()]
    assert keys == ["model", "sources", "resume", "notes", "folder", "anything"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("model: {layer: 3}", "unknown key model.layer, did you mean model.layers?"),
        ("modle: {}", "unknown key modle, did you mean model?"),
        ("xyz: 1", "unknown key xyz; valid keys: anything, folder, model, notes, resume, sources"),
        ("model: {layers: three}", "model.layers must be an integer, got 'three'"),
        ("model: {layers: 2.5}", "model.layers must be an integer, got 2.5"),
        ("model: {layers: true}", "model.layers must be an integer, got True"),
        ("model: {layers: 0}", "model.layers must be at least 1"),
        ("model: {kind: flwo}", "model.kind must be one of flow, diffusion, got 'flwo'"),
        ("model: {widths: [1, x]}", "model.widths[1] must be an integer, got 'x'"),
        ("model: {bounds: [1, 2, 3]}", "model.bounds must have 2 values, got 3"),
        ("model: 3", "model must be a mapping of keys"),
        ("- 1", "configuration must be a mapping of keys"),
        ("resume: 1", "resume must be true or false, got 1"),
        ("sources: [{share: 1}]", "missing key sources[0].path"),
        ("notes: {a: b}", "notes.a must be a number, got 'b'"),
    ],
)
def test_a_mistake_names_the_file_the_key_and_the_nearest_valid_one(tmp_path, text, message):
    path = tmp_path / "config.yaml"
    path.write_text(text)
    with pytest.raises(ConfigError) as error:
        from_yaml(Whole, path)
    assert str(error.value) == f"{path}: {message}"


def test_broken_yaml_is_located_and_a_missing_file_named(tmp_path):
    path = tmp_path / "config.yaml"
    path.write_text("model:\n  layers: [1\nresume: true\n")
    with pytest.raises(ConfigError, match=r"config\.yaml:line 3: not valid YAML"):
        from_yaml(Whole, path)
    path.write_text("a: !!python/object/apply:os.getcwd []")
    with pytest.raises(ConfigError, match="not valid YAML"):
        from_yaml(Whole, path)
    with pytest.raises(ConfigError, match=r"missing\.yaml: no such file"):
        from_yaml(Whole, tmp_path / "missing.yaml")


def test_yaml_reads_1e_3_as_text_but_the_config_as_a_number():
    assert override(Whole(), ["model.cutoff=1e-3"]).model.cutoff == 0.001
    assert isinstance(from_mapping(Source, {"path": "a", "share": 2}).share, float)


def test_overrides_change_nested_values_and_leave_the_original_alone():
    config = Whole()
    changed = override(
        config, ["model.layers=3", "model.widths=[1, 2]", "resume=true", "model.cutoff=null", "notes.a=1"]
    )
    assert changed.model == Model(layers=3, widths=(1, 2), cutoff=None)
    assert changed.resume is True
    assert changed.notes == {"a": 1.0}
    assert config == Whole()


@pytest.mark.parametrize(
    ("assignment", "message"),
    [
        ("model.layers", "expected key=value"),
        ("=3", "expected key=value"),
        ("model.layer=3", "did you mean model.layers"),
        ("model.layers.deep=3", "model.layers has no keys of its own"),
        ("modle.layers=3", "did you mean model"),
        ("model.layers=[1", "is not a YAML value"),
    ],
)
def test_a_wrong_override_is_explained(assignment, message):
    with pytest.raises(ConfigError, match=message.replace(".", r"\.")):
        override(Whole(), [assignment])


def test_errors_are_one_line_with_the_parts_that_are_known():
    assert str(MolgenError("a\n  b", source="x.smi", place="line 7")) == "x.smi:line 7: a b"
    assert str(MolgenError("a", source="x.smi")) == "x.smi: a"
    assert str(MolgenError("a", place="record 3")) == "record 3: a"
    assert str(MolgenError("a")) == "a"


def test_errors_survive_pickling_between_processes():
    import pickle

    error = pickle.loads(pickle.dumps(ConfigError("a", source="b", place="c")))
    assert (type(error), str(error)) == (ConfigError, "b:c: a")
