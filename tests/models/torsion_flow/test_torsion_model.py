"""The field on the torus: how it turns, and what it must not depend on."""

from typing import ClassVar

import pytest
import torch
from field_tests import FIRST, SMALL, CutoffTests, Fields, Scene, SymmetryTests, scene_of

from molgen.errors import ConfigError
from molgen.models.torsion_flow.config import ModelConfig
from molgen.models.torsion_flow.model import TorsionModel, torsion_process
from molgen.nets.config import BackboneConfig


class TestTheFlow(SymmetryTests, CutoffTests):
    process: ClassVar[str] = "flow"
    kinds: ClassVar[dict[str, str]] = {"torsion": "0o"}
    watched = "torsion"

    @torch.no_grad()
    def fields(self, scene: Scene, config: BackboneConfig = SMALL) -> Fields:
        torch.manual_seed(0)
        model = TorsionModel(ModelConfig(self.process, config, 3)).to(scene.positions.dtype)
        return {"torsion": model(scene.graph, model.encode(scene.graph), scene.positions, scene.t)}


class TestTheDiffusion(TestTheFlow):
    process = "diffusion"


def test_the_time_matters():
    scene = scene_of(FIRST)
    torch.manual_seed(0)
    model = TorsionModel(ModelConfig("flow", SMALL, 3)).double()
    with torch.no_grad():
        early, late = (
            model(scene.graph, model.encode(scene.graph), scene.positions, t) for t in (scene.t, 1 - scene.t)
        )
    assert (early - late).abs().max() > 1e-4


def test_another_process_is_refused():
    with pytest.raises(ConfigError, match='"flow" or "diffusion", not "walk"'):
        torsion_process("walk")
