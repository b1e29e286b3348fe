"""Interactions of a pose as a set of keys, and how alike two sets are."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from molgen.metrics.interactions.records import Interaction


def fingerprint(interactions: Iterable[Interaction]) -> tuple[str, ...]:
    """The distinct keys (`hbond:A:ILE:9`), in order: one bit for each kind of interaction with each residue."""
    return tuple(dict.fromkeys(interaction.key for interaction in interactions))


def similarity(first: Collection[str], second: Collection[str]) -> float:
    """Tanimoto similarity of two fingerprints: shared keys over all; 1 for two empty ones."""
    own, other = set(first), set(second)
    return len(own & other) / len(own | other) if own | other else 1.0
