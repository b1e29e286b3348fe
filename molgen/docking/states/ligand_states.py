"""The states of a ligand to dock: protonation states, tautomers and stereoisomers of the input."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from rdkit import Chem

from molgen.chem.covalent.adduct import Adduct, adduct_of, with_residue_atom
from molgen.chem.covalent.request import CovalentBond
from molgen.chem.molecules.protonation import PHYSIOLOGICAL, has_stated_protons, protonate, protonation_states
from molgen.chem.molecules.standardize import molecule_notes, prepare_molecule
from molgen.chem.molecules.stereo import enumerate_stereo
from molgen.chem.molecules.tautomers import tautomers
from molgen.docking.covalent.part import Bonding
from molgen.docking.records import DockConfig
from molgen.errors import ParseError

_MOST_PRODUCTS = 8
_LIKELY = 4.1
"""kcal/mol above the dominant state: 3 units of pKa, one part in a thousand."""


@dataclass(frozen=True)
class LigandState:
    """One protonation state, tautomer and stereoisomer of a ligand.

    Attributes:
        mol: with explicit hydrogens and complete stereo.
        notes: what was decided on the way.
        energy: rough free energy above the dominant state in water, kcal/mol.
        bonding: to a residue, whose atoms are then part of `mol`.
    """

    mol: Chem.Mol
    notes: tuple[str, ...]
    energy: float = 0.0
    bonding: Bonding | None = None


def ligand_states(mol: Chem.Mol, config: DockConfig, *, largest_fragment: bool = False) -> list[LigandState]:
    """The states of a molecule that `config.ph`, `config.states` and `config.stereo` ask for, the dominant one first.

    Raises:
        MolgenError: the molecule cannot be docked.
    """
    if config.covalent is not None:
        mol = with_residue_atom(mol, CovalentBond.parse(config.covalent))
    full = prepare_molecule(mol, largest_fragment=largest_fragment)
    notes = molecule_notes(full)
    if config.covalent is not None:
        return _adduct_states(mol, full, notes, config)
    protonated = _protonated(full, config, stated=has_stated_protons(mol))
    return [
        LigandState(isomer.mol, tuple(dict.fromkeys((*notes, *state.notes, *isomer.notes))), state.energy)
        for state in protonated
        for isomer in _isomers(state.mol, config)
    ]


def _adduct_states(mol: Chem.Mol, full: Chem.Mol, notes: tuple[str, ...], config: DockConfig) -> list[LigandState]:
    """The states of a ligand after its reaction with a residue, with every stereoisomer of the product."""
    bond = CovalentBond.parse(str(config.covalent))
    states: dict[str, LigandState] = {}
    for isomer in _isomers(full, config):
        adduct = adduct_of(isomer.mol, bond)
        given = (*notes, adduct.note, *isomer.notes)
        for state in _protonated(prepare_molecule(adduct.mol), config, stated=has_stated_protons(mol)):
            for product in _products(state, adduct, bond):
                known = Chem.MolToSmiles(Chem.RemoveHs(product.mol))
                states.setdefault(known, replace(product, notes=tuple(dict.fromkeys((*given, *product.notes)))))
    return list(states.values())


def _products(state: LigandState, adduct: Adduct, bond: CovalentBond) -> list[LigandState]:
    """The stereoisomers of an adduct: where the reaction makes a center or a double bond all are docked."""
    isomers = [mol for mol, _ in enumerate_stereo(state.mol, "enumerate", _MOST_PRODUCTS)]
    note = f"the reaction leaves stereo open: {len(isomers)} isomers are docked and ranked together"
    bonding = Bonding(bond, adduct.reaction, adduct.n_ligand, adduct.attached)
    notes = (*state.notes, *([note] if len(isomers) > 1 else []))
    return [LigandState(mol, notes, state.energy, bonding) for mol in isomers]


def _protonated(full: Chem.Mol, config: DockConfig, *, stated: bool) -> list[LigandState]:
    ph = PHYSIOLOGICAL if config.ph == "auto" else config.ph
    if ph is None:
        return [LigandState(full, ())]
    if config.states > 1:
        return _likely_states(full, ph, config)
    if config.ph == "auto" and stated:
        return [LigandState(full, tuple(_kept_state_notes(full)))]
    state, notes = protonate(full, ph)
    return [LigandState(prepare_molecule(state), notes)]


def _likely_states(full: Chem.Mol, ph: float, config: DockConfig) -> list[LigandState]:
    """The `config.states` likeliest states of all tautomers, no two of them alike."""
    states = sorted(_all_states(full, ph, config), key=lambda state: state.energy)
    distinct: list[LigandState] = []
    seen: set[object] = set()
    for state in states:
        smiles, protons = Chem.MolToSmiles(Chem.RemoveHs(state.mol)), _protons(state.mol)
        if seen.isdisjoint((smiles, protons)) and state.energy < _LIKELY:
            distinct.append(state)
        seen |= {smiles, protons}
    return distinct[: config.states]


def _protons(mol: Chem.Mol) -> tuple[int, ...]:
    """Hydrogens of every heavy atom: equal for two ways to draw the same cation."""
    return tuple(atom.GetTotalNumHs(includeNeighbors=True) for atom in mol.GetAtoms() if atom.GetAtomicNum() > 1)


def _all_states(full: Chem.Mol, ph: float, config: DockConfig) -> Iterator[LigandState]:
    drawn = Chem.RemoveHs(full)
    forms = [(full, 0.0)] if config.keep_conformer else [(full, 0.0), *tautomers(drawn)[1:]]
    for form, above in forms:
        for state, notes, energy in protonation_states(prepare_molecule(form), ph, config.states):
            yield LigandState(prepare_molecule(state), notes, above + energy)


def _isomers(full: Chem.Mol, config: DockConfig) -> list[LigandState]:
    if config.keep_conformer:
        if not full.GetNumConformers() or not full.GetConformer().Is3D():
            raise ParseError("--keep-conformer needs a ligand with 3D coordinates")
        return [LigandState(full, ())]
    full.RemoveAllConformers()
    return [LigandState(isomer, (note,) if note else ()) for isomer, note in enumerate_stereo(full, config.stereo)]


def _kept_state_notes(full: Chem.Mol) -> list[str]:
    """Notes where the hydrogens of the input contradict the rules."""
    state, protons = protonate(full, PHYSIOLOGICAL)
    drawn, ruled = (
        [atom.GetFormalCharge() for atom in mol.GetAtoms() if atom.GetAtomicNum() > 1] for mol in (full, state)
    )
    if drawn == ruled:
        return []
    groups = [note for note in protons if note.split(" (")[0].endswith("protonated")]
    details = f" ({'; '.join(groups)})" if groups else ""
    return [
        f"protonation kept as the hydrogens of the input say, charge {sum(drawn)}; --protonate {PHYSIOLOGICAL} would "
        f"make it {sum(ruled)}{details}"
    ]
