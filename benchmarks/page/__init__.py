"""The tables of the results page, from the output of the benchmarks."""
