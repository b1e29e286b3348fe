"""Selection of the residues to pack, and mutations."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

import numpy as np

from molgen.chem.formats.parsing import one_line, shortened
from molgen.chem.proteins.pockets.residues import named_residues
from molgen.chem.proteins.structure import Protein, Residue
from molgen.chem.side_chains.records import SideChainRecord, plain_type
from molgen.chem.side_chains.residues import HAS_ATOM, HAS_CHI, INDEX, NAMES
from molgen.errors import InputError
from molgen.packing.records import PackConfig
from molgen.packing.residues.bonded import bonded_side_chains

_MUTATION = re.compile(r"(?P<residue>.+):(?P<name>[A-Za-z]{3})")


@dataclass(frozen=True)
class Selection:
    """Residues of a record, ready to be packed.

    Attributes:
        types: int64 [R], after mutation.
        atoms: float32 [R, 14, 3], Angstrom, with an O where the structure lacks it.
        moves: bool [R], side chains to pack.
        complete: bool [R], residues of which the structure has all atoms.
        mutated: bool [R], residues that get another name.
        kept: reason -> labels of the residues that are fixed for it.
    """

    types: np.ndarray
    atoms: np.ndarray
    moves: np.ndarray
    complete: np.ndarray
    mutated: np.ndarray
    kept: dict[str, list[str]]

    def moving(self, moves: np.ndarray) -> Selection:
        """The same residues with another mask [R] of moving ones."""
        return replace(self, moves=moves)

    def part(self, rows: np.ndarray) -> Selection:
        """The selection restricted to some of the residues."""
        arrays = {name: getattr(self, name)[rows] for name in ("types", "atoms", "moves", "complete", "mutated")}
        return replace(self, **arrays)


def select(protein: Protein, record: SideChainRecord, config: PackConfig) -> Selection:
    """The selection of a configuration.

    Raises:
        InputError: there are no amino acids, or nothing to pack, or a name is of nothing in the structure.
    """
    if not len(record):
        raise InputError("no amino acid has its N, CA and C: there is no backbone to put side chains on")
    position = {int(index): r for r, index in enumerate(record.residues)}
    types = record.types.copy()
    asked, mutated = np.zeros(len(types), dtype=bool), np.zeros(len(types), dtype=bool)
    for text in config.mutate:
        residue, kind = _mutation(text, protein)
        place = _place(residue, protein, position)
        if asked[place]:
            raise InputError(f"'{one_line(text)}': {residue.label} is mutated twice")
        types[place], asked[place], mutated[place] = kind, True, residue.name != NAMES[kind]
    wanted = _wanted(protein, record, config, position)
    if config.only_incomplete:
        wanted &= ~is_whole(record.types, record.present)
    if not (config.residues or config.around or config.only_incomplete) and config.mutate:
        wanted[:] = False
    selection = selection_of(protein, record, types, wanted | asked, mutated)
    stiff = wanted & ~asked & ~selection.moves & ~np.asarray(HAS_CHI.any(-1))[types]
    bare = [
        residue.label
        for index, residue in enumerate(protein.residues)
        if residue.kind == "polymer" and plain_type(residue.name)[0] in INDEX and index not in position
    ]
    notes = {"not packed, N, CA or C is missing": bare}
    if config.residues:
        notes["nothing to find, no angle of the side chain can turn"] = [
            _label(protein, record, r) for r in np.flatnonzero(stiff).tolist()
        ]
    return replace(selection, kept=selection.kept | {text: labels for text, labels in notes.items() if labels})


def selection_of(
    protein: Protein, record: SideChainRecord, types: np.ndarray, wanted: np.ndarray, mutated: np.ndarray
) -> Selection:
    """Residues ``wanted`` and ``mutated``, bool [R], of which those bonded to another group are kept."""
    complete = is_whole(record.types, record.present)
    has_chi = np.asarray(HAS_CHI.any(-1))
    moves = (wanted | mutated) & (has_chi[types] | mutated | ~complete)
    to_group = moves & complete & bonded_side_chains(protein, record)
    bonded = to_group & ~mutated
    decided = {
        "side chains kept, bonded to another group or residue": bonded,
        "mutated, and the group that was bonded to the side chain stays where it is": to_group & mutated,
    }
    kept = {
        text: [_label(protein, record, r) for r in np.flatnonzero(rows).tolist()]
        for text, rows in decided.items()
        if rows.any()
    }
    return Selection(types, _with_oxygen(record), moves & ~bonded, complete & ~mutated, mutated, kept)


def is_whole(types: np.ndarray, present: np.ndarray) -> np.ndarray:
    """bool [R], residues that have all their atoms but perhaps O."""
    needed = HAS_ATOM[types].copy()
    needed[:, 3] = False
    return np.asarray((present | ~needed).all(-1))


def _wanted(protein: Protein, record: SideChainRecord, config: PackConfig, position: dict[int, int]) -> np.ndarray:
    if config.residues and config.around:
        raise InputError("residues are named and asked for around a group; give one of the two")
    wanted = np.zeros(len(record), dtype=bool)
    if config.residues:
        chosen = named_residues(config.residues, protein)
        if not chosen:
            raise InputError("no residues are named; the form is A:57,A:102-105")
        for residue in chosen:
            wanted[_place(residue, protein, position)] = True
    elif config.around:
        centers = _groups(protein, config.around)
        points = np.concatenate([protein.positions[center.start : center.stop] for center in centers])
        for r, index in enumerate(record.residues):
            residue = protein.residues[int(index)]
            own = protein.positions[residue.start : residue.stop]
            gap = np.linalg.norm(own[:, None] - points[None], axis=-1).min()
            wanted[r] = gap <= config.reach
        if not wanted.any():
            labels = shortened([center.label for center in centers], 8)
            raise InputError(f"no residue has an atom within {config.reach:g} A of {labels}")
    else:
        wanted[:] = True
    return wanted


def _place(residue: Residue, protein: Protein, position: dict[int, int]) -> int:
    index = protein.residues.index(residue)
    if index in position:
        return position[index]
    if plain_type(residue.name)[0] not in INDEX:
        raise InputError(f"{residue.label} is none of the twenty amino acids")
    own = protein.atom_names[residue.start : residue.stop]
    lacking = " and ".join(name for name in ("N", "CA", "C") if name not in own)
    raise InputError(f"{residue.label} lacks {lacking}, without which there is no place for a side chain")


def _mutation(text: str, protein: Protein) -> tuple[Residue, int]:
    match = _MUTATION.fullmatch(text.strip())
    if match is None:
        raise InputError(f"'{one_line(text)}' is no mutation; the form is A:57:ALA")
    name = match["name"].upper()
    if name not in INDEX:
        raise InputError(f"'{one_line(text)}': {name} is none of the twenty amino acids: {' '.join(NAMES)}")
    residues = named_residues(match["residue"], protein)
    if len(residues) != 1:
        raise InputError(f"'{one_line(text)}' names {len(residues)} residues; a mutation is of one")
    return residues[0], INDEX[name]


def _groups(protein: Protein, text: str) -> list[Residue]:
    """All groups of a name in any case, the one of a label, or residues of a chain (A:57)."""
    groups = [residue for residue in protein.residues if residue.kind not in ("polymer", "water")]
    named = [residue for residue in groups if text in (residue.label, residue.label.split(":", 1)[1])]
    named = named or [residue for residue in groups if text.upper() == residue.name.upper()]
    if not named and (":" in text or text[:1].isdigit()):
        return named_residues(text, protein)
    if not named:
        there = shortened([residue.label for residue in groups], 8) or "none"
        raise InputError(f"there is no group '{one_line(text)}'; the groups are {there}")
    return named


def _with_oxygen(record: SideChainRecord) -> np.ndarray:
    """Where O is missing it is put opposite to the middle of CA and the next N, or of CA alone."""
    atoms = record.atoms.copy()
    for r in np.flatnonzero(~record.present[:, 3]).tolist():
        ca, c = atoms[r, 1], atoms[r, 2]
        follows = r + 1 < len(atoms) and np.linalg.norm(atoms[r + 1, 0] - c) < 2.0
        away = c - ca if not follows else 2 * c - ca - atoms[r + 1, 0]
        atoms[r, 3] = c + 1.23 * away / max(float(np.linalg.norm(away)), 1e-3)
    return atoms


def _label(protein: Protein, record: SideChainRecord, r: int) -> str:
    return protein.residues[int(record.residues[r])].label
