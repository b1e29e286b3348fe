"""Averaged weights against a sequence worked out by hand."""

import pytest
import torch
from torch import nn

from molgen.training.ema import MovingAverage


def weight(value: float) -> nn.Linear:
    module = nn.Linear(1, 1, bias=False)
    nn.init.constant_(module.weight, value)
    return module


def test_the_average_follows_the_sequence_worked_out_by_hand():
    module = weight(1.0)
    average = MovingAverage(module, decay=0.22)
    seen = []
    for value in (3.0, 5.0, 0.0):
        nn.init.constant_(module.weight, value)
        average.update(module)
        seen.append(average.values["weight"].item())
    first = 2 / 11 * 1.0 + 9 / 11 * 3.0  # d = (1 + 1) / (10 + 1) < 0.22
    second = 0.22 * first + 0.78 * 5.0  # d = min(0.22, 3 / 12)
    assert seen == pytest.approx([first, second, 0.22 * second])


def test_the_decay_grows_to_its_final_value():
    module = weight(0.0)
    average = MovingAverage(module, decay=0.9)
    decays = []
    for _ in range(200):
        average.values["weight"].fill_(1.0)
        average.update(module)
        decays.append(average.values["weight"].item())
    assert decays[0] == pytest.approx(2 / 11)
    assert decays == sorted(decays)
    assert decays[-1] == pytest.approx(0.9)


def test_the_average_is_a_copy():
    module = weight(1.0)
    average = MovingAverage(module, 0.9)
    nn.init.constant_(module.weight, 7.0)
    assert average.values["weight"].item() == 1.0


def test_swapping_twice_restores_both():
    module = weight(1.0)
    average = MovingAverage(module, 0.9)
    nn.init.constant_(module.weight, 7.0)
    average.swap(module)
    assert (module.weight.item(), average.values["weight"].item()) == (1.0, 7.0)
    average.swap(module)
    assert (module.weight.item(), average.values["weight"].item()) == (7.0, 1.0)


def test_a_restored_average_goes_on_as_before():
    module = weight(1.0)
    average, other = MovingAverage(module, 0.9), MovingAverage(weight(9.0), 0.9)
    nn.init.constant_(module.weight, 2.0)
    average.update(module)
    other.load_state_dict(average.state_dict())
    average.update(module)
    other.update(module)
    assert other.updates == 2
    assert torch.equal(other.values["weight"], average.values["weight"])
