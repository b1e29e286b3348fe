"""Covalent ligands: residues that are bonded to, warheads, and the adducts that they make."""
