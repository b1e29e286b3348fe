"""Stereo marks of an input that RDKit drops while it reads it: they are remembered, and said.

Dropped are marks where there is no stereo (two equal neighbors, a nitrogen that inverts), where RDKit has none (rings
of fewer than eight atoms are cis, cumulenes), and wedges of a CXSMILES without coordinates.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from rdkit import Chem
from rdkit.Chem import rdMolTransforms

from molgen.chem.formats.parsing import atom_name, shortened, silent_rdkit

LOST_MARK = "_molgen_lost_mark"
"""Property of the atoms and bonds whose mark was dropped; of a bond, "cis", "trans" or "stray"."""
_SMALLEST_RING_WITH_STEREO = 8
_SLASHES = (Chem.BondDir.ENDUPRIGHT, Chem.BondDir.ENDDOWNRIGHT)
_WEDGES = {"_MolFileBondCfg": (1, 3), "_MolFileBondStereo": (1, 6)}
"""RDKit's properties of a bond for V3000 and CXSMILES, and for V2000, and their values for a wedge up or down."""
_INCHI_LAYERS = {"b": "double bonds", "t": "centers"}
_INCHI_KINDS = {"s2": "relative", "s3": "racemic"}
_RACEMIC = re.compile(r"\|(?:.*,)?r(?:,.*)?\|")
_TRANS = 120.0


def remember_lost_marks(mol: Chem.Mol, text: str) -> None:
    """Flag what carries a mark in a SMILES, CXSMILES or InChI and none in the molecule that was read from it."""
    if text.startswith("InChI="):
        _remember_lost_layers(mol, text)
        return
    if _RACEMIC.search(text):
        mol.SetProp(LOST_MARK, "that it is racemic")
    if not set(text) & set("@/\\"):
        return
    with silent_rdkit():
        raw = Chem.MolFromSmiles(text.split()[0], sanitize=False)
        if raw is None:
            return
        Chem.SetBondStereoFromDirections(raw)
    given, kept = (
        [atom.GetIdx() for atom in molecule.GetAtoms() if atom.GetAtomicNum() != 1] for molecule in (raw, mol)
    )
    if len(given) == len(kept):  # explicit hydrogens were taken off
        index_of = dict(zip(given, kept, strict=True))
        _flag_atoms(raw, mol, index_of)
        _flag_bonds(raw, mol, index_of)


def _flag_atoms(raw: Chem.Mol, mol: Chem.Mol, index_of: dict[int, int]) -> None:
    unspecified = Chem.ChiralType.CHI_UNSPECIFIED
    for index, own in index_of.items():
        atom = mol.GetAtomWithIdx(own)
        lost = raw.GetAtomWithIdx(index).GetChiralTag() != unspecified and atom.GetChiralTag() == unspecified
        if lost or (is_cumulated(atom) and _has_slashes(raw.GetAtomWithIdx(index))):
            atom.SetBoolProp(LOST_MARK, True)


def _flag_bonds(raw: Chem.Mol, mol: Chem.Mol, index_of: dict[int, int]) -> None:
    origin = {own: index for index, own in index_of.items()}
    for own in mol.GetBonds():
        begin, end = (origin.get(atom) for atom in (own.GetBeginAtomIdx(), own.GetEndAtomIdx()))
        bond = raw.GetBondBetweenAtoms(begin, end) if begin is not None and end is not None else None
        if bond is None:
            continue
        if bond.GetStereo() != Chem.BondStereo.STEREONONE and own.GetStereo() == Chem.BondStereo.STEREONONE:
            own.SetProp(LOST_MARK, _geometry(bond, own, origin))
        if bond.GetBondDir() in _SLASHES and not _is_used(bond):
            own.SetProp(LOST_MARK, "stray")


def lost_marks_note(mol: Chem.Mol) -> str:
    """A line on the stereo marks that were dropped, those of cumulenes left out; empty where there are none.

    Args:
        mol: as it was read, with or without explicit hydrogens.
    """
    lost = [f"{atom_name(atom)} ({why})" for atom, why in _lost_centers(mol) if not is_cumulated(atom)]
    for bond, kind in _lost_bonds(mol):
        if not any(is_cumulated(end) for end in (bond.GetBeginAtom(), bond.GetEndAtom())):
            lost += _bond_text(bond, kind)
    if mol.HasProp(LOST_MARK):
        lost.append(mol.GetProp(LOST_MARK))
    return f"stereo that the input has and conformers do not keep: {shortened(lost)}" if lost else ""


def _remember_lost_layers(mol: Chem.Mol, inchi: str) -> None:
    with silent_rdkit():
        kept = _marks_of(Chem.MolToInchi(mol))
    given = _marks_of(inchi)
    lost = [f"that of {name} (layer /{layer})" for layer, name in _INCHI_LAYERS.items() if given[layer] > kept[layer]]
    lost += [f"that it is {name} (layer /{layer})" for layer, name in _INCHI_KINDS.items() if f"/{layer}" in inchi]
    if lost:
        mol.SetProp(LOST_MARK, ", ".join(lost))


def _marks_of(inchi: str) -> dict[str, int]:
    """How many marks the first layers of an InChI on stereo have."""
    layers = {layer[:1]: layer for layer in reversed(inchi.split("/")[2:])}
    return {name: sum(layers.get(name, "").count(sign) for sign in "+-") for name in _INCHI_LAYERS}


def is_cumulated(atom: Chem.Atom) -> bool:
    """Whether a carbon has two double bonds."""
    return atom.GetAtomicNum() == 6 and sum(map(_is_double, atom.GetBonds())) == 2


def _lost_centers(mol: Chem.Mol) -> Iterator[tuple[Chem.Atom, str]]:
    for atom in mol.GetAtoms():
        if atom.HasProp(LOST_MARK) or (_has_wedge(atom) and not _has_stereo(atom)):
            yield atom, "it inverts" if _inverts(atom) else "no stereocenter"


def _lost_bonds(mol: Chem.Mol) -> Iterator[tuple[Chem.Bond, str]]:
    """Bonds with a dropped mark, and double bonds of small rings that are trans in the coordinates."""
    placed = mol.GetNumConformers() > 0 and mol.GetConformer().Is3D()
    for bond in mol.GetBonds():
        if bond.HasProp(LOST_MARK):
            yield bond, bond.GetProp(LOST_MARK)
        elif placed and _is_double(bond) and _ring_size(bond) and abs(_ring_torsion(mol, bond)) > _TRANS:
            yield bond, "trans"


def _bond_text(bond: Chem.Bond, kind: str) -> list[str]:
    name = ("-" if kind == "stray" else "=").join(map(atom_name, (bond.GetBeginAtom(), bond.GetEndAtom())))
    if kind == "stray":
        return [f"{name} (no double bond that is marked on both sides)"]
    size = _ring_size(bond)
    if not size:
        return [f"{name} (no stereo there)"]
    return [f"trans {name} (cis is made: the ring has {size} atoms)"] if kind == "trans" else []


def _geometry(bond: Chem.Bond, own: Chem.Bond, origin: dict[int, int]) -> str:
    """Whether a marked double bond of the raw molecule is cis or trans, within the ring where it is in a small one."""
    trans = bond.GetStereo() == Chem.BondStereo.STEREOTRANS
    ring = set(_smallest_ring(own))
    for atom in bond.GetStereoAtoms() if ring else ():
        trans ^= atom not in {origin[index] for index in ring}
    return "trans" if trans else "cis"


def _is_used(slash: Chem.Bond) -> bool:
    """Whether a slash belongs to a double bond whose other end has one, too."""
    beside = [bond for end in (slash.GetBeginAtom(), slash.GetEndAtom()) for bond in end.GetBonds()]
    cumulated = (is_cumulated(end) for bond in beside for end in (bond.GetBeginAtom(), bond.GetEndAtom()))
    return any(bond.GetStereo() != Chem.BondStereo.STEREONONE for bond in beside) or any(cumulated)


def _has_slashes(inner: Chem.Atom) -> bool:
    """Whether a slash is next to an end beside an inner atom of a cumulene."""
    return any(bond.GetBondDir() in _SLASHES for end in inner.GetNeighbors() for bond in end.GetBonds())


def _inverts(atom: Chem.Atom) -> bool:
    return atom.GetAtomicNum() == 7 and atom.GetTotalDegree() == 3 and not atom.IsInRingSize(3) and not _is_bridge(atom)


def _is_bridge(atom: Chem.Atom) -> bool:
    return all(bond.IsInRing() for bond in atom.GetBonds())


def _has_wedge(atom: Chem.Atom) -> bool:
    """Whether the narrow end of a wedge is at the atom."""
    return any(
        bond.HasProp(name) and bond.GetIntProp(name) in values
        for bond in atom.GetBonds()
        if bond.GetBeginAtomIdx() == atom.GetIdx()
        for name, values in _WEDGES.items()
    )


def _has_stereo(atom: Chem.Atom) -> bool:
    axial = Chem.BondStereo.STEREOATROPCW, Chem.BondStereo.STEREOATROPCCW
    is_axis_end = any(bond.GetStereo() in axial for bond in atom.GetBonds())
    return is_axis_end or atom.GetChiralTag() != Chem.ChiralType.CHI_UNSPECIFIED


def _ring_torsion(mol: Chem.Mol, bond: Chem.Bond) -> float:
    """The torsion of a ring over one of its bonds in the first conformer, degrees."""
    ring = _smallest_ring(bond)
    at = next(k for k in range(len(ring)) if {ring[k], ring[k - 1]} == {bond.GetBeginAtomIdx(), bond.GetEndAtomIdx()})
    path = (ring[at - 2], ring[at - 1], ring[at], ring[(at + 1) % len(ring)])
    return rdMolTransforms.GetDihedralDeg(mol.GetConformer(), *path)


def _smallest_ring(bond: Chem.Bond) -> tuple[int, ...]:
    """The smallest ring with the bond; none where it has enough atoms for a trans bond."""
    ends = {bond.GetBeginAtomIdx(), bond.GetEndAtomIdx()}
    rings = [ring for ring in bond.GetOwningMol().GetRingInfo().AtomRings() if ends <= set(ring)]
    smallest = min(rings, key=len, default=())
    return smallest if len(smallest) < _SMALLEST_RING_WITH_STEREO else ()


def _ring_size(bond: Chem.Bond) -> int:
    return len(_smallest_ring(bond))


def _is_double(bond: Chem.Bond) -> bool:
    return bond.GetBondType() == Chem.BondType.DOUBLE
