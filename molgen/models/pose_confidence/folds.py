"""The folds of labeled decoys: each network of the confidence is trained without the clusters of one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeVar

import numpy as np

from molgen.datasets.records.decoys import DecoyRecord
from molgen.errors import CheckpointError, ConfigError

Folds = Mapping[str, int]
"""Cluster -> its fold."""
Network = TypeVar("Network")


def deal_folds(clusters: Iterable[str], folds: int, known: Folds | None = None) -> dict[str, int]:
    """The fold of each cluster.

    Args:
        clusters: of the labeled decoys.
        folds: how many.
        known: of an earlier training, which stay; the others, in a fixed random order, go to the smallest fold.
    """
    names = sorted(set(clusters))
    dealt = {name: fold for name, fold in (known or {}).items() if name in names}
    sizes = {fold: sum(1 for own in dealt.values() if own == fold) for fold in range(folds)}
    for k in np.random.default_rng(0).permutation(len(names)):
        if names[k] not in dealt:
            fold = min(sizes, key=lambda fold: (sizes[fold], fold))
            dealt[names[k]] = fold
            sizes[fold] += 1
    return dealt


def fold_of(
    records: Sequence[DecoyRecord], folds: int, fold: int, known: Folds | None = None
) -> tuple[list[DecoyRecord], list[DecoyRecord]]:
    """The records outside and inside a fold; see :func:`deal_folds`.

    Raises:
        ConfigError: there is no such fold.
    """
    if not 0 <= fold < folds:
        raise ConfigError(f"train.fold must be between 0 and {folds - 1}, not {fold}")
    dealt = deal_folds((record.cluster for record in records), folds, known)
    inside = [dealt[record.cluster] == fold for record in records]
    outside = [record for record, is_inside in zip(records, inside, strict=True) if not is_inside]
    return outside, [record for record, is_inside in zip(records, inside, strict=True) if is_inside]


def known_folds(record: Mapping[str, Any]) -> dict[str, int]:
    """The folds that the record of a training, or of a confidence of several networks, says.

    Raises:
        CheckpointError: two of the runs put a cluster into different folds.
    """
    folds: dict[str, int] = {}
    for member in [record, *record.get("members", ())]:
        for run in member.get("runs", ()):
            for cluster, fold in run.get("clusters", {}).items():
                if folds.setdefault(cluster, fold) != fold:
                    raise CheckpointError(f"cluster {cluster} is in fold {folds[cluster]} and in fold {fold}")
    return folds


def networks_of_folds(networks: Sequence[Network], records: Sequence[Mapping[str, Any]]) -> list[list[Network]]:
    """The networks of each fold, by what their last run says; those that say nothing stand in the order of the folds.

    Args:
        networks, records: each with the record of its training.

    Raises:
        CheckpointError: some fold has another number of networks than the first.
    """
    last = [record["runs"][-1] if record.get("runs") else {} for record in records]
    count = next((run["folds"] for run in last if "folds" in run), len(networks))
    groups: list[list[Network]] = [[] for _ in range(count)]
    for k, (network, run) in enumerate(zip(networks, last, strict=True)):
        groups[run.get("fold", k % count)].append(network)
    sizes = [len(group) for group in groups]
    if len(set(sizes)) > 1:
        each = ", ".join(f"{size} of fold {fold}" for fold, size in enumerate(sizes))
        raise CheckpointError(f"each fold needs as many networks as the others: there are {each}")
    return groups


def check_not_trained_on(held_back: Iterable[str], record: Mapping[str, Any]) -> None:
    """Weights that training begins from have not seen the clusters that are held back.

    Records of before say only how clusters were dealt; those of other folds count as seen.

    Raises:
        CheckpointError: they have.
    """
    now = set(held_back)
    for run in record.get("runs", ()):
        dealt = run.get("clusters", {})
        seen = set(run.get("trained_on", (name for name, fold in dealt.items() if fold != run["fold"])))
        if seen & now:
            reason = f"{len(seen & now)} of {len(now)} clusters that are held back were trained on by the weights it "
            raise CheckpointError(f"{reason}begins from; train those with the same train.fold and train.held_back")
