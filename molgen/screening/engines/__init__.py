"""Engines that compute the molecules of a library: processes of this machine, or a Ray cluster."""
