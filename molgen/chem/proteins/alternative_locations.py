"""Which atom records make up a residue, and which of its alternative locations is read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

from molgen.chem.formats.mmcif.atom_site import AtomSite
from molgen.chem.formats.residue_names import WATERS, is_standard
from molgen.chem.proteins.structure import Alternative

_SAME_PLACE = 0.5  # Angstrom; two atoms cannot be closer
_LONGEST_BOND = 2.5  # Angstrom
_MOST_COPIES, _COPY_SIZES = 8, range(3, 300)


@dataclass(frozen=True)
class Selection:
    """One location of every residue.

    Fields:
        residues: for each residue the indices of its atom records, in the order of the file.
        alternatives: the residues that have further locations.
        duplicates: how many records repeat an atom that was there before.
    """

    residues: list[list[int]]
    alternatives: list[Alternative]
    duplicates: int


def select_locations(atoms: Sequence[AtomSite]) -> Selection:
    """Group atom records into residues and choose the most occupied location of each; the first of equals.

    The location is that with the highest mean occupancy in a residue, all of whose atoms are then from it; atoms that
    it lacks are from their own most occupied one. Two components at one place in the sequence are alternatives, too.
    Records of a residue may lie apart in the file. Standard residues, water and ions that come twice under one number
    are two residues; a second record of an atom at the same place (0.5 Angstrom) is left out.
    """
    groups, duplicates = _group(atoms)
    rivals = _rivals(atoms, groups)
    residues: list[list[int]] = []
    alternatives: list[Alternative] = []
    for place, group in enumerate(groups):
        if place in rivals and rivals[place] != place:
            continue
        chosen = _one_location(atoms, group) if any(atoms[index].altloc for index in group) else group
        if len(chosen) < len(group) or place in rivals:
            alternatives.append(
                _alternative(atoms, group, [groups[k] for k in rivals if rivals[k] == place and k != place])
            )
        residues.append(chosen)
    return Selection(residues, alternatives, duplicates)


def _alternative(atoms: Sequence[AtomSite], group: list[int], rivals: list[list[int]]) -> Alternative:
    """What is read of a residue, and the locations of it and of its `rivals`, other components there, that are not."""
    shares = _occupancies(atoms, group)
    best = max(shares, key=lambda altloc: shares[altloc])
    among = [altloc for other in (group, *rivals) for altloc in _occupancies(atoms, other)]
    return Alternative(
        atoms[group[0]].label,
        best,
        tuple(letter for letter in among if letter != best),
        round(shares[best], 2),
        tuple(f"{atoms[other[0]].label} ({', '.join(_occupancies(atoms, other))})" for other in rivals),
    )


def _group(atoms: Sequence[AtomSite]) -> tuple[list[list[int]], int]:
    groups: list[list[int]] = []
    latest: dict[tuple, int] = {}
    seen: dict[tuple, AtomSite] = {}
    duplicates = 0
    for index, atom in enumerate(atoms):
        key = (atom.chain, atom.number, atom.insertion, atom.residue)
        latest_group = latest.get(key, -1)
        earlier = seen.get((latest_group, atom.name, atom.altloc))
        if earlier is not None and _distance(earlier, atom) < _SAME_PLACE:
            duplicates += 1
            continue
        if latest_group < 0 or (earlier is not None and _has_unique_names(atom)):
            latest_group = latest[key] = len(groups)
            groups.append([])
        groups[latest_group].append(index)
        seen[latest_group, atom.name, atom.altloc] = atom
    return [copy for group in groups for copy in _copies(atoms, group)], duplicates


def _copies(atoms: Sequence[AtomSite], group: list[int]) -> list[list[int]]:
    """The copies of a compound that stand one after the other under one label, apart from each other."""
    names = [atoms[index].name for index in group]
    size = len(set(names))
    count = len(names) // size
    is_repeated = 1 < count <= _MOST_COPIES and size in _COPY_SIZES and names == names[:size] * count
    if not is_repeated or any(atoms[index].altloc for index in group):
        return [group]
    copies = [group[k : k + size] for k in range(0, len(group), size)]
    nearest = min(_distance(atoms[i], atoms[j]) for one, other in combinations(copies, 2) for i in one for j in other)
    return copies if nearest > _LONGEST_BOND else [group]


def _distance(first: AtomSite, second: AtomSite) -> float:
    return ((first.x - second.x) ** 2 + (first.y - second.y) ** 2 + (first.z - second.z) ** 2) ** 0.5


def _has_unique_names(atom: AtomSite) -> bool:
    """Whether a second such atom in a residue can only be that of another residue; ligands may call all carbons C."""
    if atom.element == 1:
        return False
    named_alike = atom.residue.strip("0123456789") == atom.name.strip("0123456789").upper()
    return is_standard(atom.residue) or atom.residue in WATERS or named_alike


def _rivals(atoms: Sequence[AtomSite], groups: list[list[int]]) -> dict[int, int]:
    """For groups that are different components at one place, under different altlocs: the group that is read."""
    sites: dict[tuple, list[int]] = {}
    for place, group in enumerate(groups):
        first = atoms[group[0]]
        if first.altloc:
            sites.setdefault((first.chain, first.number, first.insertion), []).append(place)
    rivals = {}
    for places in sites.values():
        labels = [{atoms[index].altloc for index in groups[place]} for place in places]
        disjoint = sum(map(len, labels)) == len(set().union(*labels))
        if len(places) > 1 and disjoint and not any("" in label for label in labels):
            best = max(places, key=lambda place: max(_occupancies(atoms, groups[place]).values()))
            rivals.update(dict.fromkeys(places, best))
    return rivals


def _occupancies(atoms: Sequence[AtomSite], group: list[int]) -> dict[str, float]:
    """Mean occupancy of each alternative location, in the order of the file."""
    shares: dict[str, list[float]] = {}
    for index in group:
        if atoms[index].altloc:
            shares.setdefault(atoms[index].altloc, []).append(atoms[index].occupancy)
    return {altloc: sum(values) / len(values) for altloc, values in shares.items()}


def _one_location(atoms: Sequence[AtomSite], group: list[int]) -> list[int]:
    shares = _occupancies(atoms, group)
    best = max(shares, key=lambda altloc: shares[altloc])
    chosen = [index for index in group if atoms[index].altloc in ("", best)]
    there = {atoms[index].name for index in chosen}
    others: dict[str, int] = {}
    for index in group:
        atom = atoms[index]
        if atom.name not in there and atom.element > 1:
            rival = others.get(atom.name)
            if rival is None or atom.occupancy > atoms[rival].occupancy:
                others[atom.name] = index
    return sorted([*_without_repeats(atoms, chosen), *others.values()])


def _without_repeats(atoms: Sequence[AtomSite], chosen: list[int]) -> list[int]:
    """`chosen` without atoms of the chosen location that are there without a location, too."""
    common = {atoms[index].name for index in chosen if not atoms[index].altloc}
    return [index for index in chosen if not atoms[index].altloc or atoms[index].name not in common]
