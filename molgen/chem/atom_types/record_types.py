"""Interaction types from stored records: of a ligand from its graph, of a pocket from its classes. Needs no RDKit.

The rules are those of `molgen.chem.atom_types.interaction_types`; the records hold all that they ask for, except for
elements that share a class.
"""

from __future__ import annotations

import numpy as np

from molgen.chem.features.molecule_graph import ATOM_COLUMNS, BOND_COLUMNS, ELEMENTS, MoleculeGraph
from molgen.chem.features.pocket_features import POCKET_COLUMNS, PocketAtoms
from molgen.chem.proteins.structure import InteractionTypes

_UNKNOWN = 0
_NUMBERS = {"H": 1, "B": 5, "C": 6, "N": 7, "O": 8, "F": 9, "Si": 14, "P": 15, "S": 16, "Cl": 17, "Br": 35, "I": 53}
_HALOGENS = (9, 17, 35, 53)
_NEUTRAL, _POSITIVE = 2, 3  # classes of the charge
_SP2_NEIGHBORS, _DOUBLE = 3, 1
_POCKET_NUMBERS = np.array([_UNKNOWN, 6, 7, 8, 15, 16, 17, 30], dtype=np.int16)
"""By class of the element; chlorine stands for all halogens, sulfur for selenium too."""
_METAL = 7


def graph_types(graph: MoleculeGraph) -> InteractionTypes:
    """The types of the n atoms of a ligand, as `interaction_types.ligand_types` gives them.

    An element without a class of its own has the atomic number 0 and counts as a hetero atom, not as a metal.
    """
    column = dict(zip(ATOM_COLUMNS, graph.atoms.T.astype(int), strict=True))
    elements = np.array([_NUMBERS.get(name, _UNKNOWN) for name in ELEMENTS], dtype=np.int16)[column["element"]]
    oxygen, nitrogen, carbon = elements == 8, elements == 7, elements == 6
    polar = _has_neighbor(graph, ~np.isin(elements, (1, 6)))
    free = (column["charge"] != _POSITIVE) & ~_has_bound_lone_pair(graph, column, elements)
    return InteractionTypes(
        elements=elements,
        donor=(oxygen | nitrogen) & (column["hydrogens"] > 0),
        acceptor=oxygen | (nitrogen & free),
        hydrophobic=(carbon & ~polar) | np.isin(elements, _HALOGENS),
        metal=np.zeros(len(elements), dtype=bool),
    )


def pocket_types(atoms: PocketAtoms) -> InteractionTypes:
    """The types of the k atoms of a pocket. Its donors, acceptors and hydrophobic atoms are stored as they were; the
    elements are those of the classes, so that the radius of a halogen other than chlorine is not its own."""
    column = dict(zip(POCKET_COLUMNS, atoms.atoms.T, strict=True))
    return InteractionTypes(
        elements=_POCKET_NUMBERS[column["element"]],
        donor=column["donor"] > 0,
        acceptor=column["acceptor"] > 0,
        hydrophobic=column["hydrophobic"] > 0,
        metal=column["element"] == _METAL,
    )


def _has_bound_lone_pair(graph: MoleculeGraph, column: dict[str, np.ndarray], elements: np.ndarray) -> np.ndarray:
    """Nitrogens with three bonds whose lone pair is conjugated, bool [n]: next to an aromatic atom, to sp2 carbon, or
    to N=X."""
    bonds = column["degree"] + column["hydrogens"]
    neutral = column["charge"] == _NEUTRAL
    order = graph.bonds[:, list(BOND_COLUMNS).index("order")]
    doubled = np.isin(np.arange(len(elements)), graph.bond_index[:, order == _DOUBLE])
    aromatic = column["aromatic"] > 0
    sp2_carbon = (elements == 6) & neutral & (bonds == _SP2_NEIGHBORS)
    imine = (elements == 7) & ~aromatic & (bonds == 2) & doubled
    conjugating = aromatic | sp2_carbon | imine
    return (elements == 7) & neutral & (bonds == 3) & _has_neighbor(graph, conjugating)


def _has_neighbor(graph: MoleculeGraph, wanted: np.ndarray) -> np.ndarray:
    """Which atoms are bonded to one of the wanted [n], bool [n]."""
    first, second = graph.bond_index.astype(int)
    result = np.zeros(graph.n_atoms, dtype=bool)
    result[first[wanted[second]]] = True
    result[second[wanted[first]]] = True
    return result
