"""Two structures of one protein: which residue is which, how one lies on the other, what differs around a ligand."""
