"""What commands print and write of their results."""
