"""Parts of labeled decoys, block by block: what is made of complexes and of fragments ends here."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch

from molgen.chem.features.pocket_features import PocketAtoms
from molgen.datasets.complexes import PlacedLigand
from molgen.datasets.decoys import LabeledPoses, encode_decoys
from molgen.datasets.docking_blocks import Item, PartFormat, PrepareSummary, prepare_blocks
from molgen.datasets.stored_proteins import stored_protein
from molgen.docking.ranking import SURROUNDINGS
from molgen.errors import ParseError


def labeled_poses(
    atoms: PocketAtoms,
    ligand: PlacedLigand,
    positions: np.ndarray,
    energies: np.ndarray,
    rmsds: np.ndarray,
    searched: int | None = None,
) -> LabeledPoses:
    """K poses of a ligand with the atoms of its receptor that the confidence sees.

    Args:
        atoms: of the receptor, in the frame of its file.
        ligand: where it truly lies, in the same frame.
        positions: float [K, n, 3], in the same frame, Angstrom.
        energies: [K], intermolecular plus intramolecular, kcal/mol.
        rmsds: [K], symmetric RMSD to the true pose, Angstrom.
        searched: how many of them, the first ones, a search found; all by default.

    Raises:
        ParseError: a number is not finite.
    """
    if not all(np.isfinite(values).all() for values in (positions, energies, rmsds)):
        raise ParseError("the positions or energies of the poses are not finite")
    places = np.asarray(positions, dtype=np.float64)
    protein = stored_protein(atoms, places.reshape(-1, 3), SURROUNDINGS)
    return LabeledPoses(protein, ligand, places, energies, rmsds, len(energies) if searched is None else searched)


def prepare_decoys(
    items: Sequence[Item],
    make: Callable[[Any], LabeledPoses],
    output: str | Path,
    *,
    source: str,
    config: object,
    block: int,
    workers: int,
    on_block: Callable[[int], None] | None,
) -> PrepareSummary:
    """Parts of what `make` makes of every input; arguments, result and errors as of :func:`blocks.prepare_blocks`, the
    examples being poses. Torch is set to one thread, here and in the workers."""
    torch.set_num_threads(1)
    return prepare_blocks(
        items,
        make,
        output,
        source=source,
        config=config,
        block=block,
        parts=PartFormat(encode_decoys, count_poses),
        workers=workers,
        on_block=on_block,
    )


def count_poses(made: LabeledPoses) -> int:
    return len(made.energies)
