"""mmCIF files: the atom_site table, reading, writing, and bonds that a file declares."""
