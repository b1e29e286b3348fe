"""Many molecules: throughput, memory, and the cost of spreading the work."""
