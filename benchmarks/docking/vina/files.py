"""PDBQT files for AutoDock Vina, made without molgen's own typing.

Receptor: heavy atoms of a PDB file, and one hydrogen for each donor: Vina looks at hydrogens only to see which N and O
are donors. Metals that AutoDock has no type for become Zn: Vina knows one kind of metal.

Ligand: meeko with its defaults but for the charges, which Vina ignores, and back.
"""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rdkit import Chem

from benchmarks.docking.vina.atoms import ORGANIC, Residue, read_heavy_atoms
from benchmarks.docking.vina.hydrogens import donors_and_acceptors, hydrogen_position

METALS = {12: "Mg", 20: "Ca", 25: "Mn", 26: "Fe", 30: "Zn"}
UNKNOWN_METAL = "Zn"


def receptor_pdbqt(path: Path) -> str:
    """The rigid receptor of a PDB file (gzip or not).

    Raises:
        ValueError: no atoms.
    """
    atoms = read_heavy_atoms(path)
    types = [_heavy_type(int(element)) for element in atoms.elements]
    hydrogens: list[tuple[int, NDArray[np.float64]]] = []
    for index, donor, acceptor in donors_and_acceptors(atoms):
        if atoms.elements[index] == 7:
            types[index] = "NA" if acceptor else "N"
        if donor:
            hydrogens.append((index, hydrogen_position(atoms, index)))
    lines = [
        _pdbqt_line(serial, name, residue, position, kind)
        for serial, (name, residue, position, kind) in enumerate(
            [
                *zip(atoms.names, atoms.residues, atoms.positions, types, strict=True),
                *(("H", atoms.residues[index], position, "HD") for index, position in hydrogens),
            ],
            start=1,
        )
    ]
    return "\n".join([*lines, "TER", ""])


def ligand_pdbqt(mol: Chem.Mol, *, rigid_macrocycles: bool = False) -> str:
    """One conformer with all hydrogens as PDBQT, by meeko.

    Args:
        mol: with hydrogens and coordinates.
        rigid_macrocycles: large rings keep their shape; else meeko opens them and Vina closes them again, which it
            can do in a search but not in a local minimization.

    Raises:
        ValueError: meeko does not give exactly one molecule.
    """
    from meeko import MoleculePreparation, PDBQTWriterLegacy

    setups = MoleculePreparation(charge_model="zero", rigid_macrocycles=rigid_macrocycles).prepare(mol)
    if len(setups) != 1:
        raise ValueError(f"meeko made {len(setups)} set-ups of one molecule")
    text, fine, message = PDBQTWriterLegacy.write_string(setups[0])
    if not fine:
        raise ValueError(f"meeko: {message}")
    return text


def poses_of(pdbqt: str) -> Chem.Mol:
    """The poses of a PDBQT text from Vina as conformers, with the bond orders of the molecule given to meeko."""
    from meeko import PDBQTMolecule, RDKitMolCreate

    mols: list[Any] = RDKitMolCreate.from_pdbqt_mol(PDBQTMolecule(pdbqt, is_dlg=False, skip_typing=True))
    if len(mols) != 1 or mols[0] is None:
        raise ValueError("meeko cannot read the poses")
    return mols[0]


def _heavy_type(element: int) -> str:
    return ORGANIC.get(element) or METALS.get(element, UNKNOWN_METAL)


def _pdbqt_line(serial: int, name: str, residue: Residue, position: NDArray[np.float64], kind: str) -> str:
    label = f" {name:<3s}" if len(name) < 4 else name[:4]
    x, y, z = position
    return (
        f"ATOM  {serial % 100_000:5d} {label} {residue[0]:>3s} {residue[1] or ' '}{residue[2]:4d}{residue[3] or ' '}   "
        f"{x:8.3f}{y:8.3f}{z:8.3f}{1.0:6.2f}{0.0:6.2f}    {0.0:6.3f} {kind:<2s}"
    )
