"""Many molecules at once: each has its own thread, and the requests of all threads to a kernel are batched."""
