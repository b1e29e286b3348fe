"""The docking energy (the Vina form), its maps, articulated ligands, and the minimizer."""
