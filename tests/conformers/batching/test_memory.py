"""Where memory runs out, a batch is halved, and says so."""

import pytest
import torch

from molgen.conformers.batching.memory import in_halves


def room_for(most):
    def work(items):
        if len(items) > most:
            raise torch.OutOfMemoryError
        return [2 * item for item in items]

    return work


def test_results_of_halves_come_in_order():
    with pytest.warns(UserWarning, match="5 blocks of conformers at a time do not fit"):
        assert in_halves(room_for(2), range(5)) == [0, 2, 4, 6, 8]


def test_what_does_not_fit_alone_is_an_error():
    with pytest.raises(torch.OutOfMemoryError), pytest.warns(UserWarning, match="do not fit"):
        in_halves(room_for(0), range(2))
