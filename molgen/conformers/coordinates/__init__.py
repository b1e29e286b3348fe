"""Conformers by the model of coordinates."""
