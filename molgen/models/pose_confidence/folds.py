"""The folds of labeled decoys: each network of the confidence is trained without the clusters of one."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from molgen.datasets.decoys import DecoyRecord
from molgen.errors import ConfigError


def fold_of(records: Sequence[DecoyRecord], folds: int, fold: int) -> tuple[list[DecoyRecord], list[DecoyRecord]]:
    """The records outside and inside a fold; clusters are dealt to the folds in a fixed random order.

    Raises:
        ConfigError: there is no such fold.
    """
    if not 0 <= fold < folds:
        raise ConfigError(f"train.fold must be between 0 and {folds - 1}, not {fold}")
    clusters = sorted({record.cluster for record in records})
    order = np.random.default_rng(0).permutation(len(clusters))
    inside = {clusters[k] for k in order[fold::folds]}
    return [r for r in records if r.cluster not in inside], [r for r in records if r.cluster in inside]
