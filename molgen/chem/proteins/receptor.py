"""Which groups of a structure file take part when a ligand is docked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass

import numpy as np

from molgen.chem.formats.residue_names import ADDITIVES, GLYCANS
from molgen.chem.proteins.entries import NAMED, WORDS, entries_of, precision
from molgen.chem.proteins.groups.left_out import REACH, Reason, left_out_texts
from molgen.chem.proteins.structure import Pocket, Protein, Residue
from molgen.errors import InputError

__all__ = ["REACH", "WORDS", "Receptor", "receptor"]


@dataclass(frozen=True)
class Receptor:
    """What a ligand is docked to.

    Attributes:
        protein: the atoms that take part.
        kept: metals and other groups that do, e.g. "HEM:A:201" or "214 waters"; chains are not listed.
        dropped: groups of the file that do not.
        left_out: the same by the reason for it, one text each: "additives: 5 GOL", "beyond 12 A: HEM:B:201 (31 A)".
    """

    protein: Protein
    kept: tuple[str, ...]
    dropped: tuple[str, ...]
    left_out: tuple[str, ...] = ()


def receptor(
    protein: Protein, pocket: Pocket | None, *, keep: Collection[str] = (), drop: Collection[str] = ()
) -> Receptor:
    """The chains and metals of `protein` and the cofactors near the pocket; no water, ions or additives.

    Left out is the ligand that names the pocket, with every other copy of it unless it is a sugar. Sulfate, phosphate,
    citrate and the like count as additives (`residue_names.ADDITIVES`): most are from the buffer and stand where a
    ligand belongs. Where one has a function, as phosphate in a phosphorylase, name it in `keep`.

    Args:
        pocket: groups count as near within `REACH` of its box; without one all do.
        keep: groups to take along besides: component names (`PO4`), residues (`PO4:A`, `PO4:A:301`), chains
            (`chain:B`), or one of `WORDS`, which stand for such groups near the pocket.
        drop: groups to leave out, in the same way; chains stay unless they are named (`chain:P`). A narrower entry
            beats a wider one: the residue, the component, the chain, a kind of groups, all.

    Raises:
        InputError: an entry names nothing in the file, is in both lists, or wants to keep what stands where the ligand
            of the pocket is; or nothing is left.
    """
    removed = frozenset(pocket.removed) if pocket else frozenset()
    wanted, unwanted = entries_of(protein, keep), entries_of(protein, drop)
    _check(protein, wanted, unwanted, removed)
    replaced = {one.start for one in protein.residues if pocket and _is_replaced(protein, one, pocket)}
    copies = {one.name for one in protein.residues if one.start in replaced and one.kind == "ligand"} - GLYCANS
    away = _distances(protein, pocket)

    def reason(residue: Residue) -> Reason | None:
        for_it, against_it = precision(residue, wanted), precision(residue, unwanted)
        if residue.start in replaced:
            return Reason.place
        if residue.kind == "polymer":
            return Reason.asked if against_it >= NAMED and against_it > for_it else None
        if max(for_it, against_it) >= NAMED or against_it > for_it:
            return None if for_it > against_it else Reason.asked
        return _by_default(residue, for_it > 0, residue.name in copies, float(away[residue.start]))

    reasons = {residue.start: reason(residue) for residue in protein.residues}
    if None not in reasons.values():
        raise InputError("nothing of the structure is left for the receptor", source=protein.source or None)
    apart = [one for one in protein.residues if one.kind != "polymer" or reasons[one.start] is not None]
    out = [(one, found) for one in apart if (found := reasons[one.start]) is not None]
    return Receptor(
        protein.keep(lambda residue: reasons[residue.start] is None),
        _names(one for one in apart if reasons[one.start] is None),
        _names(one for one, _ in out),
        left_out_texts(out, away),
    )


def _is_replaced(protein: Protein, residue: Residue, pocket: Pocket) -> bool:
    """Whether a residue stands where the ligand of the pocket goes."""
    if residue.label not in pocket.removed:
        return False
    return not pocket.places or bool(protein.places_of([residue]) & pocket.places)


def _by_default(residue: Residue, is_wanted: bool, is_copy: bool, away: float) -> Reason | None:
    """Why a group that no entry names stays out."""
    if residue.kind == "metal":
        return None
    if is_copy:
        return Reason.copy
    if not is_wanted and residue.kind in ("water", "ion"):
        return Reason.water if residue.kind == "water" else Reason.ion
    if not is_wanted and residue.name in ADDITIVES:
        return Reason.additive
    return Reason.far if away > REACH else None


def _check(protein: Protein, wanted: frozenset[str], unwanted: frozenset[str], removed: frozenset[str]) -> None:
    if wanted & unwanted:
        raise InputError(f"{sorted(wanted & unwanted)[0]} cannot be both kept and dropped")
    for entry in sorted(wanted - {*WORDS}):
        named = {residue.label for residue in protein.residues if precision(residue, [entry])}
        if named <= removed:
            raise InputError(f"{entry} cannot be kept: it is the ligand of the pocket")


def _distances(protein: Protein, pocket: Pocket | None) -> np.ndarray:
    """How far the nearest atom of each atom's residue is from the box, float64 [N], Angstrom; 0 without a pocket."""
    if pocket is None:
        return np.zeros(len(protein))
    beyond = np.linalg.norm(np.maximum(np.abs(protein.positions - pocket.center) - pocket.size / 2, 0), axis=1)
    nearest = np.full(len(protein.residues), np.inf)
    np.minimum.at(nearest, protein.residue_index, beyond)
    return nearest[protein.residue_index]


def _names(residues: Iterable[Residue]) -> tuple[str, ...]:
    """Labels in the order of the file, waters counted."""
    listed = list(residues)
    labels = Counter(residue.label for residue in listed if residue.kind != "water")
    waters = sum(residue.kind == "water" for residue in listed)
    counted = [f"{waters} water{'s' if waters > 1 else ''}"] if waters else []
    return (*(label if count == 1 else f"{count} x {label}" for label, count in labels.items()), *counted)
