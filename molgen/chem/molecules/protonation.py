"""The dominant protonation state of a molecule at a pH, by the rules of `molgen.chem.ionization.groups`.

A rule gives each ionizable atom a typical pKa. Of an equilibrium only the larger part is kept: N-alkyl morpholines
(7.2) and imidazoles (7.0) are neutral at 7.4; where both parts are sizable a note says so.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from rdkit import Chem
from rdkit.Chem.MolStandardize import rdMolStandardize

from molgen.chem.formats.parsing import atom_name, shortened, silent_rdkit
from molgen.chem.ionization.protons import with_charges
from molgen.chem.ionization.sites import Ionization, ionizations, likely_states
from molgen.errors import InputError

PHYSIOLOGICAL = 7.4
_ORIGIN = "_molgen_origin"
_NEAR = 0.51
"""Units between pH and pKa below which both states are there: a quarter or more of each."""


def protonate(mol: Chem.Mol, ph: float = PHYSIOLOGICAL) -> tuple[Chem.Mol, tuple[str, ...]]:
    """The protonation state of `mol` that prevails at a pH, and what has been decided.

    The charges that the molecule comes with do not matter, except those that no proton can balance (quaternary N,
    nitro, N-oxides). Stereo, atom maps, properties, coordinates and the order of heavy atoms are kept. Where hydrogens
    are explicit, the new ones are too, at the end and with coordinates; tautomers are not changed.

    Args:
        mol: sanitized.
        ph: 0 to 14.

    Returns:
        the molecule, and notes: one for each kind of group that is charged, for each charge that was taken away, and
        for each kind of group whose pKa is near the pH.

    Raises:
        InputError: `ph` is out of range.
    """
    state, notes, _ = protonation_states(mol, ph, 1)[0]
    return state, notes


def protonation_states(
    mol: Chem.Mol, ph: float = PHYSIOLOGICAL, count: int = 1
) -> list[tuple[Chem.Mol, tuple[str, ...], float]]:
    """The `count` likeliest protonation states at a pH, the dominant one first.

    Args:
        mol, ph: as in :func:`protonate`.
        count: at most so many.

    Returns:
        of each the molecule, notes as of :func:`protonate`, and the free energy above the dominant state in kcal/mol:
        RT ln 10 |pKa - pH| for each site that is in its other state.

    Raises:
        InputError: `ph` is out of range.
    """
    if not 0.0 <= ph <= 14.0:
        raise InputError(f"a pH of {ph} is not between 0 and 14")
    with silent_rdkit():
        neutral = _neutral_heavy(mol)
        sites = ionizations(neutral, ph, _drawn_anions(mol, neutral))
        return [(*_state(mol, neutral, states, ph), energy) for states, energy in likely_states(sites, count)]


def _state(
    mol: Chem.Mol, neutral: Chem.Mol, sites: Sequence[Ionization], ph: float
) -> tuple[Chem.Mol, tuple[str, ...]]:
    """`mol` with its sites charged as they say, and the notes."""
    target = {atom.GetIntProp(_ORIGIN): atom.GetFormalCharge() for atom in neutral.GetAtoms()}
    by_atom = {neutral.GetAtomWithIdx(site.site.atom).GetIntProp(_ORIGIN): site for site in sites}
    for index, site in by_atom.items():
        target[index] += site.charge if site.is_charged else 0
    removed = [mol.GetAtomWithIdx(index) for index, charge in target.items() if _loses(mol, index, charge)]
    notes = (*_charged_notes(sites), *_removed_notes(removed, by_atom, ph), *_near_notes(sites))
    return with_charges(mol, target), notes


def has_stated_protons(mol: Chem.Mol) -> bool:
    """Whether a molecule says by explicit hydrogens how it is protonated: all are explicit, or all on N, O, S, ... are.

    Hydrogens that mark a stereocenter alone do not count, nor do the implicit ones of a SMILES, unless every atom is
    written in brackets with its hydrogens: `[CH3][NH2]`.
    """
    heavy = [atom for atom in mol.GetAtoms() if atom.GetAtomicNum() > 1]
    if not any(atom.GetAtomicNum() == 1 and atom.GetDegree() == 1 for atom in mol.GetAtoms()):
        return len(heavy) > 1 and all(atom.GetNoImplicit() for atom in heavy) and not _is_from_block(mol)
    polar = [atom for atom in heavy if atom.GetAtomicNum() != 6]
    bound = [any(end.GetAtomicNum() == 1 for end in atom.GetNeighbors()) for atom in polar]
    if all(atom.GetTotalNumHs() == 0 for atom in heavy):
        return True
    return any(bound) and all(atom.GetTotalNumHs() == 0 for atom in polar)


def _is_from_block(mol: Chem.Mol) -> bool:
    return mol.GetNumConformers() > 0


def _neutral_heavy(mol: Chem.Mol) -> Chem.Mol:
    """The neutral form without ordinary hydrogens, whose atoms remember their index in `mol`."""
    marked = Chem.Mol(mol)
    for atom in marked.GetAtoms():
        atom.SetIntProp(_ORIGIN, atom.GetIdx())
    neutral = rdMolStandardize.Uncharger(True, True, True).uncharge(Chem.RemoveHs(marked))
    Chem.SanitizeMol(neutral)
    return neutral


def _drawn_anions(mol: Chem.Mol, neutral: Chem.Mol) -> set[int]:
    """Atoms of the neutral form that have a negative charge in `mol`."""
    origins = {atom.GetIdx(): atom.GetIntProp(_ORIGIN) for atom in neutral.GetAtoms()}
    return {index for index, origin in origins.items() if mol.GetAtomWithIdx(origin).GetFormalCharge() < 0}


def _loses(mol: Chem.Mol, index: int, charge: int) -> bool:
    drawn = mol.GetAtomWithIdx(index).GetFormalCharge()
    return drawn != 0 and charge * drawn < drawn * drawn


def _charged_notes(states: Sequence[Ionization]) -> Iterable[str]:
    verbs = {"acid": "deprotonated", "base": "protonated"}
    charged = (state.site.group for state in states if state.is_charged)
    return _counted(f"{group.name} {verbs[group.kind]}" for group in charged)


def _removed_notes(removed: Sequence[Chem.Atom], states: dict[int, Ionization], ph: float) -> Iterable[str]:
    """A note for each group and charge of the input that is not there any more."""
    atoms: dict[tuple[int, str], list[str]] = {}
    for atom in removed:
        state = states.get(atom.GetIdx())
        reason = f"{state.site.group.name}, pKa about {state.pka:.1f}" if state else "no group that keeps it"
        atoms.setdefault((atom.GetFormalCharge(), reason), []).append(atom_name(atom))
    for (charge, reason), names in atoms.items():
        keeps = "--protonate no keeps it"
        yield f"charge {charge:+d} of {shortened(names)} taken away at pH {ph:g} ({reason}); {keeps}"


def _near_notes(states: Sequence[Ionization]) -> Iterable[str]:
    near = [state for state in states if abs(state.pka - state.ph) < _NEAR]
    return _counted(
        f"both states of {state.site.group.name} are likely: its pKa of about {state.pka:.1f} is near pH {state.ph:g}, "
        "--states 2 docks both"
        for state in near
    )


def _counted(texts: Iterable[str]) -> Iterable[str]:
    return (text if count == 1 else f"{text} ({count} times)" for text, count in Counter(texts).items())
