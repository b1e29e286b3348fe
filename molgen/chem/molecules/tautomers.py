"""Tautomers that differ by protons on nitrogen, oxygen and sulfur: lactams, azoles, amidines."""

from __future__ import annotations

from collections.abc import Iterator

from rdkit import Chem
from rdkit.Chem.MolStandardize import rdMolStandardize

from molgen.chem.formats.parsing import silent_rdkit

_MOST = 100
_DRAWN = 0.3
"""kcal/mol by which the drawn tautomer is preferred to an equal one: who drew it may have had a reason."""
_PER_POINT = 2.5
"""kcal/mol for a point of RDKit's score of tautomers, which counts aromatic rings, C=O and the like."""


def tautomers(mol: Chem.Mol) -> list[tuple[Chem.Mol, float]]:
    """The molecule and its tautomers without hydrogens on other carbons, each with a rough energy in water, kcal/mol.

    The drawn one comes first, with 0; the others follow in the order of their energy. Atoms keep their order and
    stereo; coordinates are left out.

    Args:
        mol: sanitized, without explicit hydrogens.
    """
    with silent_rdkit():
        drawn = Chem.Mol(mol)
        drawn.RemoveAllConformers()
        reference = rdMolStandardize.TautomerEnumerator.ScoreTautomer(drawn)
        others = [
            (
                other,
                max(0.0, _PER_POINT * (reference - rdMolStandardize.TautomerEnumerator.ScoreTautomer(other))) + _DRAWN,
            )
            for other in _enumerated(drawn)
        ]
    return [(mol, 0.0), *sorted(others, key=lambda pair: pair[1])]


def _enumerated(drawn: Chem.Mol) -> Iterator[Chem.Mol]:
    enumerator = rdMolStandardize.TautomerEnumerator()
    enumerator.SetMaxTautomers(_MOST)
    enumerator.SetMaxTransforms(_MOST)
    enumerator.SetRemoveSp3Stereo(False)
    enumerator.SetRemoveBondStereo(False)
    own, carbons = Chem.MolToSmiles(drawn), _hydrogens_of_carbons(drawn)
    for other in enumerator.Enumerate(drawn):
        if Chem.MolToSmiles(other) != own and _hydrogens_of_carbons(other) == carbons:
            yield other


def _hydrogens_of_carbons(mol: Chem.Mol) -> list[int]:
    return [atom.GetTotalNumHs() for atom in mol.GetAtoms() if atom.GetAtomicNum() == 6]
