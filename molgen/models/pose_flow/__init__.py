"""The model that proposes poses in a pocket.

It is a flow or diffusion on R^3 x SO(3) x torus.
"""

COMMAND = "docking"
