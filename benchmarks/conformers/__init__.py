"""Conformer generators against reference structures, and the parts of molgen that make its conformers."""
