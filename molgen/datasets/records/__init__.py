"""What prepared sets hold: one kind of record a file, and how it is stored."""
