"""Training sets of conformers; made with the task, hence above it."""
