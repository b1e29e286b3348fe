"""Completion of incomplete side chains of a receptor before docking."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from molgen.chem.formats.parsing import shortened
from molgen.chem.proteins.structure import Protein
from molgen.chem.side_chains.records import side_chain_record
from molgen.packing.pack import packed
from molgen.packing.records import PackConfig
from molgen.packing.residues.selection import is_whole, selection_of

_MOST = 6


def completed(protein: Protein, center: np.ndarray, reach: float) -> tuple[Protein, tuple[str, ...]]:
    """The structure with the incomplete side chains near a point completed, and a note of them if there are any.

    Args:
        center: [3], Angstrom; reach: Angstrom, of CA.
    """
    record = side_chain_record(protein)
    near = np.linalg.norm(record.atoms[:, 1] - center, axis=-1) <= reach
    wanted = near & ~is_whole(record.types, record.present)
    if not wanted.any():
        return protein, ()
    selection = selection_of(protein, record, record.types, wanted, np.zeros(len(record), dtype=bool))
    packing = packed(protein, record, selection, PackConfig())
    if not packing.residues:
        return protein, ()
    labels = [f"{residue.label} ({residue.probability:.0%} sure)" for residue in packing.residues]
    note = f"near the site, missing atoms of side chains were added in {shortened(labels, _MOST)}"
    return replace(packing.protein, notes=protein.notes), (note,)
