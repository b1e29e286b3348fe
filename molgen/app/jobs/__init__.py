"""Jobs of the app: what is asked for, how it is run in a process of its own, and what is kept of it on the disk."""
