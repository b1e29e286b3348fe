"""Docking of a ligand in several states: each is docked, and the poses of all are ranked together."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace

from rdkit import Chem

from molgen.chem.features.molecule_features import without_hydrogens
from molgen.docking.ligand import PreparedLigand
from molgen.docking.records import DockingResult, Pose
from molgen.errors import MolgenError

_KT = 0.593
"""kcal/mol at 298 K."""


def dock_variants(
    variants: Sequence[PreparedLigand], dock_one: Callable[[PreparedLigand], DockingResult]
) -> DockingResult:
    """One result with the best poses of all variants.

    Poses are ordered by score and free energy of the state, or by the odds of the confidence times the Boltzmann factor
    of the state. A variant that cannot be docked is named in a note.

    Args:
        variants: at least one.
        dock_one: docks one of them.

    Raises:
        MolgenError: none of them can be docked.
    """
    if len(variants) == 1:
        return dock_one(variants[0])
    done: list[tuple[PreparedLigand, DockingResult]] = []
    notes: list[str] = []
    failure = None
    for variant in variants:
        try:
            done.append((variant, dock_one(variant)))
        except MolgenError as error:
            failure = error
            notes.append(f"{variant_smiles(variant.ligand.own_mol)} could not be docked: {error.reason}")
    if failure is not None and not done:
        raise failure
    return _merged(done, notes)


def variant_smiles(mol: Chem.Mol) -> str:
    """The SMILES of a ligand as it was docked."""
    return Chem.MolToSmiles(without_hydrogens(mol))


def split_variants(result: DockingResult) -> list[DockingResult]:
    """A result for each variant that has poses, with the ranks of the whole."""
    if not result.variants:
        return [result]
    return [
        replace(result, mol=mol, variants=(), poses=tuple(pose for pose in result.poses if pose.variant == number))
        for number, mol in enumerate(result.variants)
    ]


def _merged(done: Sequence[tuple[PreparedLigand, DockingResult]], notes: Sequence[str]) -> DockingResult:
    config = done[0][1].config
    every = [(index, pose) for index, (_, result) in enumerate(done) for pose in result.poses]
    every.sort(key=lambda item: _order(item[1], done[item[0]][0].energy, config.rank))
    best = every[: config.n]
    places = list(dict.fromkeys(index for index, _ in best))
    structures = {index: done[index][1].structures for index in places}
    before = {index: sum(len(structures[other]) for other in places[:k]) for k, index in enumerate(places)}
    poses = [
        replace(pose, rank=rank, variant=places.index(index), structure=before[index] + pose.structure)
        for rank, (index, pose) in enumerate(best, start=1)
    ]
    mols = tuple(done[index][1].mol for index in places)
    common = [note for note in done[0][1].notes if all(note in result.notes for _, result in done)]
    listed = [f"variant {number}: {variant_smiles(mol)}" for number, mol in enumerate(mols, start=1)]
    listed += [
        f"no pose of {variant_smiles(result.mol)} is among the best {config.n}"
        for index, (_, result) in enumerate(done)
        if index not in places
    ]
    return replace(
        done[places[0]][1],
        mol=mols[0],
        variants=mols,
        structures=tuple(structure for index in places for structure in structures[index]),
        poses=tuple(poses),
        notes=(*common, *notes, *listed),
        seconds=sum(result.seconds for _, result in done),
    )


def _order(pose: Pose, energy: float, rank: str) -> float:
    """The sort key of poses of several states, best first; `energy` of the state in kcal/mol."""
    if rank == "confidence" and pose.confidence is not None:
        chance = min(max(pose.confidence, 1e-6), 1 - 1e-6)
        return energy / _KT - math.log(chance / (1 - chance))
    return pose.score + energy
