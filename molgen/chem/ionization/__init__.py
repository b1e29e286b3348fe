"""Acids and bases: groups with their pKa, where they are in a molecule, and moving protons."""
