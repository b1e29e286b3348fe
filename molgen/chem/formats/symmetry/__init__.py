"""Symmetry that a structure file declares: the copies that make a biological assembly of its chains."""
