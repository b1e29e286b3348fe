"""The E(3)-equivariant backbone, its convolution and the heads."""
