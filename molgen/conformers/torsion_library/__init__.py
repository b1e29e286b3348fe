"""What torsions crystals of like molecules have: a library of them, and samples that recall it."""

from molgen.conformers.torsion_library.density import torsion_densities
from molgen.conformers.torsion_library.library import (
    TorsionLibrary,
    build_library,
    joined,
    load_torsion_library,
    resolve_library,
    save_torsion_library,
)
from molgen.conformers.torsion_library.matches import Matches, find_matches
from molgen.conformers.torsion_library.recall import Recalled, recall_torsions

__all__ = [
    "Matches",
    "Recalled",
    "TorsionLibrary",
    "build_library",
    "find_matches",
    "joined",
    "load_torsion_library",
    "recall_torsions",
    "resolve_library",
    "save_torsion_library",
    "torsion_densities",
]
