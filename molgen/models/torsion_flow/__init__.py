"""The conformer model: a flow or diffusion on the torus of rotatable bonds."""

COMMAND = "conformers"
