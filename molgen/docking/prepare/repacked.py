"""Pockets that were not shaped by their ligand: some of the side chains around it are where they also might be."""

from __future__ import annotations

from dataclasses import replace

import torch

from molgen.chem.proteins.structure import Pocket, Protein
from molgen.docking.flexible.packings import moving_side_chains
from molgen.models.side_chains.task import TASK
from molgen.packing.sampling import sample_packings


def repacked(protein: Protein, pocket: Pocket, seed: int) -> Protein:
    """A receptor with another packing of the side chains around a ligand that is not shown to them.

    Mostly one to three residues move, as between two crystal structures of a protein.

    Args:
        protein: the receptor, without the ligand.
        pocket: of the ligand.
        seed: of the packing that is drawn.
    """
    moving = moving_side_chains(protein, pocket, "auto")
    if moving is None:
        return protein
    drawn = sample_packings(TASK.load("default")[0], moving, 1, torch.Generator().manual_seed(seed))
    return replace(drawn[0].protein, notes=protein.notes) if drawn else protein
