"""The conformer model, a flow or diffusion of torsions."""

COMMAND = "conformers"
