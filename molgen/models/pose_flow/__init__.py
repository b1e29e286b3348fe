"""The model that proposes poses: a flow or diffusion of a ligand in a pocket, on R^3 x SO(3) x torus."""

COMMAND = "docking"
