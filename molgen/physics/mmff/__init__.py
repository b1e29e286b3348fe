"""MMFF94s of many conformers at once, of one molecule or of several: energies and gradients in torch, and their
minimization on a CPU in compiled code.

Halgren, J. Comput. Chem. 17, 490 - 641 (1996) and 20, 720 (1999).
"""

from molgen.physics.mmff.energy import MMFFEnergy

__all__ = ["MMFFEnergy"]
