"""From samples to the conformers of a molecule: candidates, which of them are distinct, and the selection."""
