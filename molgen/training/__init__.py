"""Training that every model shares: the Lightning module, averaged weights, callbacks, checkpoint files."""
