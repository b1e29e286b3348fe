"""From a prepared set of placed ligands to labeled decoys: each one displaced and minimized where it was cut out.

Far cheaper than docking: the starts are drawn around the true place, and the energy is that of pair sums.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from scipy.spatial import KDTree
from torch import Tensor

from molgen.chem.atom_types.record_types import graph_types, pocket_types
from molgen.chem.features.pocket_features import PocketAtoms
from molgen.datasets.parts.block_runner import PreparationInput
from molgen.datasets.parts.part_files import find_parts
from molgen.datasets.parts.preparation import Preparation
from molgen.datasets.records.complexes import ComplexRecord, PlacedLigand, load_complexes
from molgen.datasets.records.decoys import LabeledPoses, encode_decoys
from molgen.datasets.structure_files import named
from molgen.docking.prepare.labeled_poses import count_poses, labeled_poses
from molgen.docking.search.minima import Minima, distinct
from molgen.errors import ConfigError, InputError
from molgen.limits import above, at_least, shares
from molgen.metrics.poses import pose_rmsd_matrix
from molgen.physics.direct import TypedAtoms, direct_energy
from molgen.physics.energy import DockingEnergy
from molgen.physics.intramolecular import ligand_pairs, pair_energy
from molgen.physics.rigid_bfgs import minimize
from molgen.physics.torsion_tree import Tree, move, torsion_tree
from molgen.physics.vina import atom_classes

_WALLS = 50.0
"""Angstrom from the true place to the walls; no start is near them."""


@dataclass(frozen=True)
class FragmentDecoyConfig:
    """How poses of every fragment are made; lengths in Angstrom, angles in radian.

    Attributes:
        smallest: heavy atoms of a fragment; smaller ones are left out.
        starts: displaced poses of each.
        near: of them that stay close to the true pose.
        near_shift, near_turn: standard deviations of each coordinate of their displacement, and of their rotation and
            of each torsion.
        shift: standard deviation of each coordinate of the others' displacement; they are turned at random.
        twisted: share of the others' torsions that are drawn anew.
        screen_steps: evaluations of the energy for every start.
        kept: of them that go on, the near ones aside; also minima that are stored, at most.
        steps: evaluations for these.
        reach: protein atoms farther from the true pose have no part in the energy.
        block: fragments per part file.
        seed: of the choice and of the starts.
    """

    smallest: int = 8
    starts: int = 48
    near: int = 8
    near_shift: float = 0.3
    near_turn: float = 0.15
    shift: float = 1.8
    twisted: float = 0.5
    screen_steps: int = 14
    kept: int = 24
    steps: int = 24
    reach: float = 11.0
    block: int = 500
    seed: int = 0

    def __post_init__(self) -> None:
        at_least(self, 1, "smallest", "screen_steps", "steps", "block")
        at_least(self, 0, "near_shift", "near_turn", "shift", "seed")
        above(self, 0, "reach")
        shares(self, "twisted")
        if self.near > self.starts or min(self.near, self.kept, self.starts - 1) < 0 or self.kept < 1:
            raise ConfigError("starts and kept must be at least 1, and near between 0 and starts")


def is_prepared(source: Path) -> bool:
    """Whether a path is a prepared set, or a folder with one."""
    return source.suffix == ".safetensors" or (
        source.is_dir() and next(source.rglob("*.safetensors"), None) is not None
    )


def chosen_fragments(records: Sequence[ComplexRecord], config: FragmentDecoyConfig) -> list[ComplexRecord]:
    """The fragments of a set that are large enough, in random order.

    Raises:
        InputError: there are none.
    """
    order = np.random.default_rng(config.seed).permutation(len(records))
    chosen = [records[index] for index in order if records[index].graph.n_atoms >= config.smallest]
    if not chosen:
        raise InputError(f"the set holds no fragment of at least {config.smallest} heavy atoms")
    return chosen


def decoys_of_fragment(fragment: ComplexRecord, config: FragmentDecoyConfig) -> LabeledPoses:
    """The poses of one fragment; they do not depend on the others of the set."""
    ligand = placed_ligand(fragment)
    center = ligand.positions.mean(0)
    pocket = fragment.pocket
    pocket = replace(pocket, positions=pocket.positions + fragment.protein.origin)
    energy = fragment_energy(pocket, ligand, center, config.reach)
    true = torch.from_numpy(ligand.positions - center).float()
    rng = torch.Generator().manual_seed(zlib.crc32(f"{config.seed} {fragment.name}".encode()))
    positions, energies = minimized_starts(energy, true, config, rng)
    rmsds = pose_rmsd_matrix(true[None], positions, ligand.permutations)[0]
    return labeled_poses(pocket, ligand, positions.double().numpy() + center, energies.numpy(), rmsds.numpy())


def placed_ligand(fragment: ComplexRecord) -> PlacedLigand:
    """A fragment where it lies in the file of its protein."""
    positions = fragment.positions + fragment.protein.origin
    own = fragment.graph, fragment.permutations, positions, fragment.excluded, fragment.cluster, fragment.name
    return PlacedLigand(*own)


def fragment_energy(pocket: PocketAtoms, ligand: PlacedLigand, center: np.ndarray, reach: float) -> DockingEnergy:
    """The energy of a ligand in the atoms within reach of its true pose; positions are relative to a point [3]."""
    distance, _ = KDTree(ligand.positions).query(pocket.positions, distance_upper_bound=reach)
    near = pocket.pick(np.isfinite(distance))
    classes = atom_classes(graph_types(ligand.graph))
    receptor = TypedAtoms(near.positions - center, atom_classes(pocket_types(near)))
    wall = torch.full((3,), _WALLS)
    pairs = ligand_pairs(ligand.graph, classes)
    return DockingEnergy(torsion_tree(ligand.graph), direct_energy(receptor, classes), pairs, -wall, wall)


@torch.inference_mode()
def minimized_starts(
    energy: DockingEnergy, true: Tensor, config: FragmentDecoyConfig, rng: torch.Generator
) -> tuple[Tensor, Tensor]:
    """Distinct minima around a pose [n, 3]: positions [K, n, 3], energies [K] in kcal/mol; the best first."""
    tree = energy.tree
    start = true[:, :, None].expand(-1, -1, config.starts).contiguous()
    start = move(tree, start, displacements(tree, config, rng))
    screened = minimize(energy, tree, start, config.screen_steps)
    best = screened.energies.argsort()[: config.kept]
    kept = torch.cat([best, torch.arange(config.near)]).unique()
    settled = minimize(energy, tree, screened.positions[:, :, kept], config.steps)
    minima = distinct(Minima(settled.positions, settled.energies, torch.zeros_like(kept)), config.kept).positions
    inter, _ = energy.intermolecular(minima)
    intra, _ = pair_energy(energy.pairs, minima)
    return minima.permute(2, 0, 1).contiguous(), inter + intra


def displacements(tree: Tree, config: FragmentDecoyConfig, rng: torch.Generator) -> Tensor:
    """Tangent vectors [6 + m, starts]: the first `near` of them small."""
    count, near = config.starts, torch.arange(config.starts) < config.near
    shift = torch.randn(3, count, generator=rng) * torch.where(near, config.near_shift, config.shift)
    axis = torch.randn(3, count, generator=rng)
    angle = _angles(near, config.near_turn, (count,), rng)
    torsions = _angles(near, config.near_turn, (tree.n_torsions, count), rng)
    drawn = torch.rand(tree.n_torsions, count, generator=rng) < config.twisted
    return torch.cat([shift, axis / axis.norm(dim=0) * angle, torsions * (near | drawn)])


def _angles(near: Tensor, width: float, shape: tuple[int, ...], rng: torch.Generator) -> Tensor:
    """Normal with a standard deviation where `near` [count] is set, else uniform on the circle; [..., count]."""
    small = width * torch.randn(shape, generator=rng)
    return torch.where(near, small, (torch.rand(shape, generator=rng) * 2 - 1) * math.pi)


def _inputs(source: Path, config: FragmentDecoyConfig) -> list[PreparationInput]:
    return named(chosen_fragments(load_complexes(find_parts(source))[0], config))


def _poses(fragment: ComplexRecord, config: FragmentDecoyConfig) -> list[LabeledPoses]:
    return [decoys_of_fragment(fragment, config)]


prepare_fragment_decoys = Preparation(FragmentDecoyConfig, _inputs, _poses, encode_decoys, count_poses)
"""Labeled decoys of the fragments of a prepared set, in random order, with the settings `FragmentDecoyConfig`."""
