"""What conformers are for: a protein, a crystal or solution, or the gas phase."""

import numpy as np
import pytest

from molgen import generate_conformers
from molgen.conformers.config import GenerateConfig
from molgen.conformers.selection.annotation import explanation
from molgen.conformers.templates.counts import sample_count
from molgen.errors import ConfigError
from molgen.metrics.symmetry import heavy_coordinates

AMINO_AMIDE = "[NH3+]CCCC(N)=O"


def test_each_environment_has_its_own_minima_torsions_and_number_of_samples():
    bound, alone = GenerateConfig(), GenerateConfig(environment="gas-phase")
    assert (bound.weight_of_minima, bound.share_of_library) == (0.1, 0.5)
    assert (alone.weight_of_minima, alone.share_of_library) == (0.8, 0.0)
    assert sample_count(6, 6, False, alone) == 2 * sample_count(6, 6, False, bound)
    assert sample_count(6, 6, False, GenerateConfig(environment="gas-phase", samples=80)) == 80


def test_what_is_given_wins():
    alone = GenerateConfig(environment="gas-phase", gas_phase=0.1, library_share=0.2)
    assert (alone.weight_of_minima, alone.share_of_library) == (0.1, 0.2)
    assert GenerateConfig(environment="gas-phase", torsion_library="own.safetensors").share_of_library == 0.5


@pytest.mark.parametrize("options", [{"sort": "energy"}, {"unique": "minima"}])
def test_the_lowest_energies_are_those_of_gas_phase_minima(options):
    assert GenerateConfig(**options).weight_of_minima == 0.6


def test_another_environment_is_refused():
    with pytest.raises(ConfigError, match='environment must be "bound" or "gas-phase", not "water"'):
        GenerateConfig(environment="water")


def test_boltzmann_weights_know_no_environment():
    with pytest.raises(ConfigError, match="Boltzmann weights"):
        GenerateConfig(environment="gas-phase", boltzmann=298.0)


@pytest.mark.parametrize(
    ("environment", "method"), [("gas-phase", "MMFF94s"), ("bound", "MMFF94s in a dielectric of 2")]
)
def test_energies_of_a_molecule_alone_are_those_in_vacuum(environment, method):
    mol = generate_conformers("OCCN", 3, model="uniform", samples=8, environment=environment)
    assert mol.energy_method == method
    said = explanation(GenerateConfig(environment=environment))[1]
    assert ("as in a pocket" in said) == (environment == "bound")


def test_a_molecule_alone_folds_on_its_hydrogen_bond():
    def closed(environment: str) -> int:
        ends = heavy_coordinates(generate_conformers(AMINO_AMIDE, 10, environment=environment))[:, [0, 6]]
        return int((np.linalg.norm(ends[:, 0] - ends[:, 1], axis=-1) < 3.0).sum())

    assert closed("gas-phase") > closed("bound")
