"""Hydrogens that turn or change sides: where they can be, and the lowest of their combinations."""
