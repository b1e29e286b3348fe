import numpy as np
import pytest
import torch
from scipy.spatial.transform import Rotation

from molgen.geometry import rigid, rotations
from molgen.geometry.alignment import aligned_rmsd, kabsch

MIRROR = torch.diag(torch.tensor([1.0, 1.0, -1.0])).double()


def points(seed, *shape):
    return torch.randn(*shape, 3, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


@pytest.mark.parametrize("is_mirrored", [False, True])
def test_rotation_agrees_with_scipy(is_mirrored):
    mobile, noise = points(0, 20, 9), points(1, 20, 9)
    target = mobile @ rotations.random_rotation((20,), torch.Generator().manual_seed(2), dtype=torch.float64)
    target = target + 0.3 * noise
    if is_mirrored:
        target = target @ MIRROR
    weights = torch.rand(20, 9, generator=torch.Generator().manual_seed(3), dtype=torch.float64)
    motion = kabsch(mobile, target, weights)
    for i in range(20):
        share = (weights[i] / weights[i].sum())[:, None]
        a, b = mobile[i] - (share * mobile[i]).sum(0), target[i] - (share * target[i]).sum(0)
        expected, _ = Rotation.align_vectors(b.numpy(), a.numpy(), weights=weights[i].numpy())
        np.testing.assert_allclose(motion.rotation[i].numpy(), expected.as_matrix(), atol=1e-7)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_rotation_is_proper_for_degenerate_sets(dtype):
    line = torch.arange(5.0, dtype=dtype)[:, None] * torch.tensor([1.0, 2.0, 3.0], dtype=dtype)
    plane = points(0, 5).to(dtype) * torch.tensor([1.0, 1.0, 0.0], dtype=dtype)
    single = torch.ones(5, 3, dtype=dtype)
    sets = torch.stack([line, plane, single, points(1, 5).to(dtype)])
    targets = [sets, -sets, sets @ MIRROR.to(dtype), sets.flip(-1)]
    for target in targets:
        motion = kabsch(sets, target)
        torch.testing.assert_close(torch.linalg.det(motion.rotation), torch.ones(4, dtype=dtype))
        gram = motion.rotation @ motion.rotation.transpose(-1, -2)
        torch.testing.assert_close(gram, torch.eye(3, dtype=dtype).expand(4, 3, 3), atol=1e-5, rtol=0)


def test_a_moved_copy_comes_back():
    mobile = points(0, 3, 2, 8)
    turn = rotations.random_rotation((3, 2), torch.Generator().manual_seed(1), dtype=torch.float64)
    motion = rigid.RigidMotion(turn, points(2, 3, 2))
    found = kabsch(mobile, rigid.apply(motion, mobile))
    torch.testing.assert_close(found.rotation, motion.rotation)
    torch.testing.assert_close(found.translation, motion.translation)
    assert aligned_rmsd(mobile, rigid.apply(motion, mobile)).max() < 1e-12


def test_zero_weight_removes_a_point():
    mobile, target = points(0, 6), points(1, 6)
    weights = torch.tensor([1.0, 1, 1, 1, 0, 0])
    torch.testing.assert_close(aligned_rmsd(mobile, target, weights), aligned_rmsd(mobile[:4], target[:4]))


def test_no_nearby_rotation_is_better():
    mobile, target = points(0, 6), points(1, 6)
    best = aligned_rmsd(mobile, target)
    motion = kabsch(mobile, target)
    for twist in 0.05 * points(2, 50):
        other = rigid.RigidMotion(rotations.exp(twist) @ motion.rotation, motion.translation)
        moved = rigid.apply(other, mobile)
        moved = moved - moved.mean(0) + target.mean(0)
        assert ((moved - target) ** 2).sum(-1).mean().sqrt() > best


def test_rmsd_of_a_mirror_image_is_not_zero():
    chiral = points(0, 5)
    assert aligned_rmsd(chiral, chiral @ MIRROR) > 0.1


def test_rmsd_gradient_is_right_and_finite_at_zero():
    mobile, target = points(0, 4).requires_grad_(), points(1, 4)
    assert torch.autograd.gradcheck(lambda x: aligned_rmsd(x, target), mobile)
    (gradient,) = torch.autograd.grad(aligned_rmsd(mobile, mobile.detach()), mobile)
    assert gradient.isfinite().all()
