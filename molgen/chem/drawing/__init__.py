"""Structures as small pictures that need no script."""
