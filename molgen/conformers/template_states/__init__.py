"""States of template conformers that embedding seldom reaches: puckers of rings, and cis amides."""
