import pytest
import torch

from molgen.processes import ProductProcess, RotationFlow, TorsionDiffusion, TranslationDiffusion
from molgen.processes.base import combine

POSE = ProductProcess(
    {"translation": TranslationDiffusion(), "rotation": RotationFlow(), "torsion": TorsionDiffusion()}
)


def pose(count):
    return {
        "translation": torch.zeros(count, 3),
        "rotation": torch.eye(3).expand(count, 3, 3),
        "torsion": torch.zeros(count, 4),
    }


def test_each_part_does_what_it_does_alone():
    t = torch.tensor([0.2, 0.9, 0.5])
    noised = POSE.corrupt(pose(3), t, torch.Generator().manual_seed(0))
    rng = torch.Generator().manual_seed(0)
    for name, part in POSE.parts.items():
        alone = part.corrupt(pose(3)[name], t, rng)
        assert torch.equal(noised.x_t[name], alone.x_t)
        assert torch.equal(noised.target[name], alone.target)
        assert torch.equal(noised.weight[name], alone.weight)
    moved = POSE.step(noised.x_t, noised.target, 0.5, -0.1)
    for name, part in POSE.parts.items():
        assert torch.equal(moved[name], part.step(noised.x_t[name], noised.target[name], 0.5, -0.1))


def test_tangents_and_states_have_their_own_shapes():
    x = POSE.prior(pose(3), torch.Generator().manual_seed(0))
    assert {name: tuple(v.shape) for name, v in POSE.tangent(x).items()} == {
        "translation": (3, 3),
        "rotation": (3, 3),
        "torsion": (3, 4),
    }
    noise = POSE.tangent_noise(x, torch.Generator().manual_seed(0))
    assert combine(lambda v: v.shape, POSE.move(x, noise)) == combine(lambda v: v.shape, x)


def test_the_order_of_a_state_does_not_matter():
    x = pose(3)
    backwards = dict(reversed(x.items()))
    first, second = (POSE.prior(state, torch.Generator().manual_seed(0)) for state in (x, backwards))
    assert all(torch.equal(first[name], second[name]) for name in x)


def test_a_state_may_lack_a_part_but_not_have_a_foreign_one():
    assert list(POSE.prior({"translation": torch.zeros(2, 3)}, torch.Generator())) == ["translation"]
    with pytest.raises(ValueError, match="no process for \\['charge'\\]"):
        POSE.prior({"charge": torch.zeros(2)}, torch.Generator())


def test_the_sde_of_a_product_with_an_ode_only_part_is_an_error():
    x = pose(2)
    with pytest.raises(ValueError, match="ODE-only"):
        POSE.step(x, POSE.tangent(x), 0.5, -0.1, torch.Generator())
