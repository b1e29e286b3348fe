"""Pockets whose side chains move: which may, packings of them, and docking into these besides the structure's own."""
