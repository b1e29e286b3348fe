"""The confidence (pLDDT) that predicted structures have in the column of the B factors.

AlphaFold, ESMFold, Boltz and others write it there, from 0 to 100 or from 0 to 1, one value for each residue or each
atom. Below 70 the side chains, below 50 the backbone, are not to be relied on (Jumper et al., Nature 596, 583, 2021).
"""

from __future__ import annotations

import re

import numpy as np

UNSURE = 70.0
_LEAST_RESIDUES = 20
_SHOWN = 20_000  # characters of a file in which it says what it is
_PREDICTED = re.compile(
    "alphafold|esmfold|colabfold|openfold|omegafold|rosettafold|boltz|chai-?1|_ma_qa_metric|plddt", re.I
)
_MEASURED = re.compile(
    r"^(EXPDTA +(?! |THEORETICAL)|CRYST1 +(?! |1\.000)|REMARK   2 RESOLUTION\. +\d"
    r"|_exptl\.method\s+['\"]?(?!THEORETICAL)[A-Z]|_refine\.|_em_)",
    re.MULTILINE,
)
_ATOMS = re.compile(r"^(ATOM|HETATM)\b|^_atom_site\.", re.MULTILINE)


def is_predicted(text: str) -> bool | None:
    """Whether a structure file says before its atoms that it is a prediction; None where it says nothing.

    Crystal structures may name the prediction that they were solved with.
    """
    atoms = _ATOMS.search(text)
    head = text[: atoms.start() if atoms else _SHOWN]
    if _MEASURED.search(head):
        return False
    return True if _PREDICTED.search(head) else None


def confidences(b_factors: np.ndarray, residues: np.ndarray, *, said: bool | None) -> np.ndarray | None:
    """The pLDDT of each residue, float64 [R], from 0 to 100; None for what is no prediction.

    A file that says nothing is one if all atoms of a residue have the same value, residues have different ones, and
    these are as high as those of predictions.

    Args:
        b_factors: float [N], of the atoms of chains.
        residues: int [N], their residues, 0 to R - 1, each with an atom.
        said: as of :func:`is_predicted`.
    """
    if said is False or not len(b_factors):
        return None
    scaled = b_factors * (100.0 if b_factors.max() <= 1.0 else 1.0)
    if scaled.min() <= 0.0 or scaled.max() > 100.0:
        return None
    counts = np.bincount(residues)
    mean = np.bincount(residues, weights=scaled) / counts
    is_even = bool((np.abs(scaled - mean[residues]) < 1e-3).all())
    looks = len(counts) >= _LEAST_RESIDUES and is_even and np.ptp(mean) > 1.0 and mean.mean() > 50.0
    return mean if said or looks else None
