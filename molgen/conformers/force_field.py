"""The force field on many conformers of one molecule: all at once where MMFF94s knows it, else one by one with UFF."""

from __future__ import annotations

import copy
from dataclasses import replace

import numpy as np
import torch
from rdkit import Chem

from molgen.chem.atom_types.mmff_terms import MMFFTerms, mmff_terms
from molgen.chem.molecules.force_field import Energies, minimize_conformers
from molgen.chem.molecules.octahedra import octahedral_centers
from molgen.chem.molecules.positions import with_conformers
from molgen.chem.molecules.stereo.cumulenes import cumulene_torsions
from molgen.conformers.batching.meeting import asked
from molgen.conformers.batching.minimization import Minimization, minimize_together
from molgen.conformers.restraints import DISTANCE_STIFFNESS, Restraints
from molgen.physics.lbfgs import graph_preconditioner
from molgen.physics.mmff import MMFFEnergy
from molgen.runtime.threads import one_thread

RDKIT_STEPS, OCTAHEDRAL_STEPS = 1.6, 10.0
"""Steps of RDKit's minimizer that come as low as one of the batch; and with six neighbors at an atom, which the
embedding leaves anywhere."""
DIELECTRIC = 2.0
"""Of the energies of conformers that are not at minima: with 4, or four times the distance, acids are still anti."""


class ConformerField:
    """MMFF94s (UFF where it has no parameters) for conformers of a molecule with explicit hydrogens.

    The energies are those of :func:`molgen.chem.molecules.force_field.minimize_conformers`, to 0.01 kcal/mol; they are
    minimized by L-BFGS on all conformers at once, on a GPU also of other molecules. A
    step stands for one and a half of RDKit's. The ends of cumulenes are kept planar or perpendicular by a term that is
    no part of the energies.

    Args:
        mol: with explicit hydrogens.
        restraints: besides, no part of the energies.
        device: where conformers are minimized; molecules with restraints are on the CPU.
    """

    def __init__(self, mol: Chem.Mol, restraints: Restraints | None = None, device: torch.device | str = "cpu") -> None:
        self.mol, self.restraints = mol, restraints
        self.device = torch.device("cpu" if restraints is not None else device)
        self.terms = mmff_terms(mol)
        self._rdkit_steps = OCTAHEDRAL_STEPS if octahedral_centers(mol) else RDKIT_STEPS
        if self.terms is not None:
            pairs = restraints.core_pairs() if restraints is not None else None
            self._start = torch.from_numpy(graph_preconditioner(self.terms, pairs, DISTANCE_STIFFNESS)).float()
            self._shape = restraints.shape() if restraints is not None else None
            self._cumulenes = cumulene_torsions(mol)
            if len(self._cumulenes[0]):
                self.device = torch.device("cpu")
            self._set_energies()

    def with_torsional_terms(self, torsions: np.ndarray, barriers: np.ndarray) -> ConformerField:
        """The force field with additional torsional terms.

        Args:
            torsions: int64 [m, 4], their atoms.
            barriers: [m, 3], V1, V2 and V3 of MMFF94's torsional term, kcal/mol.

        Raises:
            ValueError: MMFF94s has no parameters for the molecule.
        """
        if self.terms is None:
            raise ValueError("torsional terms are added to those of MMFF94s, which has no parameters for this molecule")
        return self._with_terms(_with_torsions(self.terms, torsions, barriers))

    def with_contacts_among(self, atoms: np.ndarray) -> ConformerField:
        """The force field with nonbonded terms among these atoms only; bonded terms are those of all atoms.

        Args:
            atoms: int [a].
        """
        if self.terms is None:
            return self
        kept = np.isin(self.terms.pairs, atoms).all(1)
        return self._with_terms(replace(self.terms, pairs=self.terms.pairs[kept], contact=self.terms.contact[kept]))

    def _with_terms(self, terms: MMFFTerms) -> ConformerField:
        changed = copy.copy(self)
        changed.terms = terms
        changed._set_energies()
        return changed

    def _set_energies(self) -> None:
        """With and without charges: the energies, and what is minimized in their place."""
        assert self.terms is not None
        self._energies = _with_and_without_charges(self.terms)
        biased = _with_torsions(self.terms, *self._cumulenes)
        self._biased = _with_and_without_charges(biased) if len(self._cumulenes[0]) else {True: None, False: None}

    @property
    def knows_charges(self) -> bool:
        """Whether there is an electrostatic term; UFF is used without."""
        return self.terms is not None

    def energies(self, positions: np.ndarray, *, electrostatics: bool = True) -> Energies:
        """Energies of conformers [k, atoms, 3]."""
        return self.minimize(positions, 0, electrostatics=electrostatics)[1]

    def screened_energies(self, positions: np.ndarray) -> Energies:
        """Energies of conformers [k, atoms, 3] with the charges in a dielectric of 2, as between vacuum and water.

        Strain alone makes the anti form of acids the lowest and breaks hydrogen bonds; charges in vacuum, also with a
        dielectric that grows with the distance, put extended conformers far above folded ones. With charges of both
        signs even this dielectric does so, and energies are those without charges.
        """
        bare, charged = self.energies(positions, electrostatics=False), self.energies(positions)
        if not self.knows_charges or has_both_signs(self.mol):
            return bare
        values = bare.values + (charged.values - bare.values) / DIELECTRIC
        return Energies(values, f"{charged.method} in a dielectric of {DIELECTRIC:g}")

    @one_thread()
    def minimize(
        self, positions: np.ndarray, steps: int, *, electrostatics: bool = True, max_force: float = 0.1
    ) -> tuple[np.ndarray, Energies]:
        """Conformers after at most so many steps, and their energies; one that becomes non-finite stays as it was.

        Args:
            positions: [k, atoms, 3], Angstrom.
            steps: at most; 0 computes the energies only.
            electrostatics: include the charges.
            max_force: a conformer is done when its largest force is below, kcal/mol/Angstrom.

        Returns:
            positions [k, atoms, 3], and energies [k] with their method.
        """
        if self.terms is None:
            return self._one_by_one(positions, steps, electrostatics)
        request = self.request(positions.transpose(1, 2, 0), steps, electrostatics, max_force)
        moved, values = asked(minimize_together, request)
        result = np.ascontiguousarray(moved.permute(2, 0, 1).double().numpy()) if steps else positions
        energies = values.double().numpy()
        if self.restraints is not None:
            result = self.restraints.placed(result)
        method = "MMFF94s" if electrostatics else "MMFF94s without electrostatics"
        return result, Energies(np.where(np.isfinite(energies), energies, np.nan), method)

    def request(
        self, positions: np.ndarray, steps: int, electrostatics: bool = True, max_force: float = 0.1
    ) -> Minimization:
        """The request to minimize conformers [atoms, 3, k]; needs MMFF94s parameters."""
        given = torch.from_numpy(np.ascontiguousarray(positions)).float()
        energy, bias = self._energies[electrostatics], self._biased[electrostatics]
        return Minimization(energy, self._start, given, steps, max_force, self.device, self._shape, bias)

    def _one_by_one(self, positions: np.ndarray, steps: int, electrostatics: bool) -> tuple[np.ndarray, Energies]:
        """Minimize by RDKit, one conformer at a time."""
        mol, restrain = with_conformers(self.mol, positions), self.restraints and self.restraints.add_to
        moved, energies = minimize_conformers(
            mol, round(self._rdkit_steps * steps), electrostatics=electrostatics, restrain=restrain
        )
        return moved if self.restraints is None else self.restraints.placed(moved), energies


def _with_torsions(terms: MMFFTerms, torsions: np.ndarray, barriers: np.ndarray) -> MMFFTerms:
    """The terms and further torsional ones."""
    return replace(
        terms,
        torsions=np.concatenate([terms.torsions, torsions]),
        barriers=np.concatenate([terms.barriers, barriers]),
    )


def _with_and_without_charges(terms: MMFFTerms) -> dict[bool, MMFFEnergy]:
    energy = MMFFEnergy(terms)
    return {True: energy, False: energy.with_charges(False)}


def has_both_signs(mol: Chem.Mol) -> bool:
    """Whether a molecule has charges of both signs, not counting those of bonded neighbors (nitro groups)."""
    charged = [atom for atom in mol.GetAtoms() if atom.GetFormalCharge() and not _is_compensated(atom)]
    return len({atom.GetFormalCharge() > 0 for atom in charged}) == 2


def _is_compensated(atom: Chem.Atom) -> bool:
    return any(other.GetFormalCharge() * atom.GetFormalCharge() < 0 for other in atom.GetNeighbors())
