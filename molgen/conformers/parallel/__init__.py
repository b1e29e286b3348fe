"""Several processes: molecules in the order of the inputs, or template conformers made ahead of a GPU."""
