"""Poses that break what the user holds."""

import pytest
import torch

from molgen.docking.refine import BROKEN, Refined, within_restraints
from molgen.sampling.guards import MoleculeWarning


def poses(*restraint: float) -> Refined:
    count = len(restraint)
    zero = torch.zeros(count)
    return Refined(torch.zeros(count, 2, 3), torch.arange(count), zero, zero, zero, torch.tensor(restraint))


def test_poses_that_break_a_restraint_are_left_out_with_a_note():
    with pytest.warns(MoleculeWarning, match="1 of 3 candidate poses break the core or an anchor and are left out"):
        assert within_restraints(poses(2.0, 2.1 + BROKEN, 1.9 + BROKEN)).template.tolist() == [0, 2]


def test_where_no_pose_keeps_to_it_the_nearest_stay(recwarn):
    assert len(within_restraints(poses(90.0, 95.0)).template) == 2
    assert not recwarn
