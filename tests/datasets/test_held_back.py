"""What is held back is out of every source, whatever order its atoms have, and stays when data are added."""

import numpy as np
import pytest
from rdkit import Chem
from small_molecules import entry_of, graph_of

from molgen.datasets.held_back import hold_back, in_random_order, molecule_key


def key(record):
    return molecule_key(record.graph)


@pytest.mark.parametrize("smiles", ["CC(=O)Nc1ccc(O)cc1", "C[C@H](N)C(=O)O", "OCC1OC(O)C(O)C(O)C1O", "CCO"])
def test_a_molecule_has_one_key_in_any_order_of_its_atoms(smiles):
    mol = Chem.MolFromSmiles(smiles)
    order = [int(k) for k in np.random.default_rng(0).permutation(mol.GetNumAtoms())]
    again = Chem.MolToSmiles(Chem.RenumberAtoms(mol, order), canonical=False)
    assert again != smiles
    assert molecule_key(graph_of(again)) == molecule_key(graph_of(smiles))


def test_different_molecules_have_different_keys_and_isomers_of_one_skeleton_the_same():
    smiles = ["CCO", "CCN", "CCCO", "CC(C)O", "C1CCCCC1", "C1CCCC1C", "c1ccncc1", "c1ccccc1", "CCOC", "CCCOC"]
    assert len({molecule_key(graph_of(one)) for one in smiles[:-4] + smiles[-2:]}) == 8
    assert molecule_key(graph_of("C[C@H](O)F")) == molecule_key(graph_of("C[C@@H](O)F"))
    assert molecule_key(graph_of("CC=O")) == molecule_key(graph_of("CCO"))


def test_held_back_molecules_are_in_no_source():
    names = ["CCO", "CCN", "CCCO", "CC(C)O", "CCF", "CCCl"]
    first, second = [entry_of(s) for s in names], [entry_of(s) for s in ("OCC", "NCC", "OC(C)C", "FCC", "ClCC", "CBr")]
    (kept, others), held = hold_back([first, second], 0, key, 2, seed=0)
    assert len(held) == 2
    chosen = {key(record) for record in held}
    assert not chosen & {key(record) for record in (*kept, *others)}
    assert (len(kept), len(others)) == (4, 4)


def test_what_is_added_does_not_change_the_order_of_the_rest():
    few, more = [f"c{k}" for k in range(0, 40, 2)], [f"c{k}" for k in range(40)]
    assert [name for name in in_random_order(more, 1) if name in few] == in_random_order(few, 1)
    assert in_random_order(few, 1) != in_random_order(few, 2)
