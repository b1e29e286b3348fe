"""Where a molecule gains or loses protons, and the pKa there with what is charged already.

Cations nearby lower the pKa of a base, so that piperazines, vicinal diamines and biguanides take one proton.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection
from dataclasses import dataclass, replace

from rdkit import Chem

from molgen.chem.ionization.group import IonizableGroup
from molgen.chem.ionization.groups import GROUPS

_PKA_UNIT = 1.364  # RT ln 10 at 298 K, kcal/mol
# how much a cation lowers the pKa of a base by the number of bonds between the nitrogens: methylenediamine,
# ethylenediamine (9.9 and 6.9) and piperazine (9.7 and 5.3), propylenediamine (10.5 and 8.9)
_PKA_SHIFT = {1: 10.0, 2: 10.0, 3: 4.0, 4: 1.5}


@dataclass(frozen=True)
class IonizableSite:
    """An atom that can gain or lose a proton.

    Attributes:
        group: that it belongs to.
        atom: its index in the neutral molecule.
        pka: there, while nothing else is charged.
        center: index of the atom that it shares with others that have a later pKa; None for none.
    """

    group: IonizableGroup
    atom: int
    pka: float
    center: int | None


@dataclass(frozen=True)
class Ionization:
    """What prevails at a site.

    Attributes:
        site: the atom.
        pka: there, with what else is charged.
        ph: of the solution.
        is_minor: it is in the state that does not prevail.
    """

    site: IonizableSite
    pka: float
    ph: float
    is_minor: bool = False

    @property
    def is_charged(self) -> bool:
        """Whether the acid has lost its proton, or the base has gained one."""
        prevails = self.pka < self.ph if self.site.group.kind == "acid" else self.pka > self.ph
        return prevails != self.is_minor

    @property
    def minor_energy(self) -> float:
        """Free energy of the state that does not prevail above the one that does, kcal/mol."""
        return _PKA_UNIT * abs(self.pka - self.ph)

    @property
    def charge(self) -> int:
        """Formal charge of the atom when it is charged."""
        return -1 if self.site.group.kind == "acid" else 1


def ionizations(neutral: Chem.Mol, ph: float, anions: Collection[int] = ()) -> list[Ionization]:
    """Every ionizable site of a neutral molecule: acids, the strongest first, then bases, the strongest first.

    Args:
        neutral: without charges that a proton can balance.
        ph: of the solution.
        anions: indices of atoms that were drawn with a negative charge: of the oxygens of a phosphate or another acid
            with several protons they are the ones that keep it.
    """
    sites = _sites(neutral)
    return [*_acids(neutral, sites, ph, anions), *_bases(neutral, sites, ph)]


def likely_states(sites: list[Ionization], count: int) -> list[tuple[list[Ionization], float]]:
    """The `count` states of lowest free energy, each with it in kcal/mol; sites are taken to be independent.

    The first is the one in which every site is as it prevails.
    """
    ordered = sorted(range(len(sites)), key=lambda index: sites[index].minor_energy)
    subsets: list[tuple[float, tuple[int, ...]]] = [(0.0, ())]
    for index in ordered:
        more = [(energy + sites[index].minor_energy, (*chosen, index)) for energy, chosen in subsets]
        subsets = sorted([*subsets, *more])[:count]
    return [
        ([replace(site, is_minor=index in chosen) for index, site in enumerate(sites)], energy)
        for energy, chosen in subsets
    ]


def _acids(neutral: Chem.Mol, sites: list[IonizableSite], ph: float, anions: Collection[int]) -> list[Ionization]:
    def order(site: IonizableSite) -> tuple[float, bool, int]:
        return site.pka, site.center is None or site.atom not in anions, site.atom

    acids = sorted((site for site in sites if site.group.kind == "acid"), key=order)
    states: list[Ionization] = []
    for site in acids:
        charged = [state.site for state in states if state.is_charged]
        states.append(Ionization(site, _pka_beside(neutral, site, charged), ph))
    return states


def _pka_beside(neutral: Chem.Mol, acid: IonizableSite, charged: list[IonizableSite]) -> float:
    """The pKa of an acid when others have lost their proton."""
    before = sum(site.center == acid.center for site in charged)
    if acid.group.later_pkas and before:
        return acid.group.later_pkas[min(before, len(acid.group.later_pkas)) - 1]
    anions = {site.atom for site in charged if site.group.name == acid.group.name}
    is_beside = acid.group.anion_shift and _bonds_to_nearest(neutral, acid.atom, anions)
    return acid.pka + (acid.group.anion_shift if is_beside else 0.0)


def _bases(neutral: Chem.Mol, sites: list[IonizableSite], ph: float) -> list[Ionization]:
    bases = sorted((site for site in sites if site.group.kind == "base"), key=lambda site: (-site.pka, site.atom))
    cations = {atom.GetIdx() for atom in neutral.GetAtoms() if _is_lasting_cation(atom)}
    states: list[Ionization] = []
    for site in bases:
        bonds = _bonds_to_nearest(neutral, site.atom, cations)
        state = Ionization(site, site.pka - _PKA_SHIFT.get(bonds, 0.0), ph)
        states.append(state)
        if state.is_charged:
            cations |= _spread(neutral, site.atom)
    return states


def _sites(neutral: Chem.Mol) -> list[IonizableSite]:
    """The ionizable atoms, each with the first group that matches it."""
    sites: dict[int, IonizableSite] = {}
    for group in GROUPS:
        for match in neutral.GetSubstructMatches(group.pattern, uniquify=False, maxMatches=10_000):
            if match[0] not in sites:
                center = match[1] if group.later_pkas else None
                sites[match[0]] = IonizableSite(group, match[0], group.pka_at(neutral, match[0]), center)
    return list(sites.values())


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
