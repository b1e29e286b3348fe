"""How conformers show themselves in a notebook."""
