"""Isomers that cannot exist in 3D, as a bicycle with one bridgehead turned inside out: which marks are at fault."""

from __future__ import annotations

from rdkit import Chem
from rdkit.Chem import rdDistGeom

from molgen.chem.formats.parsing import atom_name, shortened, silent_rdkit
from molgen.chem.molecules.force_field import minimize_conformers

_TRIES = 10
_SEED = 7
_MOST_CENTERS = 12
_MINIMIZE_STEPS = 200
_UNBEARABLE = 40.0
"""kcal/mol by which inverting one center relieves an isomer that exists on paper only."""


def stereo_at_fault(mol: Chem.Mol) -> str:
    """Which marks of ring centers keep a molecule from being embedded, in words; empty where it is none of them.

    Args:
        mol: with explicit hydrogens, as it could not be embedded.
    """
    centers = _ring_centers(mol)
    guilty = [center for center in centers[:_MOST_CENTERS] if _embedded(_without_marks(mol, [center])) is not None]
    if guilty:
        return f"no geometry has the stereo of {_names(mol, guilty, ' or ')}; without that mark there is one"
    if len(centers) > 1 and _embedded(_without_marks(mol, centers)) is not None:
        return f"no geometry has the stereo of {_names(mol, centers, ', ')} together"
    return ""


def overstrained_centers(mol: Chem.Mol, energy: float) -> str:
    """A line on bridgeheads whose inversion takes 40 kcal/mol and more off the molecule; empty without such.

    Args:
        mol: with explicit hydrogens.
        energy: of its lowest conformer, kcal/mol.
    """
    guilty = []
    for center in _ring_centers(mol, shared=True)[:_MOST_CENTERS]:
        inverted = Chem.Mol(mol)
        inverted.GetAtomWithIdx(center).InvertChirality()
        embedded = _embedded(inverted)
        if embedded is None:
            continue
        _, energies = minimize_conformers(embedded, _MINIMIZE_STEPS)
        if energies.values[0] < energy - _UNBEARABLE:
            guilty.append(center)
    if not guilty:
        return ""
    names = _names(mol, guilty, " or ")
    return f"this isomer can hardly exist: with {names} inverted it is over {_UNBEARABLE:g} kcal/mol lower in energy"


def _ring_centers(mol: Chem.Mol, *, shared: bool = False) -> list[int]:
    """Marked centers in rings, those in several rings first (``shared``: only those)."""
    rings = mol.GetRingInfo()
    unmarked = Chem.ChiralType.CHI_UNSPECIFIED
    centers = [a.GetIdx() for a in mol.GetAtoms() if a.IsInRing() and a.GetChiralTag() != unmarked]
    if shared:
        centers = [center for center in centers if rings.NumAtomRings(center) > 1]
    return sorted(centers, key=lambda center: -rings.NumAtomRings(center))


def _without_marks(mol: Chem.Mol, centers: list[int]) -> Chem.Mol:
    bare = Chem.Mol(mol)
    for center in centers:
        bare.GetAtomWithIdx(center).SetChiralTag(Chem.ChiralType.CHI_UNSPECIFIED)
    return bare


def _embedded(mol: Chem.Mol) -> Chem.Mol | None:
    options = rdDistGeom.ETKDGv3()
    options.randomSeed = _SEED
    options.maxIterations = _TRIES
    trial = Chem.Mol(mol)
    with silent_rdkit():
        return trial if rdDistGeom.EmbedMolecule(trial, options) == 0 else None


def _names(mol: Chem.Mol, centers: list[int], between: str) -> str:
    names = [atom_name(mol.GetAtomWithIdx(center)) for center in sorted(centers)]
    return between.join(names) if len(names) <= 4 else shortened(names)
