"""What can interact: the groups of a ligand and of a receptor, with the directions of their hydrogens."""
