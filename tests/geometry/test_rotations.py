import math

import numpy as np
import pytest
import scipy.linalg
import torch
from scipy.spatial.transform import Rotation

from molgen.geometry import rotations

ANGLES = [0.0, 1e-30, 1e-8, 1e-4, 0.0316, 0.0317, 1.0, 2.0, math.pi - 1e-4, math.pi - 1e-8, math.pi]
AXES = torch.tensor([[1.0, 0, 0], [0, 1, 0], [0, 0, 1], [1, 1, 1], [-1, 2, 0.5], [1e-6, 1, 0], [0, -1, 1]]).double()
TOLERANCE = {torch.float32: 2e-6, torch.float64: 1e-14}


def rotation_vectors(angle, dtype):
    return (AXES / AXES.norm(dim=-1, keepdim=True) * angle).to(dtype)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("angle", ANGLES)
def test_exp_is_the_matrix_exponential(angle, dtype):
    rotvec = rotation_vectors(angle, dtype)
    x, y, z = rotvec.double().unbind(-1)
    generators = np.zeros((len(rotvec), 3, 3))
    generators[:, 0, 1], generators[:, 0, 2], generators[:, 1, 2] = -z, y, -x
    generators -= generators.transpose(0, 2, 1)
    expected = torch.tensor(scipy.linalg.expm(generators)).to(dtype)
    torch.testing.assert_close(rotations.exp(rotvec), expected, atol=TOLERANCE[dtype], rtol=0)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("angle", ANGLES)
def test_log_undoes_exp(angle, dtype):
    rotvec = rotation_vectors(angle, dtype)
    back = rotations.log(rotations.exp(rotvec))
    is_opposite = (back * rotvec).sum(-1, keepdim=True) < 0
    if angle > math.pi - 1e-3:
        back = torch.where(is_opposite, back - 2 * math.pi * back / back.norm(dim=-1, keepdim=True), back)
    torch.testing.assert_close(back, rotvec, atol=2 * TOLERANCE[dtype], rtol=1e-12 if dtype == torch.float64 else 2e-6)


@pytest.mark.parametrize("angle", [0.0, 1e-20, 1e-8])
def test_tiny_rotations_keep_their_relative_precision(angle):
    rotvec = rotation_vectors(angle, torch.float64)
    torch.testing.assert_close(rotations.log(rotations.exp(rotvec)), rotvec, atol=0, rtol=1e-12)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("angle", ANGLES)
def test_gradients_are_finite_and_right(angle, dtype):
    rotvec = rotation_vectors(angle, dtype).requires_grad_()
    probe = torch.arange(9.0, dtype=dtype).reshape(3, 3)
    (gradient,) = torch.autograd.grad((rotations.exp(rotvec) * probe).sum(), rotvec)
    assert gradient.isfinite().all()
    step, difference = 1e-5, []
    for axis in torch.eye(3).double():
        ahead = rotations.exp(rotvec.detach().double() + step * axis)
        behind = rotations.exp(rotvec.detach().double() - step * axis)
        difference.append(((ahead - behind) * probe).sum((-1, -2)) / (2 * step))
    expected = torch.stack(difference, -1).to(dtype)
    torch.testing.assert_close(gradient, expected, atol=1e-4 if dtype == torch.float32 else 1e-8, rtol=1e-5)


@pytest.mark.parametrize("angle", ANGLES)
def test_log_has_finite_gradients(angle):
    matrix = rotations.exp(rotation_vectors(angle, torch.float64)).requires_grad_()
    (gradient,) = torch.autograd.grad(rotations.log(matrix).sum(), matrix)
    assert gradient.isfinite().all()


@pytest.mark.parametrize("angle", [0.0, 1e-8, 0.5, 3.0, math.pi - 1e-6])
def test_log_exp_has_the_identity_as_its_jacobian(angle):
    rotvec = rotation_vectors(angle, torch.float64)[4]
    jacobian = torch.autograd.functional.jacobian(lambda v: rotations.log(rotations.exp(v)), rotvec)
    torch.testing.assert_close(jacobian, torch.eye(3).double(), atol=1e-8, rtol=0)


def test_quaternions_agree_with_scipy():
    reference = Rotation.random(200, random_state=np.random.default_rng(0))
    quaternion = rotations.to_quaternion(torch.tensor(reference.as_matrix()))
    expected = torch.tensor(reference.as_quat(canonical=True, scalar_first=True))
    torch.testing.assert_close(quaternion, expected, atol=1e-12, rtol=0)
    torch.testing.assert_close(rotations.from_quaternion(3 * quaternion), torch.tensor(reference.as_matrix()))


def test_random_rotations_are_proper_and_uniform():
    rng = torch.Generator().manual_seed(0)
    matrices = rotations.random_rotation((20000,), rng, dtype=torch.float64)
    identity = torch.eye(3).double().expand_as(matrices)
    torch.testing.assert_close(matrices @ matrices.transpose(-1, -2), identity)
    torch.testing.assert_close(torch.linalg.det(matrices), torch.ones(20000).double())
    assert matrices.mean(0).abs().max() < 0.02
    torch.testing.assert_close((matrices**2).mean(0), torch.full((3, 3), 1 / 3).double(), atol=0.01, rtol=0)
    angle = rotations.angle(matrices).sort().values
    expected = torch.arange(20000) / 20000
    assert ((angle - angle.sin()) / math.pi - expected).abs().max() < 0.015


def test_distance_is_the_same_from_the_left_and_the_right():
    rng = torch.Generator().manual_seed(1)
    a, b, q = rotations.random_rotation((3, 50), rng, dtype=torch.float64)
    torch.testing.assert_close(rotations.distance(q @ a, q @ b), rotations.distance(a @ q, b @ q))
    torch.testing.assert_close(rotations.distance(a, b), rotations.distance(b, a))
