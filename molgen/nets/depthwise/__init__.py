"""The products of a depthwise convolution: which there are, and their sums over neighbors."""
