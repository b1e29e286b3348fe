"""The torsional model of conformers: a flow or diffusion on the torus of rotatable bonds."""
