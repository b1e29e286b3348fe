"""Records of molecules as hypothesis draws them: every number in its range, chemistry aside."""

import numpy as np
from hypothesis import strategies as st
from small_pockets import random_pocket

from molgen.chem.features.molecule_graph import ATOM_COLUMNS, BOND_COLUMNS, MoleculeGraph
from molgen.chem.features.pocket_features import PocketAtoms


@st.composite
def molecule_graphs(draw: st.DrawFn) -> MoleculeGraph:
    """Graphs of 1 to 9 atoms, with or without bonds, torsions and paths."""
    n = draw(st.integers(1, 9))
    m = draw(st.integers(0, 3))
    p = draw(st.integers(0, 5)) if m else 0
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    pairs = np.stack(np.triu_indices(n, 1))
    chosen = pairs[:, rng.permutation(pairs.shape[1])[: draw(st.integers(0, 12))]]
    bonds = chosen[::-1] if draw(st.booleans()) else chosen
    return MoleculeGraph(
        atoms=classes(rng, n, ATOM_COLUMNS),
        bond_index=bonds.astype(np.int16),
        bonds=classes(rng, bonds.shape[1], BOND_COLUMNS),
        torsions=rng.integers(0, n, (m, 4)).astype(np.int16),
        moving=rng.random((m, n)) < 0.5,
        paths=rng.integers(0, n, (p, 4)).astype(np.int16),
        path_torsion=rng.integers(0, max(m, 1), p).astype(np.int16),
    )


def classes(rng: np.random.Generator, count: int, columns: dict[str, int]) -> np.ndarray:
    return np.stack([rng.integers(0, size, count) for size in columns.values()], 1).astype(np.uint8)


@st.composite
def pockets(draw: st.DrawFn) -> PocketAtoms:
    """Pockets of 0 to 20 atoms."""
    return random_pocket(draw(st.integers(0, 20)), draw(st.integers(0, 1000)))
