"""Structures of a few groups, made by hand."""

import numpy as np

from molgen.chem.proteins.structure import Protein, Residue

ALANINE = {
    "N": (-1.2, 0.8, 0.0),
    "CA": (0.0, 0.0, 0.0),
    "C": (1.2, 0.8, 0.0),
    "O": (1.2, 2.0, 0.0),
    "CB": (0.0, -1.5, 0),
}


def structure(*groups):
    """A protein of groups `(name, chain, number, insertion, kind, positions, atom names or None)`."""
    residues, positions, names = [], [], []
    for name, chain, number, insertion, kind, atoms, atom_names in groups:
        start = len(positions)
        positions.extend(np.asarray(atoms, dtype=float))
        names.extend(atom_names or [f"C{k + 1}" for k in range(len(atoms))])
        residues.append(Residue(name, chain, number, insertion, kind, start, len(positions)))
    count = len(positions)
    index = np.concatenate([np.full(one.stop - one.start, k) for k, one in enumerate(residues)])
    return Protein(
        positions=np.array(positions),
        elements=np.full(count, 6, dtype=np.int16),
        atom_names=tuple(names),
        hydrogens=np.full(count, -1, dtype=np.int8),
        residue_index=index.astype(np.int32),
        residues=tuple(residues),
        source="made.pdb",
    )


def alanine(chain, number, at, insertion="", name="ALA"):
    return (name, chain, number, insertion, "polymer", np.array([*ALANINE.values()]) + at, list(ALANINE))


def rod(name, chain, number, at, atoms, kind="ligand"):
    """A ligand of atoms 1.4 Angstrom apart along x."""
    return (name, chain, number, "", kind, np.arange(atoms)[:, None] * [1.4, 0, 0] + np.asarray(at, float), None)
