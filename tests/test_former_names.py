"""Former names of fields still work, with a warning that points to the caller."""

import importlib
import warnings
from dataclasses import dataclass, replace

import pytest

from molgen.config import from_mapping, renamed
from molgen.conformers.config import GenerateConfig
from molgen.errors import ConfigError
from molgen.former_names import former_names, takes_former_names, with_former_names


@with_former_names
@dataclass(frozen=True)
class Settings:
    samples: int = renamed("pool", 4)
    seed: int = 0


def test_a_former_name_sets_the_field_and_warns_at_the_caller():
    with pytest.warns(DeprecationWarning, match="pool is now called samples") as caught:
        settings = Settings(pool=7)  # pyright: ignore[reportCallIssue]
    assert settings == Settings(samples=7)
    assert caught[0].filename == __file__


def test_a_former_name_can_be_read():
    with pytest.warns(DeprecationWarning, match="pool is now called samples"):
        assert Settings(9).pool == 9  # pyright: ignore[reportAttributeAccessIssue]


def test_present_names_do_not_warn():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert replace(Settings(samples=7), seed=1) == Settings(7, 1)
        assert from_mapping(Settings, {"pool": 3}) == Settings(3)  # files of earlier versions are read silently


def test_both_names_at_once_are_refused():
    with pytest.raises(ConfigError, match="samples is given twice"), pytest.warns(DeprecationWarning, match="pool"):
        Settings(samples=1, pool=2)  # pyright: ignore[reportCallIssue]


@pytest.mark.parametrize(("former", "name"), former_names(GenerateConfig).items())
def test_every_former_option_of_conformers_still_works(former, name):
    value = {"minimize_with": "mmff", "gas_phase": 0.25}.get(name, 3)
    with pytest.warns(DeprecationWarning, match=f"{former} is now called {name}"):
        assert getattr(GenerateConfig(**{former: value}), name) == value


@pytest.mark.parametrize(
    ("module", "former", "name"),
    [
        ("molgen.metrics", "summarise_coverage", "summarize_coverage"),
        ("molgen.metrics.validity", "ReceptorAtoms", "CheckedReceptor"),
        ("molgen.processes", "centre_free", "center_free"),
        ("molgen.sampling.likelihood", "carried", "integrate_with_divergence"),
    ],
)
def test_every_former_name_of_a_module_still_works(module, former, name):
    home = importlib.import_module(module)
    with pytest.warns(DeprecationWarning, match=f"{module}.{former} is now called {name}") as caught:
        assert getattr(home, former) is getattr(home, name)
    assert caught[0].filename == __file__


def test_a_former_argument_of_a_function_still_works():
    @takes_former_names(minimise="minimize")
    def score(pose: int, *, minimize: bool = False) -> tuple[int, bool]:
        return pose, minimize

    with pytest.warns(DeprecationWarning, match="minimise is now called minimize"):
        assert score(3, minimise=True) == (3, True)  # pyright: ignore[reportCallIssue]
    with pytest.raises(ConfigError, match="is given twice"), pytest.warns(DeprecationWarning, match="minimise"):
        score(3, minimise=True, minimize=True)  # pyright: ignore[reportCallIssue]
    assert score(3) == (3, False)
