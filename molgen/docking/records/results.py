"""The results of docking."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from rdkit import Chem

from molgen.chem.proteins.structure import Pocket, Protein
from molgen.docking.covalent.result import DockedBond
from molgen.docking.records.config import DockConfig
from molgen.metrics.interactions import Interaction, UnsatisfiedAtom
from molgen.views import viewer


@dataclass(frozen=True)
class Pose:
    """One pose of a ligand.

    Attributes:
        rank: from 1.
        conformer: its id in the molecule of the result, or of its variant.
        score: Vina's affinity, kcal/mol: (inter + intra - intra of the pose of lowest energy) x rotor factor. As a
            binding free energy it is rough.
        intermolecular, intramolecular: kcal/mol, before the rotor factor.
        torsional: kcal/mol, how uncommon its torsions are in crystals of like molecules; part of the energy that poses
            are minimized and ranked by, not of the score.
        terms: weighted parts of the intermolecular energy, kcal/mol.
        strain: energy above the best free conformer, kcal/mol (MMFF94s without electrostatics); nan if unknown.
        checks: name of a validity check -> passed.
        rmsd: symmetric heavy-atom RMSD to the reference ligand, Angstrom; None without one.
        pocket: name of its pocket.
        confidence: probability that the pose is near-native, within 2 Angstrom; None where it was not predicted.
        interactions: with the receptor, by kind and residue; atoms of the ligand are those of the result's molecule.
        unsatisfied: donors and acceptors of the ligand without a partner.
        interaction_similarity: Tanimoto similarity of the interaction fingerprint to the reference's; None without one.
        variant: index of the state that it is of, where several were docked.
        bond_length: of the covalent bond to the receptor, Angstrom; None without one.
        structure: index of the receptor's structure that it is in (:attr:`DockingResult.structures`).
        moved: residues whose side chains differ from the file.
        packing_energy: of that packing above the structure's own, kcal/mol; 0 where none has moved.
        known_ligand: the known ligand that it overlaps most; None where known ligands do not count.
        known_overlap: how far it fills its space (:func:`molgen.models.pose_confidence.known.overlaps`); 1.3 for a
            ligand on itself, 0 for one elsewhere.
    """

    rank: int
    conformer: int
    score: float
    intermolecular: float
    intramolecular: float
    terms: Mapping[str, float]
    strain: float
    checks: Mapping[str, bool]
    rmsd: float | None
    pocket: str
    confidence: float | None = None
    interactions: tuple[Interaction, ...] = ()
    unsatisfied: tuple[UnsatisfiedAtom, ...] = ()
    interaction_similarity: float | None = None
    variant: int = 0
    bond_length: float | None = None
    structure: int = 0
    moved: tuple[str, ...] = ()
    packing_energy: float = 0.0
    torsional: float = 0.0
    known_ligand: str | None = None
    known_overlap: float | None = None

    @property
    def valid(self) -> bool:
        """All checks are passed."""
        return all(self.checks.values())

    @property
    def failed(self) -> tuple[str, ...]:
        """The checks that are not."""
        return tuple(name for name, passed in self.checks.items() if not passed)


@dataclass(frozen=True)
class DockingResult:
    """Poses of one ligand, best first.

    Attributes:
        mol: the ligand as it was docked, with explicit hydrogens and one conformer per pose; of several variants
            that of the best pose.
        poses: in rank order.
        pockets: that were searched.
        receptor: the structure that was docked into; that of the best pose, where there are several.
        kept, dropped: groups of the file that are part of the receptor, or not.
        notes: what was decided about the ligand (protonation, stereo), one line each.
        seconds: wall time, without reading the protein.
        config: how it was docked.
        variants: the states that have poses, each as `mol`, where several were docked.
        bond: to a residue of the receptor, where the ligand was docked through one.
        structures: all structures that poses are in: of an ensemble, or with other packings of side chains.
        receptor_notes: what was decided about the structure and its pockets, and what is missing near these.
    """

    mol: Chem.Mol
    poses: tuple[Pose, ...]
    pockets: tuple[Pocket, ...]
    receptor: Protein = field(repr=False)
    kept: tuple[str, ...]
    dropped: tuple[str, ...]
    notes: tuple[str, ...]
    seconds: float
    config: DockConfig
    receptor_notes: tuple[str, ...] = ()
    variants: tuple[Chem.Mol, ...] = ()
    bond: DockedBond | None = None
    structures: tuple[Protein, ...] = field(default=(), repr=False)

    def receptor_of(self, pose: Pose) -> Protein:
        """The structure that a pose is in."""
        return self.structures[pose.structure] if self.structures else self.receptor

    def mol_of(self, pose: Pose) -> Chem.Mol:
        """The molecule whose conformer `pose.conformer` is the pose."""
        return self.variants[pose.variant] if self.variants else self.mol

    @property
    def link(self) -> tuple[int, int] | None:
        """Atoms of the receptor and of the ligand with a covalent bond between them."""
        return None if self.bond is None else (self.bond.receptor_atom, self.bond.ligand_atom)

    def to_dataframe(self) -> Any:
        """One row a pose, as a pandas DataFrame (:func:`molgen.docking.poses.tables.pose_rows`).

        Raises:
            ConfigError: pandas is not installed.
        """
        from molgen.docking.poses.tables import pose_frame

        return pose_frame(self)

    def save(self, path: str | Path, name: str = "ligand") -> None:
        """Write the poses as an SD or PDBQT file, .sdf or .pdbqt (also .gz), under this title.

        Raises:
            InputError: the file cannot be written.
        """
        from molgen.docking.pose_files import write_pose_file
        from molgen.docking.poses.output import sdf_records

        write_pose_file(path, sdf_records(self, name))

    def view(self, pose: int | Pose = 1, *, surface: bool | str = False, height: int = 450) -> Any:
        """An interactive 3D view of a pose in its pocket with its interactions, an `ipymolstar` widget.

        Args:
            pose: its rank, or the pose.
            surface: draw that of the receptor; "surface_hydrophobic" and "surface_charge" color it.
            height: in pixels.

        Raises:
            ConfigError: there is no such pose, or ipymolstar is not installed.
        """
        rank = pose if isinstance(pose, int) else pose.rank
        return viewer("pose_view")(self, rank, surface=surface, height=height)

    def _repr_html_(self) -> str:
        from molgen.docking.poses.tables import pose_html

        return pose_html(self)


def with_note(result: DockingResult, note: str) -> DockingResult:
    """The result with one more note in front; the result itself where the note is empty."""
    return replace(result, notes=(note, *result.notes)) if note else result
