"""The frame of all commands: options for the terminal, output, progress, interrupts."""
