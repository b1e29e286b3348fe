"""The interactions of a pose on a page: in the 3D view, as a flat picture, in the same colors."""
