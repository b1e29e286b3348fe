import torch

from molgen.geometry import rigid, rotations
from molgen.geometry.rigid import RigidMotion


def random_motion(rng, shape):
    translation = torch.randn((*shape, 3), generator=rng, dtype=torch.float64)
    return RigidMotion(rotations.random_rotation(shape, rng, dtype=torch.float64), translation)


def test_a_motion_rotates_before_it_translates():
    quarter_turn = rotations.exp(torch.tensor([0.0, 0.0, torch.pi / 2]))
    motion = RigidMotion(quarter_turn, torch.tensor([10.0, 0.0, 0.0]))
    torch.testing.assert_close(rigid.apply(motion, torch.tensor([[1.0, 0, 0]])), torch.tensor([[10.0, 1, 0]]))


def test_composition_applies_the_second_motion_first():
    rng = torch.Generator().manual_seed(0)
    first, second = random_motion(rng, (4,)), random_motion(rng, (4,))
    points = torch.randn(4, 7, 3, generator=rng, dtype=torch.float64)
    both = rigid.apply(rigid.compose(first, second), points)
    torch.testing.assert_close(both, rigid.apply(first, rigid.apply(second, points)))


def test_the_inverse_brings_points_back():
    rng = torch.Generator().manual_seed(0)
    motion = random_motion(rng, (2, 4))
    points = torch.randn(2, 4, 7, 3, generator=rng, dtype=torch.float64)
    torch.testing.assert_close(rigid.apply(rigid.inverse(motion), rigid.apply(motion, points)), points)
