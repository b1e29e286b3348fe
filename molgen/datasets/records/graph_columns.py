"""Molecule graphs as columns of a part file."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from molgen.chem.features.molecule_graph import MoleculeGraph
from molgen.datasets.parts.part_files import Arrays

GRAPH_COLUMNS = ("atoms", "bond_index", "bonds", "torsions", "moving", "paths", "path_torsion")


def graph_columns(graph: MoleculeGraph) -> Arrays:
    """The arrays of a graph as they are stored: each a list of rows."""
    columns = {name: getattr(graph, name) for name in GRAPH_COLUMNS}
    return columns | {"bond_index": graph.bond_index.T, "moving": graph.moving.reshape(-1)}


def graph_from_columns(columns: Mapping[str, np.ndarray]) -> MoleculeGraph:
    """The graph in arrays made by :func:`graph_columns`.

    Raises:
        KeyError: an array is missing.
        ValueError: sizes disagree.
    """
    own = {name: columns[name] for name in GRAPH_COLUMNS}
    moving = own["moving"].reshape(len(own["torsions"]), len(own["atoms"]))
    return MoleculeGraph(**own | {"bond_index": own["bond_index"].T, "moving": moving})
