"""A flow on the sphere: directions in space, learned from examples."""

COMMAND = "directions"
