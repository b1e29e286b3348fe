"""Predicted structures: how sure a prediction is of its residues."""
