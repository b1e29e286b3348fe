"""Docking of ligands that are covalently bonded to a residue of the receptor."""
