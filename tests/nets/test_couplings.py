"""Harmonics and products of scalars and vectors, which are written out, against e3nn."""

import math
from itertools import product

import pytest
import torch
from e3nn import o3

from molgen.nets.couplings import coupling, products, spherical_harmonics

IRREPS = ("0e", "0o", "1o", "1e", "2e", "2o")


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("order", [0, 1, 2])
def test_harmonics_of_a_direction_are_those_of_e3nn(order, dtype):
    vectors = 3 * torch.randn(20, 3, generator=torch.Generator().manual_seed(0), dtype=dtype)
    vectors[0] = 0
    expected = o3.spherical_harmonics(order, vectors, True, "component").T
    torch.testing.assert_close(spherical_harmonics(order, vectors), expected, atol=0, rtol=0)


@pytest.mark.parametrize("orders", [(0, 0, 0), (0, 1, 1), (1, 0, 1), (1, 1, 0), (1, 1, 1), (1, 1, 2), (2, 1, 2)])
def test_couplings_are_the_symbols_of_e3nn(orders):
    symbols = torch.zeros(*(2 * order + 1 for order in orders), dtype=torch.float64)
    for k, terms in enumerate(coupling(*orders)):
        for i, j, value in terms:
            symbols[i, j, k] += value
    expected = o3.wigner_3j(*orders, dtype=torch.float64) * math.sqrt(2 * orders[2] + 1)
    torch.testing.assert_close(symbols, expected, atol=1e-12, rtol=0)


@pytest.mark.parametrize(("first", "second"), list(product(IRREPS, IRREPS)))
def test_products_of_irreps_are_those_of_e3nn(first, second):
    expected = [str(irrep) for irrep in o3.Irrep(first) * o3.Irrep(second)]
    assert list(products(first, second)) == expected
