"""The inputs of commands: shared options, and checks before anything slow is imported."""
