"""The dominant protonation state of a molecule at a pH, by the rules of `molgen.chem.molecules.ionizable`.

A rule gives each ionizable atom a typical pKa. Cations nearby lower the pKa of a base, so that piperazines, vicinal
diamines and biguanides take one proton. Of an equilibrium only the larger part is kept: N-alkyl morpholines (7.2) and
imidazoles (7.0) are neutral at 7.4.
"""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass

from rdkit import Chem
from rdkit.Chem.MolStandardize import rdMolStandardize

from molgen.chem.formats.parsing import silent_rdkit
from molgen.chem.molecules.ionizable import GROUPS, IonizableGroup
from molgen.errors import InputError

# how much a cation lowers the pKa of a base by the number of bonds between the nitrogens: methylenediamine,
# ethylenediamine (9.9 and 6.9) and piperazine (9.7 and 5.3), propylenediamine (10.5 and 8.9)
_PKA_SHIFT = {1: 10.0, 2: 10.0, 3: 4.0, 4: 1.5}
_ORIGIN = "_molgen_origin"


@dataclass(frozen=True)
class _Site:
    group: IonizableGroup
    atom: int
    center: int | None


def protonate(mol: Chem.Mol, ph: float = 7.4) -> tuple[Chem.Mol, tuple[str, ...]]:
    """The protonation state of `mol` that prevails at a pH, and one note for each kind of group that is charged.

    The charges that the molecule comes with do not matter, except those that no proton can balance (quaternary N,
    nitro, N-oxides). Stereo, atom maps, properties, coordinates and the order of heavy atoms are kept. Where hydrogens
    are explicit, the new ones are too, at the end and with coordinates; tautomers are not changed.

    Args:
        mol: sanitized.
        ph: 0 to 14.

    Raises:
        InputError: `ph` is out of range.
    """
    if not 0.0 <= ph <= 14.0:
        raise InputError(f"a pH of {ph} is not between 0 and 14")
    with silent_rdkit():
        neutral = _neutral_heavy(mol)
        charged = _charged_sites(neutral, ph)
        target = {atom.GetIntProp(_ORIGIN): atom.GetFormalCharge() for atom in neutral.GetAtoms()}
        for site in charged:
            target[neutral.GetAtomWithIdx(site.atom).GetIntProp(_ORIGIN)] += 1 if site.group.kind == "base" else -1
        return _with_charges(mol, target), _notes(charged)


def _neutral_heavy(mol: Chem.Mol) -> Chem.Mol:
    """The neutral form without ordinary hydrogens, whose atoms remember their index in `mol`."""
    marked = Chem.Mol(mol)
    for atom in marked.GetAtoms():
        atom.SetIntProp(_ORIGIN, atom.GetIdx())
    neutral = rdMolStandardize.Uncharger(True, True, True).uncharge(Chem.RemoveHs(marked))
    Chem.SanitizeMol(neutral)
    return neutral


def _charged_sites(neutral: Chem.Mol, ph: float) -> list[_Site]:
    sites = _sites(neutral)
    acids = sorted((site for site in sites if site.group.kind == "acid"), key=lambda site: (site.group.pka, site.atom))
    bases = sorted((site for site in sites if site.group.kind == "base"), key=lambda site: (-site.group.pka, site.atom))
    charged: list[_Site] = []
    centers: set[int | None] = set()
    for site in acids:
        second = site.group.second_pka if site.center in centers else None
        if (site.group.pka if second is None else second) < ph:
            charged.append(site)
            centers.add(site.center)
    cations = {atom.GetIdx() for atom in neutral.GetAtoms() if _is_lasting_cation(atom)}
    for site in bases:
        bonds = _bonds_to_nearest(neutral, site.atom, cations)
        if site.group.pka - _PKA_SHIFT.get(bonds, 0.0) > ph:
            charged.append(site)
            cations |= _spread(neutral, site.atom)
    return charged


def _sites(neutral: Chem.Mol) -> list[_Site]:
    """The ionizable atoms, each with the first group that matches it."""
    found: dict[int, _Site] = {}
    for group in GROUPS:
        for match in neutral.GetSubstructMatches(group.pattern, uniquify=False, maxMatches=10_000):
            center = match[1] if group.second_pka is not None else None
            found.setdefault(match[0], _Site(group, match[0], center))
    return list(found.values())


def _is_lasting_cation(atom: Chem.Atom) -> bool:
    return atom.GetFormalCharge() > 0 and all(end.GetFormalCharge() >= 0 for end in atom.GetNeighbors())


def _spread(neutral: Chem.Mol, atom: int) -> set[int]:
    """The nitrogens that share the charge of a protonated one: those of an amidine or guanidine."""
    carbons = [
        bond.GetOtherAtomIdx(atom)
        for bond in neutral.GetAtomWithIdx(atom).GetBonds()
        if bond.GetBondType() == Chem.BondType.DOUBLE
    ]
    ends = [end for carbon in carbons for end in neutral.GetAtomWithIdx(carbon).GetNeighbors()]
    return {atom, *(end.GetIdx() for end in ends if end.GetSymbol() == "N")}


def _bonds_to_nearest(mol: Chem.Mol, start: int, goals: set[int]) -> int:
    """Number of bonds from an atom to the nearest other of some atoms; 0 if none is within four bonds."""
    seen, queue = {start: 0}, deque([start])
    while queue:
        atom = queue.popleft()
        for end in mol.GetAtomWithIdx(atom).GetNeighbors():
            if end.GetIdx() in seen:
                continue
            seen[end.GetIdx()] = seen[atom] + 1
            if end.GetIdx() in goals:
                return seen[end.GetIdx()]
            if seen[end.GetIdx()] < max(_PKA_SHIFT):
                queue.append(end.GetIdx())
    return 0


def _with_charges(mol: Chem.Mol, target: dict[int, int]) -> Chem.Mol:
    """A copy of `mol` with the formal charges of `target` (index -> charge), made by adding and removing protons."""
    edited = Chem.RWMol(mol)
    explicit = any(atom.GetAtomicNum() == 1 for atom in edited.GetAtoms())
    leaving: list[int] = []
    gaining: list[int] = []
    for index, charge in target.items():
        atom = edited.GetAtomWithIdx(index)
        change = charge - atom.GetFormalCharge()
        if change == 0:
            continue
        bound = [end.GetIdx() for end in atom.GetNeighbors() if end.GetAtomicNum() == 1]
        drop = bound[len(bound) + change :] if change < 0 else []
        for hydrogen in drop:
            _drop_from_chirality(atom, hydrogen)
        leaving += drop
        implicit = atom.GetTotalNumHs() + change + len(drop)
        atom.SetFormalCharge(charge)
        atom.SetNumExplicitHs(implicit)
        atom.SetNoImplicit(True)
        gaining.append(index)
    if not gaining:
        return Chem.Mol(mol)
    edited.UpdatePropertyCache(strict=False)
    result = Chem.AddHs(edited, addCoords=True, onlyOnAtoms=gaining) if explicit else edited
    trimmed = Chem.RWMol(result)
    for index in sorted(leaving, reverse=True):
        trimmed.RemoveAtom(index)
    final = trimmed.GetMol()
    Chem.SanitizeMol(final)
    Chem.AssignStereochemistry(final, cleanIt=True, force=True)
    return final


def _drop_from_chirality(atom: Chem.Atom, hydrogen: int) -> None:
    """Keep the handedness of an atom that loses a hydrogen: its tag is about the order of its bonds."""
    ends = [bond.GetOtherAtomIdx(atom.GetIdx()) for bond in atom.GetBonds()]
    if (len(ends) - 1 - ends.index(hydrogen)) % 2:
        atom.InvertChirality()


def _notes(charged: list[_Site]) -> tuple[str, ...]:
    verbs = {"acid": "deprotonated", "base": "protonated"}
    counts = Counter(f"{site.group.name} {verbs[site.group.kind]}" for site in charged)
    return tuple(text if count == 1 else f"{text} ({count} times)" for text, count in counts.items())
