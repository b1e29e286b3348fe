"""Macromolecular structures: reading, assembly, what takes part in docking, pockets, writing."""
