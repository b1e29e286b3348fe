"""Rotamers of every residue from the network, their energies, and the best combination."""
