"""The page on side chains that were packed."""
