"""Docking methods on crystal complexes: redocked, cross-docked, covalent, with moving side chains."""
