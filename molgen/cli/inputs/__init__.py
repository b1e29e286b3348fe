"""What commands are given: options that several of them share, and the checks before anything slow is imported."""
