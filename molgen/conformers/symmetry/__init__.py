"""Conformers that are equivalent by symmetry, for molecules with too many symmetries to enumerate."""
