"""Side chains of the twenty amino acids: atoms, chi angles, ideal geometry, and residues read from structures."""
