"""The folds of labeled decoys: each network of the confidence is trained without the clusters of one."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from molgen.datasets.decoys import DecoyRecord
from molgen.errors import ConfigError


def fold_of(entries: Sequence[DecoyRecord], folds: int, fold: int) -> tuple[list[DecoyRecord], list[DecoyRecord]]:
    """The entries outside and inside a fold; clusters are dealt to the folds in a fixed random order."""
    if not 0 <= fold < folds:
        raise ConfigError(f"train.fold must be between 0 and {folds - 1}, not {fold}")
    clusters = sorted({entry.cluster for entry in entries})
    order = np.random.default_rng(0).permutation(len(clusters))
    held = {clusters[k] for k in order[fold::folds]}
    return [e for e in entries if e.cluster not in held], [e for e in entries if e.cluster in held]
