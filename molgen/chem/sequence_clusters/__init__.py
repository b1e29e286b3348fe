"""Proteins of one family, by the sequences of their chains."""

from molgen.chem.sequence_clusters.clustering import IDENTITY, sequence_clusters
from molgen.chem.sequence_clusters.sequences import chain_sequences

__all__ = ["IDENTITY", "chain_sequences", "sequence_clusters"]
