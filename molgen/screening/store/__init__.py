"""The folder of a run: its settings and lock, what it remembers, its shards and its progress."""
