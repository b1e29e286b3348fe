"""The graph record against molecules whose features are known by hand."""

import numpy as np
import pytest
from rdkit import Chem
from small_molecules import embedded

from molgen.chem.features.molecule_features import heavy_atoms, molecule_graph, without_hydrogens
from molgen.chem.features.molecule_graph import ATOM_COLUMNS, BOND_COLUMNS, ELEMENTS, HYBRIDIZATIONS

COLUMN = {name: k for k, name in enumerate(ATOM_COLUMNS)}
BOND_COLUMN = {name: k for k, name in enumerate(BOND_COLUMNS)}


def column(smiles: str, name: str) -> list[int]:
    return molecule_graph(Chem.MolFromSmiles(smiles)).atoms[:, COLUMN[name]].tolist()


def same(first, second) -> bool:
    return all(np.array_equal(getattr(first, f), getattr(second, f)) for f in first.__dataclass_fields__)


def test_features_of_a_known_molecule():
    # N-(2-aminoethyl)furan-2-carboxamide as its ammonium ion
    graph = molecule_graph(Chem.MolFromSmiles("[NH3+]CCNC(=O)c1ccco1"))
    atoms = {name: graph.atoms[:, k].tolist() for name, k in COLUMN.items()}
    assert [ELEMENTS[k] for k in atoms["element"]] == list("NCCNCOCCCCO")
    assert atoms["charge"] == [3] + [2] * 10  # class 2 is neutral
    assert atoms["aromatic"] == [0] * 6 + [1] * 5
    assert [HYBRIDIZATIONS[k] for k in atoms["hybridization"]] == ["sp3"] * 3 + ["sp2"] * 8
    assert atoms["degree"] == [1, 2, 2, 2, 3, 1, 3, 2, 2, 2, 2]
    assert atoms["hydrogens"] == [3, 2, 2, 1, 0, 0, 0, 1, 1, 1, 0]
    assert atoms["ring_5"] == [0] * 6 + [1] * 5
    assert atoms["ring_6"] == [0] * 11
    assert atoms["chirality"] == [0] * 11


def test_bonds_of_a_known_molecule():
    graph = molecule_graph(Chem.MolFromSmiles("CCC(=O)c1ccccc1"))
    rows = {frozenset(ends): row for ends, row in zip(graph.bond_index.T.tolist(), graph.bonds.tolist(), strict=True)}
    order, ring = BOND_COLUMN["order"], BOND_COLUMN["ring"]
    conjugated, rotatable = BOND_COLUMN["conjugated"], BOND_COLUMN["rotatable"]
    assert len(rows) == 10
    assert (rows[frozenset((2, 3))][order], rows[frozenset((4, 5))][order], rows[frozenset((0, 1))][order]) == (1, 3, 0)
    assert (rows[frozenset((4, 5))][ring], rows[frozenset((2, 4))][ring]) == (1, 0)
    assert (rows[frozenset((2, 4))][conjugated], rows[frozenset((0, 1))][conjugated]) == (1, 0)
    assert {ends for ends, row in rows.items() if row[rotatable]} == {frozenset((1, 2)), frozenset((2, 4))}


def test_fused_rings_show_every_size():
    assert column("C1CC2CCCC12", "ring_4") == [1, 1, 1, 0, 0, 0, 1]
    assert column("C1CC2CCCC12", "ring_5") == [0, 0, 1, 1, 1, 1, 1]
    assert column("C1CCCCCCCCC1", "ring_8") == [1] * 10  # 8 or more


def test_unknown_elements_are_others():
    assert column("C[Se]C", "element") == [ELEMENTS.index("C"), ELEMENTS.index("other"), ELEMENTS.index("C")]


def test_classes_stay_within_their_columns():
    for smiles in ("F[P-](F)(F)(F)(F)F", "[O-]P([O-])([O-])=O", "C[N+](C)(C)C", "[NH4+]", "FS(F)(F)(F)(F)F", "CB(O)O"):
        graph = molecule_graph(Chem.MolFromSmiles(smiles))
        assert (graph.atoms < np.array(list(ATOM_COLUMNS.values()))).all()
        assert (graph.bonds < np.array(list(BOND_COLUMNS.values()))).all()


def test_heavy_atoms_keep_their_order_between_hydrogens():
    mol = Chem.AddHs(Chem.MolFromSmiles("C[C@H](O)/C=C/CN"))
    order = np.random.default_rng(1).permutation(mol.GetNumAtoms()).tolist()
    mixed = Chem.RenumberAtoms(mol, order)
    kept = heavy_atoms(mixed)
    expected = [mixed.GetAtomWithIdx(int(k)).GetSymbol() for k in kept]
    assert [a.GetSymbol() for a in without_hydrogens(mixed).GetAtoms()] == expected
    # the same molecule without hydrogens, atoms renumbered in the order in which the mixed one has them
    bare = Chem.RenumberAtoms(Chem.MolFromSmiles("C[C@H](O)/C=C/CN"), [order[k] for k in kept])
    first, second = molecule_graph(mixed), molecule_graph(bare)
    assert np.array_equal(first.atoms, second.atoms)
    assert {frozenset(b) for b in first.bond_index.T.tolist()} == {frozenset(b) for b in second.bond_index.T.tolist()}
    assert np.array_equal(first.torsions, second.torsions)


def test_hydrogens_that_carry_stereo_isotopes_or_maps_are_left_out_too():
    mol = Chem.AddHs(Chem.MolFromSmiles("[2H]C([2H])(O)/C(C)=N/[H]"))
    graph = molecule_graph(mol)
    assert graph.n_atoms == len(heavy_atoms(mol)) == 5
    assert graph.atoms[:, COLUMN["hydrogens"]].tolist() == [2, 1, 0, 3, 1]


def test_explicit_hydrogens_change_nothing():
    for smiles in ("C[C@H](O)/C=C/CN", "C[C@@H]1CC[C@H](O)CC1", "CC(C)(C)OC(=O)NCC#CC"):
        mol = Chem.MolFromSmiles(smiles)
        assert same(molecule_graph(mol), molecule_graph(Chem.AddHs(mol)))


@pytest.mark.parametrize("smiles", ["C[C@H](O)CC(N)=O", "CC[C@H](C)S(C)=O"])
def test_the_mirror_image_changes_the_chirality_column_only(smiles):
    right = molecule_graph(Chem.MolFromSmiles(smiles))
    left = molecule_graph(Chem.MolFromSmiles(smiles.replace("@", "@@")))
    chirality = COLUMN["chirality"]
    changed = (right.atoms != left.atoms).any(0)
    assert changed.nonzero()[0].tolist() == [chirality]
    assert sorted((right.atoms[:, chirality].max(), left.atoms[:, chirality].max())) == [1, 2]
    assert np.array_equal(right.bonds, left.bonds)
    assert np.array_equal(right.torsions, left.torsions)
    assert np.array_equal(right.paths, left.paths)


def test_r_is_class_1_and_s_is_class_2():
    assert column("N[C@@H](C)C(=O)O", "chirality") == [0, 2, 0, 0, 0, 0]  # L-alanine is S
    assert column("N[C@H](C)C(=O)O", "chirality") == [0, 1, 0, 0, 0, 0]
    assert column("N[C@@H](CS)C(=O)O", "chirality")[1] == 1  # L-cysteine is R


def test_e_and_z_are_told_apart():
    def stereo(smiles: str) -> list[int]:
        return molecule_graph(Chem.MolFromSmiles(smiles)).bonds[:, BOND_COLUMN["stereo"]].tolist()

    assert stereo("C/C=C/C") == [0, 1, 0]
    assert stereo("C/C=C\\C") == [0, 2, 0]
    assert stereo("CC=CC") == [0, 0, 0]


def test_stereo_read_from_coordinates_gives_the_same_features():
    for smiles in ("C[C@H](O)/C=C/CN", "C[C@@H](O)/C=C\\CN"):
        block = Chem.MolFromMolBlock(Chem.MolToMolBlock(embedded(smiles)), removeHs=False)
        assert same(molecule_graph(block), molecule_graph(Chem.MolFromSmiles(smiles)))


def test_a_single_atom_has_an_empty_graph():
    graph = molecule_graph(Chem.MolFromSmiles("O"))
    assert (graph.n_atoms, graph.n_torsions) == (1, 0)
    assert graph.bond_index.shape == (2, 0)
    assert graph.bonds.shape == (0, len(BOND_COLUMNS))
    assert graph.moving.shape == (0, 1)
    assert graph.paths.shape == (0, 4)


def test_hydrogen_gas_keeps_its_atoms():
    graph = molecule_graph(Chem.MolFromSmiles("[H][H]"))
    assert graph.n_atoms == 2
    assert heavy_atoms(Chem.MolFromSmiles("[H][H]")).tolist() == [0, 1]
