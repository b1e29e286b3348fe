"""What is said of the groups of a structure that are no part of the receptor: together, by the reason for it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from enum import StrEnum

import numpy as np

from molgen.chem.formats.parsing import shortened
from molgen.chem.proteins.structure import Residue

REACH = 12.0
"""Angstrom from the box of the pocket within which groups are taken along."""
_MOST = 6


class Reason(StrEnum):
    """Why a group stays out, in the order in which it is said."""

    place = "where the ligand is"
    asked = "as asked"
    copy = "copies of the ligand"
    far = f"beyond {REACH:g} A"
    additive = "additives"
    ion = "ions"
    water = "waters"


def left_out_texts(excluded: Sequence[tuple[Residue, Reason]], away: np.ndarray) -> tuple[str, ...]:
    """One text per reason: labels, with distances where these are the reason; additives, ions and waters counted.

    Args:
        excluded: what stays out.
        away: float [N], distance of each atom's residue from the box, Angstrom.
    """
    texts = []
    for reason in Reason:
        residues = [
            residue for residue, why in excluded if (Reason.water if residue.kind == "water" else why) is reason
        ]
        if residues:
            texts.append(_text(reason, residues, away))
    return tuple(texts)


def _text(reason: Reason, residues: Sequence[Residue], away: np.ndarray) -> str:
    if reason is Reason.water:
        return f"{len(residues)} water{'s' if len(residues) > 1 else ''}"
    if reason in (Reason.additive, Reason.ion):
        counts = Counter(residue.name for residue in residues)
        return f"{reason.value}: {', '.join(f'{count} {name}' for name, count in counts.most_common())}"
    if reason is Reason.far:
        groups = sorted((float(away[residue.start]), residue.label) for residue in residues)
        labels = [f"{label} ({distance:.0f} A)" for distance, label in groups]
        return f"{len(labels)} group{'s' if len(labels) > 1 else ''} {reason.value}: {shortened(labels, _MOST)}"
    return f"{reason.value}: {shortened(_chains_together(residues), _MOST)}"


def _chains_together(residues: Sequence[Residue]) -> list[str]:
    """Labels of groups; the residues of a chain counted."""
    counts = Counter(residue.chain for residue in residues if residue.kind == "polymer")
    single = [residue.label for residue in residues if residue.kind != "polymer" or counts[residue.chain] == 1]
    chains = [f"{count} residues of chain {chain or '(none)'}" for chain, count in counts.items() if count > 1]
    return [*chains, *single]
