"""The protonation states, tautomers and stereoisomers of a ligand: which there are, and docking them together."""
