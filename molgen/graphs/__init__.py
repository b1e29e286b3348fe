"""Batched records of molecular graphs, edges and sums over neighbors."""
