"""Selection of the residues to pack, and mutations."""
