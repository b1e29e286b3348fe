"""The field on poses: how it turns with the complex, and what it must not depend on."""

from dataclasses import replace
from typing import ClassVar

import pytest
import torch
from field_tests import FIRST, SMALL, CutoffTests, Fields, Scene, SymmetryTests, scene_of
from small_pockets import SIZE

from molgen.graphs.complexes import ComplexBatch
from molgen.models.pose_flow.config import PoseModelConfig
from molgen.models.pose_flow.model import PoseModel
from molgen.nets.config import BackboneConfig


class TestTheFlow(SymmetryTests, CutoffTests):
    process: ClassVar[str] = "flow"
    kinds: ClassVar[dict[str, str]] = {"translation": "1o", "rotation": "1e", "torsion": "0o"}
    centered, watched = True, "torsion"

    @torch.no_grad()
    def fields(self, scene: Scene, config: BackboneConfig = SMALL) -> Fields:
        torch.manual_seed(0)
        size = PoseModelConfig(self.process, replace(SIZE, ligand=config), harmonics=2)
        model = PoseModel(size).to(scene.positions.dtype)
        batch = ComplexBatch(scene.graph, scene.pocket)
        return model(batch, model.encode(batch), scene.positions, scene.t)


class TestTheDiffusion(TestTheFlow):
    process = "diffusion"


@pytest.mark.parametrize("name", ["translation", "rotation", "torsion"])
def test_pocket_and_time_matter_to_every_part(name):
    scene, tests = scene_of(FIRST), TestTheFlow()
    own = tests.fields(scene)[name]
    other_time = tests.fields(replace(scene, t=1 - scene.t))[name]
    other_pocket = tests.fields(replace(scene, pockets=scene_of(FIRST, FIRST).pockets[1:]))[name]
    assert (other_time - own).abs().max() > 1e-4
    assert (other_pocket - own).abs().max() > 1e-4
