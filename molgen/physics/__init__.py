"""Energies on torch: the Vina form on grid maps and as a sum over pairs, MMFF94s; batched minimizers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from molgen.lazy_exports import lazy_exports

if TYPE_CHECKING:
    from molgen.physics.direct import DirectEnergy, TypedAtoms, direct_energy
    from molgen.physics.energy import DockingEnergy
    from molgen.physics.lbfgs import minimize_batch
    from molgen.physics.maps import GridMaps, build_maps
    from molgen.physics.mmff import MMFFEnergy
    from molgen.physics.rigid_bfgs import Minimized, minimize
    from molgen.physics.torsion_tree import TorsionTree
    from molgen.physics.vina import AtomClasses, VinaWeights, atom_classes

__all__ = [
    "AtomClasses",
    "DirectEnergy",
    "DockingEnergy",
    "GridMaps",
    "MMFFEnergy",
    "Minimized",
    "TorsionTree",
    "TypedAtoms",
    "VinaWeights",
    "atom_classes",
    "build_maps",
    "direct_energy",
    "minimize",
    "minimize_batch",
]

__getattr__, __dir__ = lazy_exports(
    __name__,
    {
        ".direct": ("DirectEnergy", "TypedAtoms", "direct_energy"),
        ".energy": ("DockingEnergy",),
        ".lbfgs": ("minimize_batch",),
        ".maps": ("GridMaps", "build_maps"),
        ".mmff": ("MMFFEnergy",),
        ".rigid_bfgs": ("Minimized", "minimize"),
        ".torsion_tree": ("TorsionTree",),
        ".vina": ("AtomClasses", "VinaWeights", "atom_classes"),
    },
)
