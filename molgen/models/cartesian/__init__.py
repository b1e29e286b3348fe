"""The model of coordinates, a flow or diffusion of heavy atoms and polar hydrogens on centered R^3n."""

COMMAND = "cartesian"
