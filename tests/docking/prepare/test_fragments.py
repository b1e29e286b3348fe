"""Pieces cut out of a protein: real molecules where they lay, and a pocket without what they were bonded to."""

from dataclasses import replace

import numpy as np
import pytest
from complexes import protein_of
from rdkit import Chem
from scipy.spatial.distance import cdist

from molgen.chem.atom_types.interaction_types import is_metal
from molgen.chem.proteins.structure import Protein
from molgen.datasets.records.stored_proteins import not_excluded
from molgen.docking.prepare.fragment_config import FragmentConfig
from molgen.docking.prepare.fragments import Fragment, cut_fragments

CONFIG = FragmentConfig(per_protein=40)


def dry(code: str) -> Protein:
    return protein_of(code).keep(lambda residue: residue.kind != "water")


def cut(protein: Protein, config: FragmentConfig = CONFIG, seed: int = 0) -> list[Fragment]:
    return cut_fragments(protein, config, np.random.default_rng(seed))


@pytest.fixture(scope="module")
def protein() -> Protein:
    return dry("1ia1")


@pytest.fixture(scope="module")
def fragments(protein) -> list[Fragment]:
    return cut(protein)


def residues_of(protein: Protein, fragment: Fragment) -> np.ndarray:
    return np.unique(protein.residue_index[fragment.atoms])


def bond_lengths(protein: Protein, fragment: Fragment) -> np.ndarray:
    i, j = fragment.atoms[fragment.piece.graph.bond_index.astype(int)]
    return np.linalg.norm(protein.positions[i] - protein.positions[j], axis=1)


def test_a_quarter_are_side_chains_and_most_are_as_large_as_drugs(fragments):
    assert len(fragments) == 40
    assert sum(one.label.startswith("0:") for one in fragments) == 10
    assert np.mean([12 <= len(one.atoms) <= 35 for one in fragments]) > 0.5
    assert len({one.label for one in fragments}) == 40


def test_sizes_and_torsions_are_within_the_limits(fragments):
    assert all(5 <= len(one.atoms) <= 40 for one in fragments)
    assert all(one.piece.graph.n_torsions <= 12 for one in fragments)


def test_every_bond_of_the_graph_is_a_bond_in_the_structure(protein, fragments):
    for fragment in fragments:
        lengths = bond_lengths(protein, fragment)
        assert len(lengths) >= len(fragment.atoms) - 1
        assert lengths.min() > 1.1
        assert lengths.max() < 2.0


def test_pairs_that_the_graph_does_not_bond_are_apart(protein, fragments):
    for fragment in fragments:
        positions = protein.positions[fragment.atoms]
        distance = cdist(positions, positions)
        i, j = fragment.piece.graph.bond_index.astype(int)
        distance[i, j] = distance[j, i] = np.inf
        np.fill_diagonal(distance, np.inf)
        assert distance.min() > 2.0


def test_the_stereo_of_the_graph_is_that_of_the_structure(protein, fragments):
    seen = 0
    for fragment in fragments:
        mol = Chem.Mol(fragment.piece.mol)
        conformer = Chem.Conformer(mol.GetNumAtoms())
        conformer.SetPositions(protein.positions[fragment.atoms])
        mol.AddConformer(conformer)
        Chem.AssignStereochemistryFrom3D(mol)
        Chem.AssignStereochemistry(mol, cleanIt=True, force=True)
        codes = [atom.GetProp("_CIPCode") if atom.HasProp("_CIPCode") else "" for atom in mol.GetAtoms()]
        assert fragment.piece.graph.atoms[:, -1].tolist() == [{"": 0, "R": 1, "S": 2}[code] for code in codes]
        seen += sum(code != "" for code in codes)
    assert seen > 30


def test_symmetries_keep_the_elements_and_begin_with_the_identity(fragments):
    for fragment in fragments:
        assert fragment.permutations[0].tolist() == list(range(len(fragment.atoms)))
        element = fragment.piece.graph.atoms[:, 0]
        assert all(np.array_equal(element[order], element) for order in fragment.permutations)
    assert max(len(fragment.permutations) for fragment in fragments) > 1


def test_the_pocket_holds_the_piece_and_is_not_bonded_to_it(protein, fragments):
    metal = is_metal(protein.elements)
    for fragment in fragments:
        assert not not_excluded(residues_of(protein, fragment), fragment.excluded).any()
        outside = not_excluded(protein.residue_index, fragment.excluded)
        distance = cdist(protein.positions[fragment.atoms], protein.positions[outside])
        assert distance[:, ~metal[outside]].min() >= 2.4
        contacts = distance < 4.5
        assert contacts.sum() >= 2.0 * len(fragment.atoms)
        assert contacts.any(1).mean() >= 0.6


def test_neighbors_along_the_chain_are_left_out(protein, fragments):
    for fragment in fragments:
        first, last = residues_of(protein, fragment)[[0, -1]]
        assert first - 1 <= fragment.excluded[0] <= first
        assert last <= fragment.excluded[1] <= last + 1
    narrow = cut(protein, replace(CONFIG, margin=0, clash=0.0))
    assert all(one.excluded == tuple(residues_of(protein, one)[[0, -1]]) for one in narrow)


def test_the_choice_is_that_of_the_seed(protein, fragments):
    labels = [one.label for one in fragments]
    assert [one.label for one in cut(protein)] == labels
    assert [one.label for one in cut(protein, seed=1)] != labels


def test_moving_the_protein_changes_nothing(protein, fragments):
    turn = np.linalg.qr(np.random.default_rng(2).normal(size=(3, 3)))[0]
    turn *= np.linalg.det(turn)
    moved = replace(protein, positions=protein.positions @ turn.T + 7)
    assert [one.label for one in cut(moved)] == [one.label for one in fragments]


def test_no_piece_spans_a_gap(protein):
    gapped = protein.keep(lambda residue: residue.number % 6 != 0)
    found = cut(gapped)
    assert found
    assert max(bond_lengths(gapped, one).max() for one in found) < 2.0
    assert all(len(residues_of(gapped, one)) <= 5 for one in found)
    numbers = [[gapped.residues[k].number for k in residues_of(gapped, one)] for one in found]
    assert all(np.all(np.diff(one) == 1) for one in numbers)


def test_a_mirrored_protein_has_no_pieces_but_those_without_stereo(protein):
    found = cut(replace(protein, positions=protein.positions * (1, 1, -1)))
    assert all("@" not in one.piece.smiles for one in found)
    assert not any(one.label.startswith("0:") for one in found)


def test_residues_that_lack_an_atom_are_in_no_piece(protein):
    chosen = [place for place, name in enumerate(protein.atom_names) if name == "CD1"]
    names = tuple("XX" if place in chosen else name for place, name in enumerate(protein.atom_names))
    kinds = {one.label.split(":")[1] for one in cut(replace(protein, atom_names=names)) if one.label[0] in "01"}
    assert kinds
    assert not kinds & {"LEU", "ILE", "PHE", "TYR", "TRP"}


def test_a_cysteine_in_a_disulfide_is_in_no_piece():
    protein = dry("1uou")
    sulfurs = [place for place, name in enumerate(protein.atom_names) if name == "SG"][:2]
    bridged = protein.positions.copy()
    bridged[sulfurs[1]] = bridged[sulfurs[0]] + [0, 0, 2.05]
    config = replace(CONFIG, per_protein=2000, clash=0.0, max_torsions=5)
    places = {int(protein.residue_index[place]) for place in sulfurs}

    def cysteines(structure: Protein) -> set[int]:
        found = cut(structure, config)
        return {place for one in found for place in residues_of(structure, one)[1:-1].tolist()} & places

    assert cysteines(protein) == places
    assert cysteines(replace(protein, positions=bridged)) == set()


def test_a_peptide_of_three_residues_has_no_surroundings_to_hold_a_piece(protein):
    assert cut(protein.keep(lambda residue: residue.number in (20, 21, 22) and residue.chain == "A")) == []
