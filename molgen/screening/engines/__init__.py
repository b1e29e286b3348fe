"""Where the molecules of a library are worked on: processes of this machine, or a Ray cluster."""
