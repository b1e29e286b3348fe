"""File formats as text: lines, records and atoms as they stand in a file."""
