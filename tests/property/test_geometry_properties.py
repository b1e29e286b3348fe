import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from molgen.geometry import aligned_rmsd, kabsch, rigid, rotations, torus

DTYPES = [torch.float32, torch.float64]
finite = st.floats(-1e3, 1e3)
near_special = st.sampled_from([0.0, 1e-30, 1e-8, 1e-4, math.pi / 2, math.pi - 1e-8, math.pi - 1e-3, math.pi])
angles = st.one_of(st.floats(0, math.pi), near_special)
directions = st.tuples(*[st.floats(-1, 1)] * 3).filter(lambda v: sum(x * x for x in v) > 1e-4)
seeds = st.integers(0, 2**31 - 1)


def tolerance(dtype):
    return 1e-5 if dtype == torch.float32 else 1e-11


def turn(direction, angle, dtype):
    axis = torch.tensor(direction, dtype=torch.float64)
    return (axis / axis.norm() * angle).to(dtype)


@pytest.mark.parametrize("dtype", DTYPES)
@settings(max_examples=60)
@given(direction=directions, angle=angles)
def test_rotation_exp_log_exp_is_exp(dtype, direction, angle):
    matrix = rotations.exp(turn(direction, angle, dtype))
    torch.testing.assert_close(rotations.exp(rotations.log(matrix)), matrix, atol=tolerance(dtype), rtol=0)
    gram = matrix @ matrix.T
    torch.testing.assert_close(gram, torch.eye(3, dtype=dtype), atol=tolerance(dtype), rtol=0)


@pytest.mark.parametrize("dtype", DTYPES)
@settings(max_examples=60)
@given(direction=directions, angle=angles)
def test_rotation_log_has_the_angle_and_finite_gradients(dtype, direction, angle):
    rotvec = turn(direction, angle, dtype).requires_grad_()
    matrix = rotations.exp(rotvec)
    assert float(rotations.angle(matrix).detach()) == pytest.approx(
        angle, abs=1e-6 if dtype == torch.float32 else 1e-12
    )
    (gradient,) = torch.autograd.grad(rotations.log(matrix).sum(), rotvec)
    assert gradient.isfinite().all()


@pytest.mark.parametrize("dtype", DTYPES)
@settings(max_examples=60)
@given(x=finite, v=finite)
def test_torus_exp_and_log_agree(dtype, x, v):
    start, way = torch.tensor(x, dtype=dtype), torch.tensor(v, dtype=dtype)
    end = torus.exp(start, way)
    assert -math.pi <= float(end) < math.pi
    back = torus.log(start, end)
    turns = float(way - back) / (2 * math.pi)
    assert abs(turns - round(turns)) < (1e-4 if dtype == torch.float32 else 1e-12)
    assert -math.pi <= float(back) < math.pi


@pytest.mark.parametrize("dtype", DTYPES)
@settings(max_examples=50)
@given(seed=seeds, n=st.integers(1, 12), flat=st.integers(0, 3), is_mirrored=st.booleans())
def test_kabsch_is_proper_optimal_and_equivariant(dtype, seed, n, flat, is_mirrored):
    rng = torch.Generator().manual_seed(seed)
    mobile, target = torch.randn(2, n, 3, generator=rng, dtype=dtype)
    mobile[:, :flat] = 0
    if is_mirrored:
        target = mobile * torch.tensor([1, 1, -1], dtype=dtype)
    motion = kabsch(mobile, target)
    assert float(torch.linalg.det(motion.rotation)) == pytest.approx(1, abs=1e-5)
    rmsd = aligned_rmsd(mobile, target)
    random = rotations.random_rotation((2,), rng, dtype=dtype)
    moved = rigid.apply(rigid.RigidMotion(random[0], torch.ones(3, dtype=dtype)), mobile)
    assert float(aligned_rmsd(moved, target @ random[1])) == pytest.approx(float(rmsd), abs=2e-3 if n < 3 else 1e-3)
    unaligned = ((mobile - mobile.mean(0) - target + target.mean(0)) ** 2).sum(-1).mean().sqrt()
    assert rmsd <= unaligned + 1e-5


@pytest.mark.parametrize("dtype", DTYPES)
@settings(max_examples=30)
@given(seed=seeds)
def test_rigid_motions_are_a_group(dtype, seed):
    rng = torch.Generator().manual_seed(seed)
    turns, shifts = rotations.random_rotation((3,), rng, dtype=dtype), torch.randn(3, 3, generator=rng, dtype=dtype)
    a, b, c = (rigid.RigidMotion(turn, shift) for turn, shift in zip(turns, shifts, strict=True))
    left, right = rigid.compose(rigid.compose(a, b), c), rigid.compose(a, rigid.compose(b, c))
    torch.testing.assert_close(left.rotation, right.rotation, atol=1e-5, rtol=0)
    torch.testing.assert_close(left.translation, right.translation, atol=1e-4, rtol=0)
    unit = rigid.compose(a, rigid.inverse(a))
    torch.testing.assert_close(unit.rotation, torch.eye(3, dtype=dtype), atol=1e-5, rtol=0)
    torch.testing.assert_close(unit.translation, torch.zeros(3, dtype=dtype), atol=1e-5, rtol=0)
