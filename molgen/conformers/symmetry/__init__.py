"""Conformers that are one by a symmetry of the molecule, where there are too many symmetries to look at each."""
