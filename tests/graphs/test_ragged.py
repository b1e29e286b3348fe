"""Rows that lie end to end, and the padded tensors of the same rows."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from molgen.graphs.ragged import grid_mask, pad, prefix_mask

COUNTS = torch.tensor([2, 0, 3])


def test_the_first_places_of_each_row_are_real():
    assert prefix_mask(COUNTS).tolist() == [[True, True, False], [False] * 3, [True] * 3]
    assert prefix_mask(COUNTS, 4).sum(1).tolist() == COUNTS.tolist()
    assert prefix_mask(torch.tensor([0, 0])).shape == (2, 0)


def test_a_grid_is_real_where_its_row_and_its_column_are():
    rows, columns = prefix_mask(torch.tensor([1, 2])), prefix_mask(torch.tensor([3, 1]))
    assert grid_mask(rows, columns)[0].tolist() == [[True] * 3, [False] * 3]
    assert grid_mask(rows, columns)[1].tolist() == [[True, False, False]] * 2


@pytest.mark.parametrize("dtype", [torch.bool, torch.uint8, torch.int64, torch.float64])
@pytest.mark.parametrize("shape", [(), (2,), (2, 3)])
@given(counts=st.lists(st.integers(0, 4), min_size=1, max_size=4))
def test_rows_go_to_the_real_places_in_their_order(dtype, shape, counts):
    mask = prefix_mask(torch.tensor(counts))
    rows = (torch.arange(sum(counts) * torch.Size(shape).numel()) % 5).to(dtype).reshape(sum(counts), *shape)
    padded = pad(rows, mask, 1)
    assert padded.dtype == dtype
    assert padded.shape == (*mask.shape, *shape)
    assert torch.equal(padded[mask], rows)
    assert (padded[~mask] == 1).all()


def test_padded_rows_pass_gradients_on():
    rows = torch.ones(5, 2, dtype=torch.float64, requires_grad=True)
    weight = torch.arange(18.0, dtype=torch.float64).reshape(3, 3, 2)
    (pad(rows, prefix_mask(COUNTS)) * weight).sum().backward()
    assert torch.equal(rows.grad, weight[prefix_mask(COUNTS)])
