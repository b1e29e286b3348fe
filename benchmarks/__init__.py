"""Scripts that measure accuracy and speed side by side with peers and print one table."""
