"""Groups of a few atoms at chosen places, for tests of one kind of interaction at a time."""

import numpy as np

from molgen.metrics.interactions.groups.records import Donor, Groups


def groups(positions=((0.0, 0.0, 0.0),), **fields) -> Groups:
    """Groups with nothing but the given fields."""
    names = "donors acceptors bases hydrophobic cations anions rings halogens metals chelators"
    empty = dict.fromkeys(names.split(), ())
    return Groups(**{"positions": np.array(positions, dtype=float), "neighbors": {}, **empty, **fields})


def donor(atom=0, *directions, **options) -> Donor:
    return Donor(atom, 1.0, np.array(directions, dtype=float).reshape(-1, 3), **options)


def hexagon(center=(0.0, 0.0, 0.0), normal="z") -> np.ndarray:
    """Benzene, [6, 3], Angstrom."""
    angle = np.arange(6) * np.pi / 3
    flat = 1.39 * np.stack([np.cos(angle), np.sin(angle), np.zeros(6)], axis=1)
    order = {"z": (0, 1, 2), "x": (2, 0, 1), "y": (0, 2, 1)}[normal]
    return flat[:, order] + np.array(center)
