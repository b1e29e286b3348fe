"""The Python interface as pages: one per package, with cross links."""
