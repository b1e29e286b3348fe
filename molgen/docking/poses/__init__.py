"""Docked poses: as records, with what they interact with, as rows of a table and as records of an SD file."""
