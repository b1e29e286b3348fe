"""All checks of the poses of one ligand in one receptor."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch
from numpy.typing import NDArray
from rdkit import Chem
from torch import Tensor

from molgen.chem.proteins.structure import Protein
from molgen.metrics.validity.bounds import within_limits
from molgen.metrics.validity.distances import FAR_LIMIT, near_enough, no_clash, pair_distances
from molgen.metrics.validity.energy import ENERGY_LIMIT, pose_energies, relaxed_energy
from molgen.metrics.validity.flatness import all_flat, none_flat
from molgen.metrics.validity.ligand import LigandTables, ligand_tables
from molgen.metrics.validity.overlap import OVERLAP_LIMIT, volume_overlap
from molgen.metrics.validity.receptor import GROUPS, CheckedReceptor, covalent_radii, receptor_atoms, vdw_radii

_BLOCK = 32  # poses at once
_VOLUME_SCALES = {"protein": 0.8, "organic_cofactors": 0.8, "inorganic_cofactors": 0.5, "waters": 0.5}


@dataclass(frozen=True)
class Validity:
    """Verdicts on B poses.

    Attributes:
        names: of the checks, as PoseBusters calls them.
        passed: bool [B, checks].
    """

    names: tuple[str, ...]
    passed: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.passed)

    def check(self, name: str) -> NDArray[np.bool_]:
        """Verdicts of one check, bool [B]."""
        return self.passed[:, self.names.index(name)]

    @property
    def valid(self) -> NDArray[np.bool_]:
        """Whether each pose passes every check, bool [B]."""
        return np.all(self.passed, axis=1)

    def failed(self, pose: int) -> tuple[str, ...]:
        """Names of the checks that a pose fails."""
        return tuple(name for name, passed in zip(self.names, self.passed[pose], strict=True) if not passed)


@dataclass(frozen=True)
class ValidityChecker:
    """Checks poses of one ligand in one receptor; made by ``prepare_validity``.

    Attributes:
        ligand: tables of the molecule with all atoms that it came with.
        receptor: atoms of the receptor; None leaves out the checks that need one.
    """

    ligand: LigandTables
    receptor: CheckedReceptor | None

    def __call__(self, positions: Tensor, *, energy: bool = False) -> Validity:
        """Check poses; a pose with a coordinate that is not finite fails everything.

        Args:
            positions: [B, atoms, 3] in Angstrom, of all atoms of the molecule or of its heavy atoms only.
            energy: check the UFF energy too (``internal_energy``), which takes seconds for the first pose of a ligand
                and 10 ms or more for each; a ligand without UFF parameters passes.

        Raises:
            ValueError: the shape of ``positions`` does not fit the molecule.
        """
        x = positions.detach().to("cpu", torch.float64)
        ligand = self._tables_for(x)
        finite = x.isfinite().all(dim=-1).all(dim=-1)
        blocks = [self._check(ligand, block, energy) for block in x.nan_to_num(0.0, 0.0, 0.0).split(_BLOCK)]
        passed = np.concatenate([np.stack(list(block.values()), axis=1) for block in blocks])
        return Validity(tuple(blocks[0]), passed & finite.numpy()[:, None])

    def energy_ratio(self, positions: Tensor) -> NDArray[np.float64]:
        """UFF energy of poses [B, atoms, 3] over that of relaxed conformers, [B]; NaN without UFF parameters."""
        x = positions.detach().to("cpu", torch.float64)
        return pose_energies(self._tables_for(x).mol, x.numpy()) / self._relaxed_energy

    def _check(self, ligand: LigandTables, x: Tensor, energy: bool) -> dict[str, NDArray[np.bool_]]:
        passed = {name: verdict.numpy() for name, verdict in _shape_checks(ligand, x).items()}
        passed["tetrahedral_chirality"], passed["double_bond_stereochemistry"] = ligand.stereo_kept(x.numpy())
        if energy:
            passed["internal_energy"] = ~(self.energy_ratio(x) > ENERGY_LIMIT)
        return passed if self.receptor is None else passed | self._receptor_checks(ligand, x, self.receptor)

    @staticmethod
    def _receptor_checks(ligand: LigandTables, x: Tensor, receptor: CheckedReceptor) -> dict[str, NDArray[np.bool_]]:
        corners = x.flatten(0, 1)
        low, high = corners.amin(dim=0).numpy() - FAR_LIMIT, corners.amax(dim=0).numpy() + FAR_LIMIT
        around = ((receptor.positions >= low) & (receptor.positions <= high)).all(axis=1)
        checks = {}
        for number, group in enumerate(GROUPS):
            chosen = around & (receptor.groups == number)
            atoms = torch.from_numpy(receptor.positions[chosen])
            elements = receptor.elements[chosen]
            checks |= _group_checks(group, ligand, x, elements, atoms)
        return checks

    def _tables_for(self, positions: Tensor) -> LigandTables:
        shape = tuple(positions.shape)
        sizes = (self.ligand.mol.GetNumAtoms(), len(self.ligand.heavy))
        if positions.ndim != 3 or shape[0] == 0 or shape[2] != 3 or shape[1] not in sizes:
            raise ValueError(f"expected poses [B, {sizes[0]} or {sizes[1]}, 3] with B > 0, got {shape}")
        return self.ligand if shape[1] == sizes[0] else self._bare_ligand

    @cached_property
    def _bare_ligand(self) -> LigandTables:
        return ligand_tables(Chem.RemoveAllHs(self.ligand.mol))

    @cached_property
    def _relaxed_energy(self) -> float:
        return relaxed_energy(self.ligand.mol)


def prepare_validity(mol: Chem.Mol, receptor: CheckedReceptor | Protein | None = None) -> ValidityChecker:
    """Prepare the checks of the poses of ``mol`` in ``receptor``, or of its conformers alone.

    Args:
        mol: the ligand, with or without hydrogens. Its chiral tags and double-bond stereo are the ones that poses have
            to keep; its conformers are not used.
        receptor: everything around the ligand, without the ligand itself; None checks the ligand's own geometry only.

    Raises:
        ParseError: the ligand cannot be sanitized or has no heavy atoms.
    """
    atoms = receptor_atoms(receptor) if isinstance(receptor, Protein) else receptor
    return ValidityChecker(ligand_tables(mol), atoms)


def _shape_checks(ligand: LigandTables, x: Tensor) -> dict[str, Tensor]:
    return {
        "bond_lengths": within_limits(x, ligand.limits.bonds),
        "bond_angles": within_limits(x, ligand.limits.angles),
        "internal_steric_clash": within_limits(x, ligand.limits.others),
        "aromatic_ring_flatness": all_flat(x, ligand.aromatic),
        "non-aromatic_ring_non-flatness": none_flat(x, ligand.puckered),
        "double_bond_flatness": all_flat(x, ligand.double),
    }


def _group_checks(
    group: str, ligand: LigandTables, x: Tensor, elements: NDArray[np.int64], atoms: Tensor
) -> dict[str, NDArray[np.bool_]]:
    """Distance and overlap of poses [B, n, 3] with one group of receptor atoms, elements [m] at ``atoms`` [m, 3]."""
    distances = pair_distances(x, atoms)
    heavy = distances[:, ligand.heavy]
    radii = covalent_radii if group == "inorganic_cofactors" else vdw_radii
    contact = torch.from_numpy(radii(ligand.elements)), torch.from_numpy(radii(elements))
    overlap = volume_overlap(ligand.mol, x, elements, atoms, distances, _VOLUME_SCALES[group])
    checks = {"protein-ligand_maximum_distance": near_enough(heavy).numpy()} if group == "protein" else {}
    return checks | {
        f"minimum_distance_to_{group}": no_clash(heavy, *contact).numpy(),
        f"volume_overlap_with_{group}": overlap <= OVERLAP_LIMIT,
    }
