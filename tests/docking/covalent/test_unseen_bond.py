"""Poses that lie as if bonded to the receptor are named."""

import numpy as np
import pytest
from rdkit import Chem

from molgen.chem.proteins.reading import read_protein
from molgen.docking.covalent.unseen import bond_note


@pytest.fixture(scope="module")
def protein():
    return read_protein("data/1vsn.pdb").keep(lambda residue: residue.kind == "polymer")


def carbon_at(protein, atom: str, away: float) -> Chem.Mol:
    """Methane without its hydrogens, some Angstrom from an atom of residue 25, away from its CB."""
    residue = next(one for one in protein.residues if one.number == 25)
    names = protein.atom_names[residue.start : residue.stop]
    place, cb = (protein.positions[residue.start + names.index(name)] for name in (atom, "CB"))
    mol = Chem.MolFromSmiles("C")
    mol.AddConformer(Chem.Conformer(1))
    mol.GetConformer().SetPositions((place + away * (place - cb) / np.linalg.norm(place - cb))[None])
    return mol


def test_an_atom_at_the_length_of_a_bond_from_a_nucleophile_is_named(protein):
    assert bond_note(carbon_at(protein, "SG", 1.8), protein).startswith(
        "the pose lies 1.80 A from SG of CYS:A:25, as if bonded"
    )


@pytest.mark.parametrize(("atom", "away"), [("SG", 2.6), ("CA", 1.5)])
def test_contacts_and_atoms_that_ligands_are_not_bonded_to_are_not(protein, atom, away):
    assert bond_note(carbon_at(protein, atom, away), protein) == ""
