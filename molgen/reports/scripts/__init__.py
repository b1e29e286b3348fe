"""Scripts that show docked poses and their interactions in the viewers of others: PyMOL and ChimeraX."""
