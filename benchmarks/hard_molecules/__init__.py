"""Molecules that are hard for conformer generators, and a check of what becomes of them."""
