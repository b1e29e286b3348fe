import pytest
import torch

from molgen.processes import expand_time


def test_scalars_stay_scalars_and_batches_grow_dimensions():
    like = torch.zeros(4, 7, 3)
    assert expand_time(0.5, like).shape == ()
    assert expand_time(torch.rand(4), like).shape == (4, 1, 1)
    assert expand_time(torch.rand(4, 1), like).shape == (4, 1, 1)
    assert expand_time(torch.rand(4, 7, 1), like).shape == (4, 7, 1)


def test_time_takes_the_dtype_of_the_state():
    assert expand_time(torch.rand(4, dtype=torch.float64), torch.zeros(4, 3)).dtype == torch.float32


@pytest.mark.parametrize("shape", [(3,), (4, 3, 3, 1), (4, 2)])
def test_a_time_that_does_not_fit_is_an_error(shape):
    with pytest.raises(ValueError, match="does not broadcast"):
        expand_time(torch.rand(shape), torch.zeros(4, 7, 3))
