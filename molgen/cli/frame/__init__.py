"""What all commands have in common: their options for the terminal, what they say, how far they are, how they end."""
