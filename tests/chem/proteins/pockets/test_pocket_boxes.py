"""How large the box of a pocket is, and boxes that are named by numbers."""

import numpy as np
import pytest

from molgen.chem.proteins.pockets import find_pockets
from molgen.errors import InputError


def test_the_box_grows_with_the_reference_and_with_the_docked_ligand(made):
    np.testing.assert_allclose(find_pockets("ligand:NAD", made)[0].size, [29 * 1.4 + 8, 22.5, 22.5])
    np.testing.assert_allclose(find_pockets("ligand:DRG", made, ligand_size=15.0)[0].size, 22.5)
    np.testing.assert_allclose(find_pockets("ligand:DRG", made, ligand_size=30.0)[0].size, 34.0)
    np.testing.assert_allclose(find_pockets("box:0,0,0,20", made, ligand_size=30.0)[0].size, 20.0)
    with pytest.raises(InputError, match="not a length"):
        find_pockets("ligand:DRG", made, ligand_size=float("nan"))


@pytest.mark.parametrize(
    ("spec", "size"),
    [("box:1,2,3", [22.5] * 3), ("box:1,2,3,30", [30] * 3), ("BOX: 1, 2, 3, 10, 20, 126", [10, 20, 126])],
)
def test_a_box_is_taken_as_it_is(made, spec, size):
    (pocket,) = find_pockets(spec, made)
    np.testing.assert_allclose(pocket.center, [1, 2, 3])
    np.testing.assert_allclose(pocket.size, size)


@pytest.mark.parametrize(
    ("spec", "told"),
    [
        ("box:1,2,x", "could not convert"),
        ("box:1,2", "3, 4 or 6 finite numbers"),
        ("box:1,2,nan", "3, 4 or 6 finite numbers"),
        ("box:1,2,3,3.9", "edges are 4 to 126 A, not 3.9"),
        ("box:1,2,3,10,10,127", "edges are 4 to 126 A"),
        ("box:0,1000,0", "is 980 A away from the nearest protein atom"),
    ],
)
def test_an_impossible_box_is_refused(made, spec, told):
    with pytest.raises(InputError) as caught:
        find_pockets(spec, made)
    assert told in str(caught.value)
