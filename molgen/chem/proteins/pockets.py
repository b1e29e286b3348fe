"""Pockets by name: a ligand in the file, a reference ligand, residues, a box, or whatever the structure offers."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import KDTree

from molgen.chem.formats.atom_site import MAX_COORDINATE
from molgen.chem.formats.parsing import one_line, shortened
from molgen.chem.formats.residue_names import ADDITIVES
from molgen.chem.molecules.reference import reference_ligand
from molgen.chem.proteins.pocket_detection import detect_pockets
from molgen.chem.proteins.reading import read_protein
from molgen.chem.proteins.structure import Pocket, Protein, Residue
from molgen.errors import InputError

DEFAULT_EDGE = 22.5
"""Edge of a search box, Angstrom, unless something asks for a larger one."""
LEAST_EDGE, MOST_EDGE = 4.0, 126.0

FORMS = (
    "ligand:RES[:CHAIN[:NUMBER]], a reference ligand file (.sdf, .mol, .mol2, .pdb), residues:A:57,A:102-105, "
    "box:X,Y,Z[,SIZE | ,SX,SY,SZ], auto, blind"
)

_MOST_POCKETS = 8
_AROUND_REFERENCE, _AROUND_RESIDUES, _AROUND_DOCKED = 8.0, 10.0, 4.0
_ANOTHER_FRAME = 10.0  # Angstrom from the protein
_OUTSIDE = 6.0
_SAME_PLACE = 1.5
_CLEARED = 8.0  # around the center of a detected pocket
_BOND = 2.3
_TO_LUMEN = 5.0
_LEAST_LIGAND = 6  # heavy atoms of a ligand that `auto` takes
_RECORDS, _STRUCTURES = (".sdf", ".sd", ".mol", ".mol2"), (".pdb", ".ent", ".cif", ".mmcif")

COFACTORS = frozenset(
    (
        *("HEM", "HEC", "HEA", "HEB", "HAS", "DHE", "NAD", "NAI", "NAP", "NDP", "NAJ", "FAD", "FDA", "FMN", "FNR"),
        *("ATP", "ADP", "AMP", "ANP", "ACP", "AGS", "GTP", "GDP", "GNP", "GSP", "GCP", "CTP", "UTP", "UDP", "COA"),
        *("ACO", "SAM", "SAH", "PLP", "PMP", "TPP", "TDP", "BTN", "B12", "COB", "H4B", "HBI", "MTE", "MGD", "PQQ"),
        *("SF4", "FES", "F3S", "CLF", "CFN", "CLA", "CHL", "BCL", "BPH", "F43", "GSH", "LPA", "U10", "UQ1", "RET"),
    )
)
GLYCANS = frozenset(
    (
        *("NAG", "NDG", "NGA", "A2G", "BMA", "MAN", "FUC", "FUL", "GAL", "GLA", "GLC", "BGC", "SIA", "XYP", "XYS"),
        *("SUC", "TRE", "MAL", "FRU", "RAM"),
    )
)
_LIPIDS = frozenset(
    (
        *("CLR", "CHS", "Y01", "CDL", "PC1", "PCW", "PEE", "PEF", "PTY", "PGW", "PGV", "LHG", "LPP", "LMG", "DGD"),
        *("POV", "PLC", "MYR", "STE", "DAO", "DKA", "D10", "D12", "R16", "HEX", "OCT", "UND", "OLB", "UMQ", "MA4"),
        *("LMN", "SOG", "GYF", "CPL", "DTX"),
    )
)

_RESIDUE_ITEM = re.compile(
    r"(?:(?P<chain>[^:\s]*):)?(?P<name>[A-Za-z]{1,3})?(?P<first>-?\d{1,9})(?P<code>[A-Za-z]?)"
    r"(?:-(?P<last>-?\d{1,9})(?P<end>[A-Za-z]?))?"
)


def find_pockets(spec: str | Path, protein: Protein, *, ligand_size: float | None = None) -> list[Pocket]:
    """The pockets that `spec` names in a protein, best first; only `auto` and `blind` give more than one.

    Args:
        spec: one of
            `ligand:RES[:CHAIN[:NUMBER]]`, a group in the file; the first of several copies. A residue of a chain counts
            only with chain and number.
            A path to a reference ligand with 3D coordinates in the frame of the protein: the first molecule of an
            .sdf, .mol, .mol2, .pdb or .cif file, or .gz.
            `residues:A:57,A:102,A:195B`; also ranges (`A:57-60`), names (`A:HIS57`), and `A:57,102`.
            `box:X,Y,Z[,SIZE]` or `box:X,Y,Z,SX,SY,SZ`, in Angstrom, taken as it is.
            `auto`: one pocket for each kind of ligand in the file, the largest first, cofactors last, and without
            additives of crystallization, glycans, lipids and groups of fewer than 6 heavy atoms; where there is none,
            as `blind`.
            `blind`: at most 8 pockets from the shape of the protein alone.
        protein: with everything that the file holds.
        ligand_size: longest distance between two atoms of the ligand to be docked, Angstrom.

    The center is the centroid of the ligand's heavy atoms, or for residues the mean of points in the lumen that they
    line. An edge of the box is 22.5 Angstrom, or more where the reference needs more to have 4 Angstrom on either side
    of it (residues: 5), or the docked ligand to have 2, however it is turned.

    `Pocket.removed` has the group that names the pocket and those in its place: more than half of their atoms within
    1.5 Angstrom of it. For a detected pocket these are the groups, other than cofactors, glycans and additives, that
    reach within 8 Angstrom of its center; the detection did not see them.

    Raises:
        InputError: the spec has none of these forms, or names what is not there, with what is; or nothing is found.
    """
    if not len(protein):
        raise InputError("the structure holds no atoms", source=protein.source or None)
    if ligand_size is not None and not 0 <= ligand_size < np.inf:
        raise InputError(f"the size of the ligand is {ligand_size}, not a length in Angstrom")
    least = max(DEFAULT_EDGE, min(MOST_EDGE, (ligand_size or 0.0) + _AROUND_DOCKED))
    text = str(spec).strip()
    keyword, _, rest = text.partition(":")
    forms = {"ligand": _named_ligand, "residues": _lined_by_residues, "residue": _lined_by_residues, "box": _box}
    if isinstance(spec, str) and keyword.strip().lower() in forms and ":" in text:
        pocket = forms[keyword.strip().lower()](rest.strip(), protein, least)
        return [replace(pocket, name=one_line(text))]
    if isinstance(spec, str) and text.lower() in ("auto", "blind"):
        return _found_in_file(protein, least) if text.lower() == "auto" else _detected(protein, least, "blind")
    path = Path(text)
    if _suffix(path) in (*_RECORDS, *_STRUCTURES) or _is_file(path):
        return [_reference_file(path, protein, least)]
    raise InputError(f"'{one_line(text)}' names no pocket; the forms are {FORMS}")


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):  # too long, or a character no file name can have
        return False


def _suffix(path: Path) -> str:
    return Path(path.stem if path.suffix.lower() == ".gz" else path.name).suffix.lower()


def _edges(spread: np.ndarray, least: float) -> np.ndarray:
    """Edge lengths of a box for something of this spread, margins included."""
    size = np.maximum(spread, least)
    if size.max() > MOST_EDGE:
        raise InputError(f"what names the pocket needs a box of {size.max():.0f} A; the largest is {MOST_EDGE:g} A")
    return size


def _around(reference: np.ndarray, least: float, *, name: str, removed: Sequence[str]) -> Pocket:
    center = reference.mean(axis=0)
    spread = 2 * np.abs(reference - center).max(axis=0) + _AROUND_REFERENCE
    return Pocket(center, _edges(spread, least), name, tuple(removed), reference)


def _same_place(protein: Protein, reference: np.ndarray) -> list[str]:
    """Labels of the groups that more than half overlap with the atoms of a ligand."""
    close = KDTree(reference).query(protein.positions, distance_upper_bound=_SAME_PLACE)[0] <= _SAME_PLACE
    return [one.label for one in protein.of_kind("ligand") if close[one.start : one.stop].mean() > 0.5]


def _pocket_of(ligand: Residue, protein: Protein, least: float) -> Pocket:
    reference = protein.positions[ligand.start : ligand.stop].astype(np.float64)
    others = [label for label in _same_place(protein, reference) if label != ligand.label]
    return _around(reference, least, name=f"ligand:{ligand.label}", removed=[ligand.label, *others])


def _named_ligand(text: str, protein: Protein, least: float) -> Pocket:
    parts = [part.strip() for part in text.split(":")]
    if not parts[0] or len(parts) > 3:
        raise InputError(f"'{one_line(text)}' is not RES[:CHAIN[:NUMBER]]; {_ligands_there(protein)}")
    name, chain, number = [*parts, "", ""][:3]
    exact = bool(chain or len(parts) == 3) and bool(number)
    kinds = ("ligand", "polymer") if exact else ("ligand",)
    found = [one for one in protein.of_kind(*kinds) if one.name.lower() == name.lower()]
    if number:
        found = [one for one in found if f"{one.number}{one.insertion}".lower() == number.lower()]
    if chain:
        found = _in_chain(found, chain)
    if not found:
        raise InputError(f"there is no ligand {one_line(text)}; {_ligands_there(protein)}")
    return _pocket_of(found[0], protein, least)


def _in_chain(residues: list[Residue], chain: str) -> list[Residue]:
    """Those of a chain; letter case counts only where it tells chains apart."""
    exact = [one for one in residues if one.chain == chain]
    return exact or [one for one in residues if one.chain.lower() == chain.lower()]


def _ligands_there(protein: Protein) -> str:
    ligands = sorted(protein.of_kind("ligand"), key=lambda one: one.name in ADDITIVES)
    names = [f"{one.label} ({one.stop - one.start} heavy atoms)" for one in ligands]
    return f"the ligands in the file are {shortened(names, 12)}" if names else "there are no ligands in the file"


def _reference_file(path: Path, protein: Protein, least: float) -> Pocket:
    if not _is_file(path):
        raise InputError("no such file for a reference ligand", source=one_line(path))
    if _suffix(path) in _STRUCTURES:
        reference = _first_molecule(path)
    else:
        mol = reference_ligand(path)
        heavy = [atom.GetIdx() for atom in mol.GetAtoms() if atom.GetAtomicNum() > 1]
        reference = mol.GetConformer().GetPositions()[heavy]
    if not len(reference) or not np.isfinite(reference).all():
        raise InputError("the reference ligand has no usable coordinates", source=one_line(path))
    removed = _same_place(protein, reference)
    rest = protein.keep(lambda one: one.kind != "water" and one.label not in removed)
    away = _distance(rest if len(rest) else protein, reference)
    if away > _ANOTHER_FRAME:
        reason = f"the reference ligand is {away:.0f} A away from the nearest protein atom: another frame?"
        raise InputError(reason, source=one_line(path))
    return _around(reference, least, name=one_line(path), removed=removed)


def _distance(protein: Protein, points: np.ndarray) -> float:
    return float(KDTree(protein.positions).query(points)[0].min())


def _first_molecule(path: Path) -> np.ndarray:
    """Positions of the atoms that are bonded, directly or not, to the first atom that is no water."""
    structure = read_protein(path).keep(lambda one: one.kind != "water")
    if not len(structure):
        raise InputError("the reference file holds only water", source=one_line(path))
    pairs = KDTree(structure.positions).query_pairs(_BOND, output_type="ndarray")
    graph = coo_array((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(len(structure), len(structure)))
    member = connected_components(graph, directed=False)[1]
    return structure.positions[member == member[0]].astype(np.float64)


def _lined_by_residues(text: str, protein: Protein, least: float) -> Pocket:
    chosen: list[Residue] = []
    chain = None
    for item in filter(None, re.split(r"[,;\s]+", text)):
        wanted = _residue_item(item, chain, protein)
        chain = wanted.chain
        chosen.extend(one for one in _residues(wanted, protein) if one not in chosen)
    if not chosen:
        raise InputError("no residues are named; the form is residues:A:57,A:102-105")
    center = np.mean([_towards_lumen(protein, one) for one in chosen], axis=0)
    spread = np.ptp(protein.positions[protein.atoms_of(chosen)], axis=0) + _AROUND_RESIDUES
    return Pocket(center, _edges(spread, least), "residues")


def _towards_lumen(protein: Protein, residue: Residue) -> np.ndarray:
    """The point 5 Angstrom from CA in the direction of the centroid of the side chain.

    Side chains that line a pocket point into it. Over 140 crystal complexes the mean of these points, for 5 residues
    drawn from those within 4.5 Angstrom of the ligand, is a median 3.2 Angstrom from its centroid (all atoms of the
    residues: 3.6; CA: 3.8), for all of them 1.8 (2.0; 2.3).
    """
    positions = protein.positions[residue.start : residue.stop]
    names = protein.atom_names[residue.start : residue.stop]
    if "CA" not in names:
        return positions.mean(axis=0)
    alpha = positions[names.index("CA")]
    side = [name not in ("N", "CA", "C", "O", "OXT") for name in names]
    if not any(side):
        return alpha
    direction = positions[side].mean(axis=0) - alpha
    return alpha + _TO_LUMEN * direction / max(float(np.linalg.norm(direction)), 0.1)


@dataclass(frozen=True)
class _ResidueItem:
    """One item of `residues:`; number and insertion code of the first and the last residue."""

    text: str
    chain: str
    name: str
    first: tuple[int, str]
    last: tuple[int, str] | None


def _residue_item(item: str, chain: str | None, protein: Protein) -> _ResidueItem:
    """`chain` is that of the item before, which holds for an item that has none."""
    found = _RESIDUE_ITEM.fullmatch(item)
    if found is None:
        raise InputError(f"'{one_line(item)}' is no residue; write A:57, A:57B, A:HIS57 or A:57-60")
    chains = list(dict.fromkeys(one.chain for one in protein.residues if one.kind != "water"))
    named = found["chain"] if found["chain"] is not None else chain
    if named is None:
        if len(chains) > 1:
            raise InputError(f"'{item}' names no chain; the chains are {_names(chains)}")
        named = chains[0] if chains else ""
    if named not in chains:
        matching = [one for one in chains if one.lower() == named.lower()]
        if not matching:
            raise InputError(f"there is no chain '{one_line(named)}' for '{item}'; the chains are {_names(chains)}")
        named = matching[0]
    last = (int(found["last"]), found["end"].upper()) if found["last"] else None
    return _ResidueItem(item, named, (found["name"] or "").upper(), (int(found["first"]), found["code"].upper()), last)


def _names(chains: list[str]) -> str:
    return shortened([chain or "''" for chain in chains], 20)


def _residues(wanted: _ResidueItem, protein: Protein) -> list[Residue]:
    """The residues of one item; of a chain where there are such, else other groups."""
    there = [one for one in protein.residues if one.kind != "water" and one.chain == wanted.chain]
    polymer = [one for one in there if one.kind == "polymer"]
    found = _matching(wanted, polymer) or _matching(wanted, there)
    if not found:
        numbers = [one.number for one in polymer or there]
        span = f"has {min(numbers)} to {max(numbers)}"
        raise InputError(f"there is no residue {wanted.text}: chain {wanted.chain or chr(39) * 2} {span}")
    other = next((one for one in found if wanted.name and one.name != wanted.name), None)
    if other is not None:
        raise InputError(f"residue {wanted.text} is {other.name}, not {wanted.name}")
    return found


def _matching(wanted: _ResidueItem, residues: list[Residue]) -> list[Residue]:
    if wanted.last is not None:
        return [one for one in residues if wanted.first <= (one.number, one.insertion.upper()) <= wanted.last]
    return [one for one in residues if (one.number, one.insertion.upper()) == wanted.first]


def _box(text: str, protein: Protein, least: float) -> Pocket:
    try:
        numbers = np.array([float(part) for part in re.split(r"[,;\s]+", text) if part])
    except ValueError as error:
        raise InputError(f"box: {one_line(error)}; the form is box:X,Y,Z[,SIZE] or box:X,Y,Z,SX,SY,SZ") from error
    if len(numbers) not in (3, 4, 6) or not np.isfinite(numbers).all():
        raise InputError(f"box: 3, 4 or 6 finite numbers are needed, not '{one_line(text)}'")
    if np.abs(numbers).max() > MAX_COORDINATE:
        raise InputError(f"box: no structure has coordinates beyond {MAX_COORDINATE:.0f} A")
    center, size = numbers[:3], np.broadcast_to(numbers[3:] if len(numbers) > 3 else least, 3).astype(np.float64)
    if size.min() < LEAST_EDGE or size.max() > MOST_EDGE:
        raise InputError(f"box: edges are {LEAST_EDGE:g} to {MOST_EDGE:g} A, not {', '.join(f'{s:g}' for s in size)}")
    outside = np.maximum(np.abs(protein.positions - center) - size / 2, 0)
    away = float(np.linalg.norm(outside, axis=1).min())
    if away > _OUTSIDE:
        raise InputError(f"the box is {away:.0f} A away from the nearest protein atom: another frame?")
    return Pocket(center, size, "box")


def _found_in_file(protein: Protein, least: float) -> list[Pocket]:
    """One pocket for each kind of ligand; detection where there are none."""
    unwanted = ADDITIVES | GLYCANS | _LIPIDS
    ligands: dict[str, Residue] = {}
    for one in protein.of_kind("ligand"):
        if one.name not in unwanted and one.stop - one.start >= _LEAST_LIGAND:
            ligands.setdefault(one.name, one)
    if not ligands:
        return _detected(protein, least, "auto")
    ranked = sorted(ligands.values(), key=lambda one: (one.name in COFACTORS, one.start - one.stop))
    pockets = [_pocket_of(one, protein, least) for one in ranked[:_MOST_POCKETS]]
    return [
        replace(pocket, name=f"auto {number} (ligand {one.label})")
        for number, (pocket, one) in enumerate(zip(pockets, ranked, strict=False), start=1)
    ]


def _detected(protein: Protein, least: float, word: str) -> list[Pocket]:
    walls = protein.keep(_is_wall)
    pockets = [
        Pocket(
            center=pocket.center,
            size=np.full(3, least),
            name=f"{word} {number} (detected, volume {pocket.volume:.0f} A^3)",
            removed=_within(protein, pocket.center, _is_passing),
        )
        for number, pocket in enumerate(detect_pockets(walls, count=_MOST_POCKETS), start=1)
    ]
    if not pockets:
        raise InputError("no pocket was found in the structure; name one by residues: or box:")
    return pockets


def _is_wall(residue: Residue) -> bool:
    return residue.kind in ("polymer", "metal") or (residue.kind == "ligand" and residue.name in COFACTORS | GLYCANS)


def _is_passing(residue: Residue) -> bool:
    """Whether a group is a ligand that another may replace; additives never are part of a receptor."""
    return residue.kind == "ligand" and not _is_wall(residue) and residue.name not in ADDITIVES


def _within(protein: Protein, center: np.ndarray, wanted: Callable[[Residue], bool]) -> tuple[str, ...]:
    """Labels of the wanted residues with an atom near the center of a detected pocket."""
    near = np.linalg.norm(protein.positions - center, axis=1) < _CLEARED
    return tuple(one.label for one in protein.residues if wanted(one) and near[one.start : one.stop].any())
