"""The diffusion of torsions that ships: every sampler, and the command."""

import numpy as np
import pytest
from command_line import exit_code
from rdkit import Chem

import molgen
from molgen.conformers.generate import resolve_model
from molgen.sampling.named import SAMPLERS

BUTANE_LIKE = "CC(O)CCN"


def positions(sampler: str) -> np.ndarray:
    options = {"samples": 6, "templates": 2, "steps": 3, "gas_phase": 0.0}
    mol = molgen.generate_conformers(BUTANE_LIKE, 3, model="diffusion", sampler=sampler, **options)
    return np.array([conformer.GetPositions() for conformer in mol.GetConformers()])


@pytest.mark.parametrize("sampler", SAMPLERS)
def test_every_sampler_gives_conformers_and_the_same_for_the_same_seed(sampler):
    first = positions(sampler)
    assert len(first) == 3
    assert np.array_equal(first, positions(sampler))


def test_the_name_means_the_score_that_ships():
    model = resolve_model("diffusion")
    assert model is not None
    assert model.config.process == "diffusion"
    assert resolve_model("default").config.process == "flow"  # type: ignore[union-attr]


def test_the_command_makes_conformers_with_it(tmp_path):
    options = ("-n", "2", "--model", "diffusion", "--sampler", "sde", "--steps", "4", "--samples", "4")
    assert exit_code("conformers", BUTANE_LIKE, "-o", str(tmp_path / "out.sdf"), *options) == 0
    assert sum(1 for mol in Chem.SDMolSupplier(str(tmp_path / "out.sdf")) if mol) == 2
