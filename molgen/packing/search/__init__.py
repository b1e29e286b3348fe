"""Rotamers of every residue from the network, what they cost, and the best combination of them."""
