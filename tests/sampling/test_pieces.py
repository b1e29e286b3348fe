"""Samples in pieces, which shrink where memory runs out."""

import pytest
import torch

from molgen.sampling.guards import MoleculeWarning
from molgen.sampling.pieces import in_pieces

VALUES = torch.arange(20.0).view(10, 2)


def limited(most: int, sizes: list[int]):
    """Work on VALUES whose memory holds so many rows."""

    def work(rows: slice) -> torch.Tensor:
        values = VALUES[rows]
        sizes.append(len(values))
        if len(values) > most:
            raise torch.OutOfMemoryError("out of memory")
        return 2 * values

    return work


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("size", [1, 3, 10, 64])
def test_pieces_are_joined_in_order(size):
    assert torch.equal(in_pieces(10, size, limited(64, [])), 2 * VALUES)


def test_pieces_are_halved_where_memory_runs_out_and_it_is_said_once():
    sizes: list[int] = []
    with pytest.warns(MoleculeWarning, match="memory held only 3 of 10 samples at a time") as told:
        assert torch.equal(in_pieces(10, 64, limited(4, sizes)), 2 * VALUES)
    assert sizes == [10, 5, 3, 3, 3, 1]
    assert len(told) == 1


def test_one_row_that_does_not_fit_is_an_error():
    with pytest.raises(torch.OutOfMemoryError):
        in_pieces(10, 4, limited(0, []))


def test_no_rows_are_no_results():
    assert in_pieces(0, 4, lambda rows: VALUES[rows][:0]).shape == (0, 2)
