"""Many molecules at once: each has a thread of its own, and what they ask of a kernel is done together."""
