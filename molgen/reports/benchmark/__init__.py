"""Measurements of the benchmarks, as tables to plot from."""
