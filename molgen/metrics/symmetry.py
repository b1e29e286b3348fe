"""Atom permutations that leave a molecular graph unchanged (RDKit Mol in, index arrays out).

The graph is the bond-ordered heavy-atom graph. Oxygen or nitrogen atoms at the ends of a conjugated group (carboxylate,
phosphate, nitro, sulfonate, amidinium) are equivalent, as in RDKit's ``GetBestRMS`` with its default
``symmetrizeConjugatedTerminalGroups=True``. Chirality is ignored: mappings that differ in handedness differ in RMSD.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from rdkit import Chem

MAX_MATCHES = 4096
_TERMINAL = "[O,N;D1;$([O,N;D1]-[*]=[O,N;D1]),$([O,N;D1]=[*]-[O,N;D1])]~[*]"


@dataclass(frozen=True)
class Matches:
    """Atom correspondences between two molecules, or of a molecule with itself.

    Args:
        permutations: int64 [p, n]; ``permutations[k, i]`` is the heavy atom of the second molecule that plays the role
            of heavy atom ``i`` of the first. Both count heavy atoms only, in the order of the Mol.
        complete: False when there are more than ``p`` correspondences, so that a minimum over them is an upper bound.
    """

    permutations: NDArray[np.int64]
    complete: bool


def heavy_atoms(mol: Chem.Mol) -> NDArray[np.int64]:
    """Indices int64 [n] of the atoms that are not hydrogen, ascending."""
    return np.array([atom.GetIdx() for atom in mol.GetAtoms() if atom.GetAtomicNum() != 1], dtype=np.int64)


def heavy_coordinates(mol: Chem.Mol, conf_id: int | None = None) -> NDArray[np.float64]:
    """Coordinates of the heavy atoms in Angstrom.

    Args:
        mol: molecule with conformers, with or without hydrogens.
        conf_id: one conformer; None takes all of them in the order of the Mol.

    Returns:
        float64 [s, n, 3], with s = 1 when ``conf_id`` is given.

    Raises:
        ValueError: the molecule has no conformer, or none with this number.
    """
    if mol.GetNumConformers() == 0:
        raise ValueError(f"molecule {Chem.MolToSmiles(mol)} has no conformer")
    conformers = list(mol.GetConformers()) if conf_id is None else [mol.GetConformer(conf_id)]
    return np.stack([conformer.GetPositions() for conformer in conformers])[:, heavy_atoms(mol)]


def automorphisms(mol: Chem.Mol, max_matches: int = MAX_MATCHES) -> Matches:
    """Symmetries of the heavy-atom graph; the identity comes first.

    With more than ``max_matches`` symmetries the identity and the first ``max_matches - 1`` others are returned with
    ``complete=False``.

    Args:
        mol: any molecule; hydrogens are ignored.
        max_matches: cap on the number of permutations.
    """
    matches = atom_matches(mol, mol, max_matches)
    identity = np.arange(matches.permutations.shape[1])
    others = matches.permutations[(matches.permutations != identity).any(axis=1)]
    return Matches(np.concatenate([identity[None], others])[:max_matches], matches.complete)


def atom_matches(
    first: Chem.Mol, second: Chem.Mol, max_matches: int = MAX_MATCHES, *, resonance: bool = True
) -> Matches:
    """All correspondences between the heavy atoms of two copies of one molecule.

    Args:
        first: molecule that gives the order of the result; hydrogens are ignored.
        second: the same molecule, atoms in any order.
        max_matches: cap; beyond it the first ``max_matches`` are returned with ``complete=False``.
        resonance: treat the ends of conjugated terminal groups as equivalent.

    Raises:
        ValueError: the heavy-atom graphs differ.
    """
    query, target = _without_hydrogens(first), _without_hydrogens(second)
    matches: tuple[tuple[int, ...], ...] = ()
    if query.GetNumAtoms() == target.GetNumAtoms() and query.GetNumBonds() == target.GetNumBonds():
        relaxed = _symmetrized(query) if resonance else query
        matches = target.GetSubstructMatches(relaxed, uniquify=False, useChirality=False, maxMatches=max_matches + 1)
    if not matches:
        names = Chem.MolToSmiles(query), Chem.MolToSmiles(target)
        raise ValueError("the heavy-atom graphs of {} and {} differ".format(*names))
    permutations = np.array(matches[:max_matches], dtype=np.int64).reshape(-1, query.GetNumAtoms())
    return Matches(permutations, complete=len(matches) <= max_matches)


def _without_hydrogens(mol: Chem.Mol) -> Chem.Mol:
    bare = Chem.Mol(mol)
    bare.RemoveAllConformers()
    return Chem.RemoveAllHs(bare) if any(atom.GetAtomicNum() == 1 for atom in bare.GetAtoms()) else bare


def _symmetrized(mol: Chem.Mol) -> Chem.Mol:
    """Query in which the bond and the charge of a conjugated terminal atom no longer matter."""
    query = Chem.RWMol(mol)
    single_or_double = Chem.MolFromSmarts("*-,=*").GetBondWithIdx(0)
    for terminal, center in mol.GetSubstructMatches(Chem.MolFromSmarts(_TERMINAL), maxMatches=mol.GetNumAtoms()):
        query.GetAtomWithIdx(terminal).SetFormalCharge(0)
        query.ReplaceBond(query.GetBondBetweenAtoms(terminal, center).GetIdx(), single_or_double)
    return query.GetMol()
