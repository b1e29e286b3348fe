"""Settings of every preparation that cannot be are refused by their names."""

import pytest

from molgen.config import from_mapping
from molgen.conformers.prepare.cartesian import CartesianPrepareConfig
from molgen.conformers.prepare.config import PrepareConfig
from molgen.docking.prepare.complex_decoys import ComplexDecoyConfig
from molgen.docking.prepare.complexes import ComplexConfig
from molgen.docking.prepare.fragment_config import FragmentConfig
from molgen.docking.prepare.fragment_decoys import FragmentDecoyConfig
from molgen.errors import ConfigError
from molgen.packing.prepare import SideChainPrepareConfig

BAD = {
    PrepareConfig: {"conformers": -3, "matches": 0, "merge": -0.1, "block": 0},
    CartesianPrepareConfig: {"max_atoms": 0, "max_resolution": -1.0},
    FragmentConfig: {"per_protein": 0, "largest": 3, "touching": 2.0, "reach": 0.0},
    FragmentDecoyConfig: {"steps": 0, "shift": -1.0, "twisted": 2.0},
    ComplexConfig: {"cross": -1, "farthest": 1.0, "reach": -1.0, "ph": 15.0},
    ComplexDecoyConfig: {"cross": -1, "max_torsions": -1, "box": 0.0, "ph": 15.0},
    SideChainPrepareConfig: {"least": 0, "block": -1},
}
CASES = [(kind, key, value) for kind, bad in BAD.items() for key, value in bad.items()]


@pytest.mark.parametrize(("kind", "key", "value"), CASES, ids=[f"{kind.__name__}-{key}" for kind, key, _ in CASES])
def test_a_setting_that_cannot_be_is_named(kind, key, value):
    from_mapping(kind, {})
    with pytest.raises(ConfigError, match=rf"{key} must be"):
        from_mapping(kind, {key: value})
