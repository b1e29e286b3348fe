"""Scores of given poses, from molgen or any other tool."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from rdkit import Chem
from scipy.spatial import KDTree
from torch import Tensor

from molgen.chem.formats.parsing import one_line
from molgen.chem.molecules.reading import InputRecord, read_molecules
from molgen.chem.molecules.reference import reference_ligand
from molgen.chem.molecules.standardize import prepare_molecule
from molgen.chem.molecules.writing import SdfRecord
from molgen.chem.proteins.entries import choose_chains
from molgen.chem.proteins.groups.stand_ins import StandIns, stand_ins, without_advice
from molgen.chem.proteins.reading import read_protein
from molgen.chem.proteins.structure import Pocket, Protein
from molgen.conformers.torsion_library import resolve_library
from molgen.docking.covalent.unseen import bond_note
from molgen.docking.ligand import ligand_of
from molgen.docking.pose_files import check_pose_file, write_pose_file
from molgen.docking.poses.output import sdf_records
from molgen.docking.poses.records import docking_result
from molgen.docking.ranking import RankedPose
from molgen.docking.records import DockConfig, DockingResult, Pose, with_note
from molgen.docking.refine import evaluated
from molgen.docking.site import Site, site_of
from molgen.errors import ParseError
from molgen.files import check_place
from molgen.former_names import takes_former_names
from molgen.outcomes import attempts
from molgen.physics.energy import DockingEnergy
from molgen.physics.rigid_bfgs import minimize as minimized

_MARGIN = 4.0
"""Angstrom around a pose that its box leaves free."""
_FARTHEST = 10.0  # Angstrom
_STEPS = 60
_ROUNDS = 20
_GAIN = 0.005  # kcal/mol


@dataclass(frozen=True)
class RescoreRow:
    """The outcome of one pose.

    Attributes:
        name, place: of the input record.
        pose: its score; None for a failure.
        result: the molecule with the (minimized) pose; None for a failure.
        error: reason of a failure, one line.
    """

    name: str
    place: str | None
    pose: Pose | None
    result: DockingResult | None
    error: str | None


@takes_former_names(minimise="minimize")
def rescore(
    protein: Protein | str | Path,
    pose: Chem.Mol,
    *,
    minimize: bool = False,
    reference: Chem.Mol | None = None,
    keep: Collection[str] = (),
    drop: Collection[str] = (),
    site: Site | None = None,
    torsion_library: str | Path = "default",
) -> DockingResult:
    """Score one pose as it is, or after minimization in the rigid receptor.

    Args:
        protein: a PDB or mmCIF file, or what was read from one.
        pose: with 3D coordinates; hydrogens may be missing. Its protonation is taken as drawn.
        minimize: minimize position, orientation and torsions first.
        reference: a pose of the same ligand to compare with.
        keep, drop: groups of the protein file that are, or are not, part of the receptor.
        site: a prepared site that holds the pose, instead of a new one.
        torsion_library: see :class:`molgen.docking.records.DockConfig`.

    Returns:
        a result with one pose.

    Raises:
        MolgenError: the molecule has no 3D coordinates or cannot be read.
    """
    begin = time.monotonic()
    if not isinstance(pose, Chem.Mol):
        raise ParseError(f"a pose is an RDKit Mol with 3D coordinates, not {one_line(repr(pose))[:100]}")
    if not pose.GetNumConformers() or not pose.GetConformer().Is3D():
        raise ParseError("the pose has no 3D coordinates")
    full = prepare_molecule(pose)
    ligand = ligand_of(full, keep_conformer=True, torsion_library=torsion_library)
    if site is None:
        structure = protein if isinstance(protein, Protein) else read_protein(protein)
        occupied = stand_ins_of([pose], structure, keep)
        box = box_around(ligand.templates[0].numpy(), occupied)
        site = site_of(structure, box, keep=keep, drop=drop)
    positions = ligand.templates[:1].permute(1, 2, 0).contiguous()
    direct = site.direct(ligand.classes, ligand.templates[0].numpy())
    energy = DockingEnergy(ligand.tree, direct, ligand.pairs, site.lower, site.upper, torsions=ligand.torsions)
    with torch.inference_mode():
        if minimize:
            positions = _downhill(energy, positions)
        refined = evaluated(ligand, energy, positions, torch.zeros(1, dtype=torch.long))
    settings = DockConfig(n=1, ph=None, keep_conformer=True, torsion_library=torsion_library)
    ranked = RankedPose(site, refined, 0, None)
    bonded = bond_note(full, site.receptor.protein)
    notes = [*map(without_advice, site.pocket.notes), *([bonded] if bonded else [])]
    return docking_result(
        ligand, [site], [ranked], settings, begin=begin, lowest=ranked, reference=reference, notes=notes
    )


def _downhill(energy: DockingEnergy, positions: Tensor) -> Tensor:
    """Poses [n, 3, B] minimized, restarting the minimizer until no pose improves."""
    lowest = float("inf")
    for _ in range(_ROUNDS):
        result = minimized(energy, energy.tree, positions, _STEPS)
        positions = result.positions
        if float(result.energies.min()) > lowest - _GAIN:
            break
        lowest = float(result.energies.min())
    return positions


def box_around(positions: np.ndarray, occupied: StandIns) -> Pocket:
    """The box around a pose [n, 3] with a margin; `occupied`: the groups that overlap the ligand."""
    low, high = positions.min(0) - _MARGIN, positions.max(0) + _MARGIN
    center, size = (low + high).astype(np.float64) / 2, (high - low).astype(np.float64)
    return Pocket(center, size, "the pose", occupied.removed, notes=occupied.notes, places=occupied.places)


def stand_ins_of(poses: Sequence[Chem.Mol], protein: Protein, keep: Collection[str] = ()) -> StandIns:
    """The groups that overlap the poses, such as the co-crystal ligand under any name."""
    heavy = [
        pose.GetConformer().GetPositions()[[atom.GetIdx() for atom in pose.GetAtoms() if atom.GetAtomicNum() > 1]]
        for pose in poses
        if pose.GetNumConformers()
    ]
    return stand_ins(protein, heavy, keep=keep) if any(map(len, heavy)) else StandIns((), ())


@takes_former_names(minimise="minimize")
def rescore_to_file(
    source: str | Path,
    protein: Protein | str | Path,
    output: str | Path,
    *,
    minimize: bool = False,
    reference: str | Path | None = None,
    keep: Collection[str] = (),
    drop: Collection[str] = (),
    chains: Collection[str] = (),
    torsion_library: str | Path = "default",
) -> list[RescoreRow]:
    """Score every pose of a file and write them, in their order; one row per record, a failure too.

    Raises:
        InputError: the protein, the source or the output cannot be used.
        CheckpointError: the library of torsions cannot be.
    """
    check_pose_file(output)
    resolve_library(torsion_library)
    check_place(output)
    torch.set_num_threads(1)
    records = list(read_molecules(Path(source)))
    structure = choose_chains(protein if isinstance(protein, Protein) else read_protein(protein), chains)
    compared = None if reference is None else reference_ligand(reference, bonds=False)
    occupied = stand_ins_of([record.mol for record in records if record.mol is not None], structure, keep)
    work = _PoseRescoring(structure, minimize, compared, occupied, keep, drop, torsion_library)
    rows = []
    for record, scored in attempts(records, work, lambda record: record.name):
        pose = None if scored.value is None else scored.value.poses[0]
        rows.append(RescoreRow(record.name, record.place, pose, scored.value, scored.error))
    written = [record for row in rows if row.result is not None for record in sdf_records(row.result, row.name)]
    if written:
        write_pose_file(output, _ranked(written))
    return rows


@dataclass
class _PoseRescoring:
    """Scores one pose after the other; the site of one serves those that follow as long as it holds them."""

    protein: Protein
    minimize: bool
    reference: Chem.Mol | None
    found: StandIns
    keep: Collection[str]
    drop: Collection[str]
    torsion_library: str | Path
    site: Site | None = None

    def __call__(self, record: InputRecord) -> DockingResult:
        mol = record.molecule()
        if not mol.GetNumConformers() or not mol.GetConformer().Is3D():
            raise ParseError("the pose has no 3D coordinates")
        if self.site is None or not _holds(self.site, mol):
            _check_near(self.protein, mol)
            box = box_around(mol.GetConformer().GetPositions(), self.found)
            self.site = site_of(self.protein, box, keep=self.keep, drop=self.drop)
        result = rescore(
            self.protein,
            mol,
            minimize=self.minimize,
            reference=self.reference,
            site=self.site,
            torsion_library=self.torsion_library,
        )
        return with_note(result, record.note)


def _check_near(protein: Protein, mol: Chem.Mol) -> None:
    """Refuse a pose far from the protein, whose score of zero would look like a result.

    Raises:
        ParseError: no atom of the protein is near.
    """
    away = float(KDTree(protein.positions).query(mol.GetConformer().GetPositions())[0].min())
    if away > _FARTHEST:
        raise ParseError(f"the pose is {away:.0f} A away from the nearest atom of the structure: another frame?")


def _holds(site: Site, mol: Chem.Mol) -> bool:
    """Whether a pose lies in the box of a site, away from its walls."""
    away = np.abs(mol.GetConformer().GetPositions() - site.pocket.center)
    return bool((away + 1.0 < site.pocket.size / 2).all())


def _ranked(records: Sequence[SdfRecord]) -> Iterator[SdfRecord]:
    for rank, record in enumerate(records, 1):
        yield replace(record, properties={**record.properties, "molgen_rank": rank})
