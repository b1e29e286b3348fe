"""What a ligand is when it is docked: protonation states, tautomers and stereoisomers of what the input draws."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from rdkit import Chem

from molgen.chem.molecules.protonation import PHYSIOLOGICAL, has_stated_protons, protonate, protonation_states
from molgen.chem.molecules.standardize import molecule_notes, prepare_molecule
from molgen.chem.molecules.stereo import enumerate_stereo
from molgen.chem.molecules.tautomers import tautomers
from molgen.docking.records import DockConfig
from molgen.errors import ParseError

_LIKELY = 4.1
"""kcal/mol above the dominant state: 3 units of pKa, one part in a thousand."""


@dataclass(frozen=True)
class LigandState:
    """One protonation state, tautomer and stereoisomer of a ligand.

    Attributes:
        mol: with explicit hydrogens and complete stereo.
        notes: what was decided on the way.
        energy: rough free energy above the dominant state in water, kcal/mol.
    """

    mol: Chem.Mol
    notes: tuple[str, ...]
    energy: float = 0.0


def ligand_states(mol: Chem.Mol, config: DockConfig, *, largest_fragment: bool = False) -> list[LigandState]:
    """The states of a molecule that `config.ph`, `config.states` and `config.stereo` ask for, the dominant one first.

    Raises:
        MolgenError: the molecule cannot be docked.
    """
    full = prepare_molecule(mol, largest_fragment=largest_fragment)
    notes = molecule_notes(full)
    protonated = _protonated(full, config, stated=has_stated_protons(mol))
    return [
        LigandState(isomer.mol, tuple(dict.fromkeys((*notes, *state.notes, *isomer.notes))), state.energy)
        for state in protonated
        for isomer in _isomers(state.mol, config)
    ]


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
    """What the hydrogens of the input say against the rules, where they do."""
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
