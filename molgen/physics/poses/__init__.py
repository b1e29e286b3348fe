"""Minimization of poses on a CPU in compiled code."""
