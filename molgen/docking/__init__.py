"""Docking: from a ligand, a protein file and a pocket to ranked poses."""
