"""The options of docking: limits, former names, where they are found."""

import pytest

import molgen
from molgen.docking.dock import dock
from molgen.docking.learned import learned_of
from molgen.docking.records import DockingResult, config_of
from molgen.errors import CheckpointError, ConfigError


def test_dock_and_rescore_are_at_the_top() -> None:
    assert molgen.dock is dock
    assert molgen.DockingResult is DockingResult
    assert {"dock", "rescore", "DockingResult"} <= set(dir(molgen))


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"n": 0}, "n must be at least 1"),
        ({"n": 5000}, "n must be at most 1000"),
        ({"states": 1000}, "states must be at most 100"),
        ({"samples": 100_000}, "samples must be at most 10000"),
        ({"seed": -1}, "seed must be at least 0"),
        ({"effort": "slow"}, "effort must be one of quick, normal, thorough"),
        ({"ph": 15}, "ph must be between 0 and 14"),
        ({"min_rmsd": -1.0}, "min_rmsd must be at least 0"),
        ({"min_rmsd": float("nan")}, "min_rmsd must be at least 0"),
        ({"poses": 3}, "unexpected keyword argument 'poses'"),
    ],
)
def test_impossible_options_are_named(options: dict[str, object], told: str) -> None:
    with pytest.raises(ConfigError, match=told):
        config_of(**options)


def test_the_old_name_of_an_option_works_and_warns() -> None:
    with pytest.warns(DeprecationWarning, match="spacing is now called min_rmsd"):
        assert config_of(spacing=0.7).min_rmsd == 0.7


def test_lists_and_lone_texts_are_taken_alike():
    assert config_of(flex=["A:57", "A:102"]).flex == "A:57,A:102"
    assert config_of(flex=" Auto ").flex == "auto"
    assert config_of(require="hbond:A:ILE:9").require == config_of(require=["hbond:A:ILE:9"]).require


@pytest.mark.parametrize("options", [{"flex": 57}, {"require": [1]}, {"covalent": 25}, {"timeout": "long"}])
def test_values_of_another_kind_are_one_line(options):
    with pytest.raises(ConfigError, match=f"^{next(iter(options))} (takes texts|must be)"):
        config_of(**options)


def test_a_library_of_torsions_that_cannot_be_read_is_named_at_once(tmp_path) -> None:
    (tmp_path / "own.safetensors").write_text("junk")
    with pytest.raises(CheckpointError, match=r"own\.safetensors"):
        learned_of(config_of(torsion_library=tmp_path / "own.safetensors"))
    with pytest.raises(ConfigError, match="torsion_library must be"):
        config_of(torsion_library=3)
