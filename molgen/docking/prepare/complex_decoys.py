"""From crystal complexes to labeled decoys: ligands docked back, or into another structure of their protein.

Each pose has its symmetric RMSD to the crystal's.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import numpy as np
import torch
from rdkit import Chem
from torch import Tensor

from molgen.chem.features.molecule_features import molecule_graph
from molgen.chem.molecules.standardize import prepare_molecule
from molgen.chem.proteins.pockets import find_pockets
from molgen.chem.proteins.reading import read_protein
from molgen.datasets.parts.block_runner import PreparationInput
from molgen.datasets.parts.preparation import Preparation
from molgen.datasets.records.complexes import PlacedLigand
from molgen.datasets.records.decoys import LabeledPoses, encode_decoys
from molgen.datasets.structure_clusters import with_clusters
from molgen.datasets.structure_files import ComplexFiles, find_complexes, named
from molgen.docking.dock import energy_of, searched
from molgen.docking.learned import learned_of
from molgen.docking.ligand import Ligand, prepare_ligand
from molgen.docking.prepare.complexes import MAX_PERMUTATIONS
from molgen.docking.prepare.cross_pairs import other_structure, own_and_pairs
from molgen.docking.prepare.crystal import check_distance, crystal_ligand, protein_file
from molgen.docking.prepare.labeled_poses import count_poses, labeled_poses
from molgen.docking.prepare.relatives import known_of, known_overlaps, with_relatives
from molgen.docking.prepare.repacked import repacked
from molgen.docking.proposals import denoised
from molgen.docking.records import DockConfig
from molgen.docking.refine import Refined, evaluated, representatives
from molgen.docking.site import Site, site_of
from molgen.errors import ParseError
from molgen.former_names import renamed, with_former_names
from molgen.geometry.alignment import kabsch
from molgen.geometry.internal_coordinates import internal_coordinates
from molgen.geometry.torsions import dihedral_angles
from molgen.limits import above, at_least
from molgen.metrics.poses import pose_matches, pose_rmsd_matrix
from molgen.metrics.symmetry import automorphisms, heavy_coordinates
from molgen.models.pose_confidence.support import found_back_from, samples_nearby
from molgen.models.pose_flow.denoising import has_denoising_errors
from molgen.models.pose_flow.model import PoseModel
from molgen.physics.energy import DockingEnergy
from molgen.physics.rigid_bfgs import minimize

_STEPS = 60
_NATIVE, _NATIVE_SPACING = 6, 0.3
"""Minima of the crystal pose that are kept, and Angstrom between them."""


@with_former_names
@dataclass(frozen=True)
class ComplexDecoyConfig:
    """How the ligand of every crystal complex is docked; lengths in Angstrom.

    Attributes:
        redock: ligands are docked back into their own structures.
        cross: ordered pairs of complexes of one group that are made besides, at most: the ligand of one is docked into
            the structure of the other, laid over its own. Pairs that are no fair test (`PocketComparison`) fail.
        repacked: ligands are docked into pockets of which some side chains are moved to where they also might be
            (:func:`molgen.docking.prepare.repacked.repacked`); complexes in which they stand in its place fail.
        effort: of the search.
        proposals: "random" starts alone, or "both": those of a pose model too.
        pose_model: "default" or a weights file.
        seed: of the search, the template conformers, the order of the complexes, and the side chains that are moved.
        ph: at which the ligand is protonated.
        max_heavy_atoms, max_torsions: of a ligand; complexes of larger ones are left out, as named failures.
        box: edge of the search box around the middle of the crystal pose, at least.
        margin: by which the box is longer than the crystal pose.
        spacing: least symmetric RMSD between two poses.
        near_native: where no pose is nearer to the crystal's, minima of the crystal pose itself are added.
        nearest, farthest: limits of the smallest distance between ligand and receptor (metals aside for the lower
            one); outside of them a ligand is bonded to the receptor, or is elsewhere.
        clusters: a .csv with columns id and cluster (`molgen prepare clusters`); "": the clusters that SOURCE names,
            else those of the sequences.
        timeout: seconds for the embedding of a ligand.
        block: complexes per part file.
    """

    redock: bool = True
    cross: int = 0
    repacked: bool = False
    effort: Literal["quick", "normal", "thorough"] = "normal"
    proposals: Literal["random", "both"] = "random"
    pose_model: str = "default"
    seed: int = 1
    ph: float = 7.4
    max_heavy_atoms: int = 45
    max_torsions: int = 14
    box: float = 22.5
    margin: float = 8.0
    spacing: float = 1.0
    near_native: float = renamed("right", 2.0)
    nearest: float = 1.9
    farthest: float = 5.0
    clusters: str = ""
    timeout: float = 60.0
    block: int = 100

    def __post_init__(self) -> None:
        _ = self.docking  # which checks the values
        at_least(self, 1, "max_heavy_atoms", "block")
        at_least(self, 0, "cross", "max_torsions", "margin", "near_native", "nearest")
        above(self, self.nearest, "farthest")
        above(self, 0, "box")

    @property
    def docking(self) -> DockConfig:
        """The same as docking has it."""
        return DockConfig(
            seed=self.seed,
            effort=self.effort,
            ph=self.ph,
            min_rmsd=self.spacing,
            timeout=self.timeout,
            proposals=self.proposals,
            pose_model=self.pose_model,
            rank="energy",
        )


def spread(complexes: Sequence[ComplexFiles], seed: int) -> list[ComplexFiles]:
    """Shuffled, and so that the clusters take turns: all first members, then all second ones."""
    members: dict[str, int] = defaultdict(int)
    turns = []
    for index in np.random.default_rng(seed).permutation(len(complexes)):
        cluster = complexes[index].cluster
        turns.append((members[cluster], complexes[index]))
        members[cluster] += 1
    return [entry for _, entry in sorted(turns, key=lambda turn: turn[0])]


@torch.inference_mode()
def crystal_minima(site: Site, ligand: Ligand, energy: DockingEnergy, crystal: np.ndarray) -> Refined:
    """Minima of the template conformers with the torsions of a crystal pose, laid over it; the best first.

    Args:
        site, ligand: what is docked.
        energy: of the search.
        crystal: float [n, 3], in the atom order of the ligand, Angstrom.
    """
    goal = torch.from_numpy(crystal).float()
    shapes = _with_torsions_of(ligand, goal)
    motion = kabsch(shapes, goal.expand_as(shapes))
    laid = shapes @ motion.rotation.transpose(-1, -2) + motion.translation[:, None]
    exact = energy.with_field(site.direct(ligand.classes, laid.reshape(-1, 3).numpy()))
    positions = minimize(exact, ligand.tree, laid.permute(1, 2, 0).contiguous(), _STEPS).positions
    minima = evaluated(ligand, exact, positions, torch.arange(len(laid)))
    minima = minima.pick(minima.total.argsort())
    return minima.pick(representatives(ligand, minima.positions, _NATIVE_SPACING, _NATIVE))


def decoys_of_complex(files: ComplexFiles, config: ComplexDecoyConfig) -> LabeledPoses:
    """The poses of one crystal complex.

    Raises:
        MolgenError: a file is missing or cannot be used; the ligand is too large, or bonded to the receptor, or
            elsewhere.
    """
    path, crystal = crystal_ligand(files, lambda mol: mol)
    true = heavy_coordinates(crystal)[0]
    ligand = _docked_ligand(crystal, config)
    site = _site(files, path, true, config).with_maps(ligand.classes)
    matches = pose_matches(crystal, ligand.mol).permutations
    ordered = true[np.argsort(matches[0])]
    learned = learned_of(config.docking)
    poses = [searched(site, ligand, config.docking, (), learned)]
    support = supported(learned.poses, site, ligand, poses[0])
    if pose_rmsd_matrix(true[None], poses[0].positions, matches).min() > config.near_native:
        poses.append(crystal_minima(site, ligand, energy_of(site, ligand), ordered))
    positions = torch.cat([refined.positions for refined in poses])
    energies = torch.cat([own.intermolecular + own.intramolecular + own.torsional for own in poses])
    rmsds = pose_rmsd_matrix(true[None], positions, matches)[0]
    placed = _placed(ligand, ordered, files)
    values = positions.numpy(), energies.numpy(), rmsds.numpy()
    stated = {"support": support, "known": known_overlaps(values[0], known_of(files, crystal))}
    return labeled_poses(site.network_atoms, placed, *values, searched=len(poses[0].total), **stated)


def supported(model: PoseModel | None, site: Site, ligand: Ligand, refined: Refined) -> np.ndarray | None:
    """What a pose model says of refined poses, of which it proposed some, [B, len(SUPPORT_FEATURES)]; None without."""
    if model is None or refined.sampled is None or not has_denoising_errors(model):
        return None
    recovered = found_back_from(denoised(model, site, ligand, refined.positions))
    return torch.cat([samples_nearby(refined.sampled)[:, None], recovered], 1).numpy()


def _placed(ligand: Ligand, positions: np.ndarray, files: ComplexFiles) -> PlacedLigand:
    """The ligand where the crystal has it; positions [n, 3] in its own atom order."""
    permutations = automorphisms(ligand.mol, MAX_PERMUTATIONS).permutations.astype(np.uint8)
    return PlacedLigand(ligand.graph, permutations, positions, (-1, -1), files.cluster, files.name)


def _docked_ligand(crystal: Chem.Mol, config: ComplexDecoyConfig) -> Ligand:
    """The ligand as a user would give it, without the structure of the crystal."""
    mol = Chem.MolFromSmiles(Chem.MolToSmiles(Chem.RemoveHs(crystal)))
    mol = prepare_molecule(mol, max_heavy_atoms=config.max_heavy_atoms)
    torsions = molecule_graph(mol).n_torsions
    if torsions > config.max_torsions:
        raise ParseError(f"{torsions} rotatable bonds, at most {config.max_torsions} are taken")
    return prepare_ligand(mol, config.docking, with_itself=False).ligand


def _site(files: ComplexFiles, ligand: Path, crystal: np.ndarray, config: ComplexDecoyConfig) -> Site:
    """The site around a crystal pose [n, 3] whose file is `ligand`."""
    whole = read_protein(protein_file(files)) if files.native is None else other_structure(files, ligand, crystal)
    size = max(config.box, float(np.ptp(crystal, axis=0).max()) + config.margin)
    pocket = find_pockets(ligand, whole)[0]
    site = site_of(whole, replace(pocket, center=crystal.mean(0), size=np.full(3, size)))
    if config.repacked:
        site = site.in_packing(repacked(site.receptor.protein, site.pocket, config.seed), None)
    if files.native is None or config.repacked:
        check_distance(site.receptor.protein, crystal, config)
    return site


def _with_torsions_of(ligand: Ligand, goal: Tensor) -> Tensor:
    """The template conformers [T, n, 3] with the torsions of one pose [n, 3]."""
    torsions = torch.from_numpy(ligand.graph.torsions.astype(np.int64))
    shape = internal_coordinates(ligand.templates, torsions, torch.from_numpy(ligand.graph.moving))
    return shape.positions(dihedral_angles(goal, torsions))


def _inputs(source: Path, config: ComplexDecoyConfig) -> list[PreparationInput]:
    complexes = with_clusters(find_complexes(source), config.clusters)
    wanted = with_relatives(own_and_pairs(complexes, config), complexes, config.seed)
    return named(spread(wanted, config.seed))


def _poses(files: ComplexFiles, config: ComplexDecoyConfig) -> list[LabeledPoses]:
    return [decoys_of_complex(files, config)]


prepare_complex_decoys = Preparation(ComplexDecoyConfig, _inputs, _poses, encode_decoys, count_poses)
"""Labeled decoys of every crystal complex of a folder or a table (see `find_complexes`); under a limit one of every
 cluster comes before the second of any.

The ligand is docked from its SMILES; nothing of the crystal pose but the place and size of the box gets into the poses,
except for those that are added where the search finds no near-native one.
"""
