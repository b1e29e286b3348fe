"""What molecules are read from: SMILES, tables and structure files, as records."""
