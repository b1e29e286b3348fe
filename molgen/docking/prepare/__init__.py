"""Training sets of docking; made with the task, hence above it."""
