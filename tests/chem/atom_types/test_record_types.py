"""Interaction types from records are those from molecules and proteins."""

from dataclasses import fields

import numpy as np
import pytest
from complexes import protein_of
from rdkit import Chem

from molgen.chem.atom_types.interaction_types import ligand_types, protein_types
from molgen.chem.atom_types.record_types import graph_types, pocket_types
from molgen.chem.features.molecule_features import molecule_graph
from molgen.chem.features.pocket_features import pocket_atoms
from molgen.chem.proteins.structure import InteractionTypes

LIGANDS = [
    "CC(N)C(=O)NCC(=O)[O-]",  # amine, amide, carboxylate
    "C[NH3+]",
    "CN(C)C",
    "NC(=[NH2+])NCCC",
    "c1c[nH]cn1",
    "c1ccncc1N(C)C",
    "CC=NN(C)C",  # next to N=X
    "CN=[N+]=[N-]",
    "O=[N+]([O-])c1ccc(F)cc1Cl",
    "CS(=O)(=O)NC(C)(C)OP(=O)([O-])[O-]",
    "C#CC(Br)=NO",
    "N#CCSc1nnc(I)o1",
    "CB(O)O",
    "C[Si](C)(C)CO",
    "C[Se]CC(N)C(=O)O",
    "C",
]


def assert_same(found: InteractionTypes, expected: InteractionTypes, names: list[str]) -> None:
    for name in names:
        assert np.array_equal(getattr(found, name), getattr(expected, name)), name


@pytest.mark.parametrize("smiles", LIGANDS)
def test_a_graph_has_the_types_of_its_molecule(smiles):
    mol = Chem.MolFromSmiles(smiles)
    found, expected = graph_types(molecule_graph(mol)), ligand_types(mol)
    names = [field.name for field in fields(expected) if field.name != "elements"]
    assert_same(found, expected, names)
    known = found.elements > 0
    assert np.array_equal(found.elements[known], expected.elements[known])
    assert set(expected.elements[~known]) <= {34}


@pytest.mark.parametrize("code", ["1ia1", "1of6"])
def test_a_pocket_has_the_types_of_its_protein(code):
    protein = protein_of(code).keep(lambda residue: residue.kind != "water")
    found, expected = pocket_types(pocket_atoms(protein)), protein_types(protein)
    assert_same(found, expected, ["donor", "acceptor", "hydrophobic", "metal"])
    usual = np.isin(expected.elements, (6, 7, 8, 15, 16))
    assert usual.mean() > 0.99
    assert np.array_equal(found.elements[usual], expected.elements[usual])
