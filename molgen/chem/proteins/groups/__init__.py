"""Molecules of a structure file: residues that are bonded to each other, and what stands where a ligand is."""
