"""Docking of many ligands into one receptor: they are proposed, searched and refined together."""
