"""Tasks go together once it is known what one takes, never longer than the time limit, and alone after a loss."""

from molgen.screening.engines.groups import TaskGroups
from molgen.screening.work import MoleculeResult, MoleculeTask


def waiting(count: int, together: int = 8, timeout: float = 600.0) -> TaskGroups:
    groups = TaskGroups(together, timeout)
    for k in range(count):
        groups.add(MoleculeTask(bytes([k]), "C" * k, k))
    return groups


def sizes(groups: TaskGroups, workers: int = 2, running: int = 0) -> list[int]:
    return [len(group) for group in groups.leave(workers, running)]


def test_the_first_go_alone_and_later_ones_together():
    groups = waiting(60)
    assert sizes(groups) == [1, 1, 1, 1]
    groups.ended([MoleculeResult(None, 2.0)])
    assert sizes(groups) == [8, 8, 8, 8]
    assert sizes(groups, running=4) == []


def test_the_last_are_shared_out():
    groups = waiting(10)
    groups.ended([MoleculeResult(None, 2.0)])
    assert sizes(groups, workers=4) == [2, 2, 1, 1, 1, 1, 1, 1]


def test_slow_molecules_do_not_come_near_the_time_limit():
    groups = waiting(60, timeout=40.0)
    groups.ended([MoleculeResult(None, 3.0)])
    assert sizes(groups) == [3, 3, 3, 3]
    groups.ended([MoleculeResult(None, 30.0)])
    assert sizes(groups) == [1, 1, 1, 1]


def test_of_a_lost_group_every_task_goes_alone_and_a_single_one_is_lost():
    groups = waiting(8)
    groups.ended([MoleculeResult(None, 1.0)])
    (group,) = groups.leave(1, 1)
    assert groups.lost(group)
    assert sizes(groups, workers=8) == [1] * 8
    assert not groups.lost(group[:1])
