"""Small molecules: reading, standardizing, protonating, embedding, force fields, writing."""
