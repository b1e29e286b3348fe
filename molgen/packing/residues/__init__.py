"""Which residues are packed, and as what."""
