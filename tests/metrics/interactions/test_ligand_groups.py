"""What can interact in a ligand, perceived from its graph."""

import numpy as np
import pytest
from rdkit import Chem
from rdkit.Chem import rdDistGeom

from molgen.metrics.interactions.groups.ligand import LigandPattern, ligand_pattern


def pattern(smiles: str) -> LigandPattern:
    return ligand_pattern(Chem.AddHs(Chem.MolFromSmiles(smiles)))


@pytest.mark.parametrize(
    ("smiles", "cations", "anions"),
    [
        ("CC(=O)[O-]", [], [(1, 2, 3)]),
        ("CNC(N)=[NH2+]", [(1, 2, 3, 4)], []),
        ("C[NH3+]", [(1,)], []),
        ("C[N+](=O)[O-]", [], []),
        ("Cc1c[nH]c[nH+]1", [(3, 4, 5)], []),
    ],
)
def test_a_charge_is_shared_by_the_atoms_it_is_spread_over(smiles, cations, anions) -> None:
    groups = pattern(smiles).groups
    assert (list(groups.cations), list(groups.anions)) == (cations, anions)


@pytest.mark.parametrize(
    ("smiles", "acceptors"),
    [("c1ccoc1", []), ("CC(=O)OC", [2]), ("CNC(C)=O", [4]), ("c1ccncc1", [3]), ("Nc1ccccc1", []), ("COC", [1])],
)
def test_lone_pairs_that_are_conjugated_accept_no_hydrogen_bond(smiles, acceptors) -> None:
    assert list(pattern(smiles).groups.acceptors) == acceptors


@pytest.mark.parametrize(("smiles", "turns"), [("CCO", True), ("CC[NH3+]", True), ("CC(N)=O", False)])
def test_hydroxyls_and_ammonium_turn_and_amides_do_not(smiles, turns) -> None:
    mol = Chem.AddHs(Chem.MolFromSmiles(smiles))
    rdDistGeom.EmbedMolecule(mol, randomSeed=1)
    (donor,) = ligand_pattern(mol).at(mol.GetConformer().GetPositions()).donors
    assert (donor.axis is not None) == turns
    assert np.allclose(np.linalg.norm(donor.directions, axis=1), 1)


def test_halogens_but_fluorine_bond_and_rings_are_aromatic_only() -> None:
    known = pattern("Fc1ccc(Cl)cc1C1CCCCC1")
    assert list(known.groups.halogens) == [(5, 4)]
    assert [len(ring) for ring in known.rings] == [6]
