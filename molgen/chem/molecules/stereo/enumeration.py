"""Stereo that the input leaves open: choose one isomer, or list them all.

Open are tetrahedral centers, double bonds and hindered axes that could have stereo and carry no mark. Not counted are
N-H of imines, and phosphorus or sulfur with two terminal oxygens (or sulfurs): the proton or the charge moves between
them. Isomers that cannot exist in 3D (a trans-bridged camphor) are left out where another can; where only one is left
(norbornane, the bridgeheads of quinuclidine) nothing is open. Cumulenes are named, but not set.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from functools import partial
from typing import Literal

from rdkit import Chem
from rdkit.Chem import rdDistGeom
from rdkit.Chem.EnumerateStereoisomers import (
    EnumerateStereoisomers,
    GetStereoisomerCount,
    StereoEnumerationOptions,
)

from molgen.chem.formats.parsing import shortened, silent_rdkit
from molgen.chem.molecules.stereo.axes import AXIAL_MARKS, hindered_axes
from molgen.chem.molecules.stereo.axial_isomers import axial_isomers, relative_groups, with_relative_axes
from molgen.chem.molecules.stereo.cumulenes import cumulene_note
from molgen.chem.molecules.stereo.lost_marks import lost_marks_note

_ORIGIN = "_molgen_origin"
_TRIES = 64  # isomers looked at for one that can exist
_DRAWS = 8  # for each isomer that is wanted, since those of a symmetric molecule are often the same
_FEW = 16  # isomers, of which each is tried from random coordinates, too
_SEED = 7
_FREE_EMBEDDINGS = 8
_SMALLEST_RING_WITH_TRANS = 12
_TURNING = ("S", "Se", "Te", "P", "As")
"""Elements whose double bond turns where they have three neighbors and more (sulfilimines, ylides)."""


def enumerate_stereo(
    mol: Chem.Mol, mode: Literal["one", "enumerate"] = "one", limit: int = 32
) -> list[tuple[Chem.Mol, str]]:
    """Stereoisomers of `mol` with every center set, each with a note; the note is empty when there is no choice.

    Deterministic. Atom order is kept. Isomers carry no coordinates, unless nothing was open: then `mol` comes back.

    Args:
        mol: with all hydrogens explicit, or with none.
        mode: `one` takes the first isomer that can exist, in cages of many centers one that an embedding finds;
            `enumerate` returns all, at most `limit` of them.
        limit: a sample of this size is taken when there are more.
    """
    with silent_rdkit():
        heavy = _without_hydrogens(mol)
        mobile = _mobile_centers(heavy)
        open_centers = _open_centers(heavy, mobile)
        axes = [bond for bond in hindered_axes(heavy) if bond.GetStereo() not in AXIAL_MARKS]
        relative = len(relative_groups(heavy))
        unsupported = "; ".join(filter(None, (cumulene_note(mol), lost_marks_note(mol))))
        if not open_centers and not axes and not relative:
            return [(mol, unsupported)]
        only = None if axes or relative else _only_isomer_of_a_cage(heavy, mobile, open_centers, min(limit, _TRIES))
        if only is not None:
            return [(_restore(only, mol), unsupported)]
        isomers = _isomers(heavy, mobile, axes, limit if mode == "enumerate" else _TRIES)
        exists = partial(_can_exist, from_random=2 ** len(open_centers) <= _FEW)
        possible: Iterator[Chem.Mol] = filter(exists, isomers) if _is_caged(heavy, open_centers) else isomers
        if mode == "one":
            first, alone = _first_likely(possible)
            chosen = [first or _as_embedded(heavy, mobile) or next(_isomers(heavy, mobile, axes, _TRIES))]
        else:
            chosen = list(possible) or list(itertools.islice(_isomers(heavy, mobile, axes, limit), 1))
            alone = len(chosen) == 1
        names = [_center_name(heavy, center) for center in open_centers]
        names += [f"the axis {_bond_name(bond, '-')}" for bond in axes]
        names += [f"relative group {number}" for number in range(1, relative + 1)]
        whole = 2 ** len(names) <= min(limit, _TRIES)
        notes = [""] if alone and whole else _notes(names, len(chosen), limit, mode)
        notes = ["; ".join(filter(None, (note, unsupported))) for note in notes]
        return [(_restore(isomer, mol), note) for isomer, note in zip(chosen, notes, strict=True)]


def _first_likely(possible: Iterator[Chem.Mol]) -> tuple[Chem.Mol | None, bool]:
    """The first isomer without a trans bond in a small ring, and whether it is the only one that can exist."""
    chosen, count = None, 0
    for isomer in possible:
        count += 1
        if chosen is None and not _has_trans_in_ring(isomer):
            chosen = isomer
        if chosen is not None and count > 1:
            break
    return chosen, count == 1


def _notes(names: list[str], count: int, limit: int, mode: str) -> list[str]:
    total = 2 ** len(names)
    unspecified = f"stereo of {shortened(names)} is not specified"
    if mode == "one":
        return [f"{unspecified}: took one of up to {total} isomers, --stereo enumerate makes all"]
    sampled = f", a sample of up to {total}" if total > limit else ""
    return [f"{unspecified}: isomer {number} of {count}{sampled}" for number in range(1, count + 1)]


def _isomers(heavy: Chem.Mol, mobile: list[int], axes: list[Chem.Bond], limit: int) -> Iterator[Chem.Mol]:
    """At most ``limit`` isomers: centers and double bonds, each with every setting of the axes."""
    central = with_relative_axes(_central_isomers(heavy, mobile, limit), heavy)
    return itertools.islice(axial_isomers(central, axes), limit)


def _central_isomers(heavy: Chem.Mol, mobile: list[int], limit: int) -> Iterator[Chem.Mol]:
    marked = Chem.Mol(heavy)
    marked.RemoveAllConformers()
    for index in mobile:  # a set tag keeps RDKit from enumerating it
        marked.GetAtomWithIdx(index).SetChiralTag(Chem.ChiralType.CHI_TETRAHEDRAL_CW)
    options = StereoEnumerationOptions(tryEmbedding=False, unique=False, maxIsomers=limit, rand=_SEED)
    count = GetStereoisomerCount(marked, options)
    options.maxIsomers = limit if count <= limit else min(count - 1, _DRAWS * limit)
    seen: set[str] = set()
    for isomer in EnumerateStereoisomers(marked, options=options):
        text = Chem.MolToSmiles(isomer)
        if text in seen:
            continue
        seen.add(text)
        for index in mobile:
            isomer.GetAtomWithIdx(index).SetChiralTag(Chem.ChiralType.CHI_UNSPECIFIED)
        Chem.AssignStereochemistry(isomer, cleanIt=True, force=True)
        yield isomer


def _open_centers(heavy: Chem.Mol, mobile: list[int]) -> list[Chem.StereoInfo]:
    unmarked = (Chem.StereoSpecified.Unspecified, Chem.StereoSpecified.Unknown)
    centers = []
    for info in Chem.FindPotentialStereo(Chem.Mol(heavy)):
        if info.specified not in unmarked:
            continue
        if _is_atom(info) and info.centeredOn not in mobile and _has_three_neighbors(heavy, info.centeredOn):
            centers.append(info)
        if info.type == Chem.StereoType.Bond_Double and _is_stereo_bond(heavy.GetBondWithIdx(info.centeredOn), info):
            centers.append(info)
    return centers


def _has_three_neighbors(heavy: Chem.Mol, index: int) -> bool:
    """Whether an atom can be a center; RDKit takes the phosphorus of C-P=C for one."""
    return heavy.GetAtomWithIdx(index).GetTotalDegree() > 2


def _is_stereo_bond(bond: Chem.Bond, info: Chem.StereoInfo) -> bool:
    if Chem.Atom.NOATOM in (info.controllingAtoms[0], info.controllingAtoms[2]):
        return False
    if any(atom.GetSymbol() in _TURNING and atom.GetDegree() > 2 for atom in (bond.GetBeginAtom(), bond.GetEndAtom())):
        return False
    doubles = [
        sum(other.GetBondType() == Chem.BondType.DOUBLE for other in atom.GetBonds())
        for atom in (bond.GetBeginAtom(), bond.GetEndAtom())
    ]
    return doubles == [1, 1]


def _mobile_centers(heavy: Chem.Mol) -> list[int]:
    """Unmarked P, As and S with two terminal O, or two terminal S, at least one of them protonated or charged."""
    centers = []
    for atom in heavy.GetAtoms():
        if atom.GetSymbol() not in ("P", "As", "S") or atom.GetChiralTag() != Chem.ChiralType.CHI_UNSPECIFIED:
            continue
        ends = [end for end in atom.GetNeighbors() if end.GetDegree() == 1 and end.GetSymbol() in ("O", "S")]
        elements = [end.GetSymbol() for end in ends]
        if any(elements.count(end.GetSymbol()) > 1 and (end.GetTotalNumHs() or end.GetFormalCharge()) for end in ends):
            centers.append(atom.GetIdx())
    return centers


def _is_caged(heavy: Chem.Mol, centers: list[Chem.StereoInfo]) -> bool:
    """Whether an open center sits in a ring that shares a bond with another: there some isomers cannot exist."""
    return bool(_cage_atoms(heavy) & {info.centeredOn for info in centers if _is_atom(info)})


def _cage_atoms(heavy: Chem.Mol) -> set[int]:
    """Atoms of rings that share a bond with another ring."""
    rings = [set(ring) for ring in heavy.GetRingInfo().AtomRings()]
    return set().union(
        *(first | second for first, second in itertools.combinations(rings, 2) if len(first & second) > 1)
    )


def _is_atom(info: Chem.StereoInfo) -> bool:
    return info.type == Chem.StereoType.Atom_Tetrahedral


def _only_isomer_of_a_cage(
    heavy: Chem.Mol, mobile: list[int], centers: list[Chem.StereoInfo], countable: int
) -> Chem.Mol | None:
    """The isomer of a cage (cubane) with too many open centers to look at all: that which free embeddings all give."""
    if 2 ** len(centers) <= countable or not all(map(_is_atom, centers)):
        return None
    if not {info.centeredOn for info in centers} <= _cage_atoms(heavy):
        return None
    only, text = None, ""
    for seed in range(_SEED, _SEED + _FREE_EMBEDDINGS):
        isomer = _as_embedded(heavy, mobile, seed)
        if isomer is None or (only is not None and Chem.MolToSmiles(isomer) != text):
            return None
        only, text = isomer, Chem.MolToSmiles(isomer)
    return only


def _can_exist(isomer: Chem.Mol, *, from_random: bool) -> bool:
    """It can be embedded, and what comes out is it: bridgehead nitrogens are let through in the wrong way.

    Args:
        from_random: try random coordinates after the default start, which some cages need.
    """
    options = rdDistGeom.ETKDGv3()
    options.randomSeed = _SEED
    options.maxIterations = 3
    full = Chem.AddHs(isomer)
    for options.useRandomCoords in (False, True)[: 1 + from_random]:
        if rdDistGeom.EmbedMolecule(full, options) == 0:
            break
    else:
        return False
    wanted = _labels(full)
    Chem.AssignStereochemistryFrom3D(full)
    found = _labels(full)
    return all(found.get(atom) == label for atom, label in wanted.items())


def _labels(mol: Chem.Mol) -> dict[int, str]:
    return dict(Chem.FindMolChiralCenters(mol, useLegacyImplementation=False))


def _as_embedded(heavy: Chem.Mol, mobile: list[int], seed: int = _SEED) -> Chem.Mol | None:
    """The isomer that comes out when open centers are embedded freely: in a large cage hardly any other can exist."""
    full = Chem.AddHs(heavy)
    options = rdDistGeom.ETKDGv3()
    options.randomSeed = seed
    options.maxIterations = 100
    if rdDistGeom.EmbedMolecule(full, options) != 0:
        return None
    Chem.AssignStereochemistryFrom3D(full)
    isomer = Chem.RemoveHs(full)
    isomer.RemoveAllConformers()
    for index in mobile:
        isomer.GetAtomWithIdx(index).SetChiralTag(Chem.ChiralType.CHI_UNSPECIFIED)
    Chem.AssignStereochemistry(isomer, cleanIt=True, force=True)
    return isomer


def _has_trans_in_ring(isomer: Chem.Mol) -> bool:
    rings = isomer.GetRingInfo()
    trans = (Chem.BondStereo.STEREOE, Chem.BondStereo.STEREOTRANS)
    return any(
        bond.GetStereo() in trans and 0 < rings.MinBondRingSize(bond.GetIdx()) < _SMALLEST_RING_WITH_TRANS
        for bond in isomer.GetBonds()
    )


def _center_name(heavy: Chem.Mol, info: Chem.StereoInfo) -> str:
    """The center in the caller's numbering, from 1: `C3`, or `C3=C4` for a bond."""
    if _is_atom(info):
        return _atom_name(heavy.GetAtomWithIdx(info.centeredOn))
    return _bond_name(heavy.GetBondWithIdx(info.centeredOn), "=")


def _bond_name(bond: Chem.Bond, sign: str) -> str:
    return sign.join(_atom_name(end) for end in (bond.GetBeginAtom(), bond.GetEndAtom()))


def _atom_name(atom: Chem.Atom) -> str:
    return f"{atom.GetSymbol()}{atom.GetIntProp(_ORIGIN) + 1}"


def _without_hydrogens(mol: Chem.Mol) -> Chem.Mol:
    """A copy without ordinary hydrogens whose atoms remember their index in `mol`."""
    marked = Chem.Mol(mol)
    for atom in marked.GetAtoms():
        atom.SetIntProp(_ORIGIN, atom.GetIdx())
    return Chem.RemoveHs(marked)


def _restore(isomer: Chem.Mol, mol: Chem.Mol) -> Chem.Mol:
    """Give `isomer` the hydrogens, atom order and name of `mol`."""
    if isomer.GetNumAtoms() < mol.GetNumAtoms():
        isomer = Chem.AddHs(isomer)
        index_of = {atom.GetIntProp(_ORIGIN): atom.GetIdx() for atom in isomer.GetAtoms() if atom.HasProp(_ORIGIN)}
        for parent in mol.GetAtoms():
            if parent.GetIdx() in index_of:
                old = [atom.GetIdx() for atom in parent.GetNeighbors() if atom.GetIdx() not in index_of]
                around = isomer.GetAtomWithIdx(index_of[parent.GetIdx()]).GetNeighbors()
                new = [atom.GetIdx() for atom in around if not atom.HasProp(_ORIGIN)]
                index_of.update(zip(old, new, strict=True))
        isomer = Chem.RenumberAtoms(isomer, [index_of[index] for index in range(mol.GetNumAtoms())])
        Chem.GetSymmSSSR(isomer)  # renumbering keeps a rough set of rings only, which canonical ranks would drop
    for atom in isomer.GetAtoms():
        atom.ClearProp(_ORIGIN)
    for key in (*mol.GetPropNames(includePrivate=False, includeComputed=False), *filter(mol.HasProp, ["_Name"])):
        isomer.SetProp(key, mol.GetProp(key))
    return isomer
