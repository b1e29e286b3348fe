"""The model of poses: a flow or diffusion on R^3 x SO(3) x torus, against a pocket."""
