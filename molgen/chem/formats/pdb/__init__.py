"""PDB files: columns, reading, writing, and relatives such as PQR."""
