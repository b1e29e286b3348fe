"""Chemistry at the edge: files and RDKit molecules to plain records and back; proteins, charges, stereo, atom types.

The names below load RDKit when they are first used; records and rotatable bonds of a prepared set are read without it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from molgen.lazy_exports import lazy_exports

if TYPE_CHECKING:
    from molgen.chem.features.molecule_features import molecule_graph
    from molgen.chem.features.molecule_graph import MoleculeGraph
    from molgen.chem.features.pocket_features import PocketAtoms
    from molgen.chem.molecules.protonation import protonate
    from molgen.chem.molecules.reading import InputRecord, read_molecules
    from molgen.chem.molecules.standardize import prepare_molecule
    from molgen.chem.molecules.stereo import enumerate_stereo
    from molgen.chem.molecules.writing import SdfRecord, write_sdf
    from molgen.chem.proteins.pockets import find_pockets
    from molgen.chem.proteins.reading import read_protein
    from molgen.chem.proteins.receptor import Receptor, receptor
    from molgen.chem.proteins.structure import Pocket, Protein, Residue

__all__ = [
    "InputRecord",
    "MoleculeGraph",
    "Pocket",
    "PocketAtoms",
    "Protein",
    "Receptor",
    "Residue",
    "SdfRecord",
    "enumerate_stereo",
    "find_pockets",
    "molecule_graph",
    "prepare_molecule",
    "protonate",
    "read_molecules",
    "read_protein",
    "receptor",
    "write_sdf",
]

__getattr__, __dir__ = lazy_exports(
    __name__,
    {
        ".features.molecule_features": ("molecule_graph",),
        ".features.molecule_graph": ("MoleculeGraph",),
        ".features.pocket_features": ("PocketAtoms",),
        ".molecules.protonation": ("protonate",),
        ".molecules.reading": ("InputRecord", "read_molecules"),
        ".molecules.standardize": ("prepare_molecule",),
        ".molecules.stereo": ("enumerate_stereo",),
        ".molecules.writing": ("SdfRecord", "write_sdf"),
        ".proteins.pockets": ("find_pockets",),
        ".proteins.reading": ("read_protein",),
        ".proteins.receptor": ("Receptor", "receptor"),
        ".proteins.structure": ("Pocket", "Protein", "Residue"),
    },
)
