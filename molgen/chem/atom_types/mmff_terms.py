"""The MMFF94s terms of a molecule, from RDKit's typing and parameters."""

from __future__ import annotations

import numpy as np
from rdkit import Chem
from rdkit.Chem import rdForceFieldHelpers

from molgen.chem.atom_types.mmff_record import MMFFTerms
from molgen.chem.features.molecule_graph import shortest_paths
from molgen.chem.formats.parsing import silent_rdkit

_COULOMB = 332.0716
"""kcal/mol Angstrom per square of the electron charge."""
_FOURTH_ATOM = 0.75
"""What the Coulomb term of atoms three bonds apart is multiplied with."""
_STRAIGHT_TYPES = frozenset({4, 53, 61})
"""MMFF atom types of straight apexes: sp carbon, =N= and isonitrile or diazonium nitrogen."""
_TURNING = (Chem.HybridizationType.SP2, Chem.HybridizationType.SP3)


def mmff_terms(mol: Chem.Mol) -> MMFFTerms | None:
    """The terms of a molecule with explicit hydrogens; None where MMFF lacks parameters."""
    with silent_rdkit():
        if not rdForceFieldHelpers.MMFFHasAllMoleculeParams(mol):
            return None
        properties = rdForceFieldHelpers.MMFFGetMoleculeProperties(mol, mmffVariant="MMFF94s")
    bonds = np.array([(b.GetBeginAtomIdx(), b.GetEndAtomIdx()) for b in mol.GetBonds()], dtype=np.int64).reshape(-1, 2)
    stretch = {tuple(map(int, bond)): properties.GetMMFFBondStretchParams(mol, *map(int, bond)) for bond in bonds}
    rest = {pair: row[2] for pair, row in stretch.items()} | {pair[::-1]: row[2] for pair, row in stretch.items()}
    angles, bend, mixed, linear = _angles(mol, properties, rest)
    planes, lift = _planes(mol, properties)
    torsions, barriers = _torsions(mol, properties)
    pairs, contact = _pairs(mol, properties, bonds)
    return MMFFTerms(
        mol.GetNumAtoms(),
        bonds,
        np.array([row[1:3] for row in stretch.values()], dtype=np.float64).reshape(-1, 2),
        angles,
        bend,
        mixed,
        linear,
        planes,
        lift,
        torsions,
        barriers,
        pairs,
        contact,
    )


def _angles(mol, properties, rest) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    atoms, bend, mixed, linear = [], [], [], []
    for apex in mol.GetAtoms():
        j = apex.GetIdx()
        straight = properties.GetMMFFAtomType(j) in _STRAIGHT_TYPES
        around = sorted(a.GetIdx() for a in apex.GetNeighbors())
        for position, i in enumerate(around):
            for k in around[position + 1 :]:
                row = properties.GetMMFFAngleBendParams(mol, i, j, k)
                if row is None:
                    continue
                both = None if straight else properties.GetMMFFStretchBendParams(mol, i, j, k)
                atoms.append((i, j, k))
                bend.append(row[1:3])
                mixed.append((*(both[1:3] if both else (0.0, 0.0)), rest[i, j], rest[k, j]))
                linear.append(straight)
    return (
        np.array(atoms, dtype=np.int64).reshape(-1, 3),
        np.array(bend, dtype=np.float64).reshape(-1, 2),
        np.array(mixed, dtype=np.float64).reshape(-1, 4),
        np.array(linear, dtype=bool),
    )


def _planes(mol, properties) -> tuple[np.ndarray, np.ndarray]:
    atoms, lift = [], []
    for apex in mol.GetAtoms():
        around = [a.GetIdx() for a in apex.GetNeighbors()]
        if len(around) != 3:
            continue
        j = apex.GetIdx()
        force = properties.GetMMFFOopBendParams(mol, around[0], j, around[1], around[2])
        if force:
            for out in range(3):
                first, second = (around[q] for q in range(3) if q != out)
                atoms.append((first, j, second, around[out]))
                lift.append(force)
    return np.array(atoms, dtype=np.int64).reshape(-1, 4), np.array(lift, dtype=np.float64)


def _torsions(mol, properties) -> tuple[np.ndarray, np.ndarray]:
    atoms, barriers = [], []
    for bond in mol.GetBonds():
        ends = bond.GetBeginAtom(), bond.GetEndAtom()
        if any(end.GetHybridization() not in _TURNING for end in ends):
            continue
        b, c = (end.GetIdx() for end in ends)
        for a in (x.GetIdx() for x in ends[0].GetNeighbors() if x.GetIdx() != c):
            for d in (x.GetIdx() for x in ends[1].GetNeighbors() if x.GetIdx() not in (a, b)):
                row = properties.GetMMFFTorsionParams(mol, a, b, c, d)
                if row is not None and any(row[1:4]):
                    atoms.append((a, b, c, d))
                    barriers.append(row[1:4])
    return np.array(atoms, dtype=np.int64).reshape(-1, 4), np.array(barriers, dtype=np.float64).reshape(-1, 3)


def _pairs(mol, properties, bonds: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    n = mol.GetNumAtoms()
    apart = shortest_paths(bonds.T, n, 4)
    first, second = np.nonzero(np.triu(apart >= 3))
    charge = np.array([properties.GetMMFFPartialCharge(k) for k in range(n)])
    types = np.array([properties.GetMMFFAtomType(k) for k in range(n)])
    _, example, kind = np.unique(
        np.stack([types[first], types[second]], 1), axis=0, return_index=True, return_inverse=True
    )
    wells = np.array(
        [properties.GetMMFFVdWParams(int(first[k]), int(second[k]))[2:4] for k in example], dtype=np.float64
    ).reshape(-1, 2)[kind.reshape(-1)]
    scale = np.where(apart[first, second] == 3, _FOURTH_ATOM, 1.0)
    coulomb = _COULOMB * scale * charge[first] * charge[second]
    return np.stack([first, second], 1), np.concatenate([wells, coulomb[:, None]], 1)
