"""The world's files and RDKit molecules <-> plain records. Import from the modules: records and rotatable bonds of a
prepared set are read without RDKit."""
