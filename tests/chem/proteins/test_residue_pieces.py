"""Pieces of proteins as molecules: the graphs are those of the residues, and coordinates agree with them."""

import numpy as np
import pytest
from complexes import protein_of
from rdkit import Chem

from molgen.chem.molecules.protonation import protonate
from molgen.chem.proteins.residue_pieces import (
    capped_peptide,
    is_l_residue,
    piece_residue,
    residue_atoms,
    residue_torsions,
    side_chain,
)

NAMES = (
    *("ALA", "ARG", "ASN", "ASP", "CYS", "GLN", "GLU", "GLY", "HIS", "ILE"),
    *("LEU", "LYS", "MET", "PHE", "PRO", "SER", "THR", "TRP", "TYR", "VAL"),
)


def cip(mol: Chem.Mol) -> dict[int, str]:
    """Label of each stereocenter."""
    Chem.AssignStereochemistry(mol, cleanIt=True, force=True)
    return {atom.GetIdx(): atom.GetProp("_CIPCode") for atom in mol.GetAtoms() if atom.HasProp("_CIPCode")}


@pytest.mark.parametrize(
    ("name", "smiles"),
    [
        ("TRP", "Cc1c[nH]c2ccccc12"),
        ("LYS", "CCCC[NH3+]"),
        ("ASP", "CC(=O)[O-]"),
        ("ARG", "CCCNC(N)=[NH2+]"),
        ("ILE", "CCCC"),
        ("THR", "CCO"),
    ],
)
def test_side_chains_end_in_a_methyl_group(name, smiles):
    assert Chem.MolToSmiles(side_chain(name).mol) == Chem.CanonSmiles(smiles)
    assert side_chain(name).atoms[0] == (0, "CB")


def test_a_piece_has_the_protonation_state_that_docking_gives():
    for name in NAMES:
        given = capped_peptide((name,)).mol
        assert Chem.MolToSmiles(protonate(given, 7.4)[0]) == Chem.MolToSmiles(given), name


@pytest.mark.parametrize("name", NAMES)
def test_the_elements_are_those_of_the_atom_names(name):
    piece = capped_peptide((name,))
    assert [atom.GetSymbol() for atom in piece.mol.GetAtoms()] == [label[0] for _, label in piece.atoms]
    assert {label for place, label in piece.atoms if place == 0} == residue_atoms(name)
    assert len(set(piece.atoms)) == len(piece.atoms)


@pytest.mark.parametrize("name", NAMES)
def test_the_bonds_and_the_stereo_are_those_of_crystal_structures(name):
    protein = protein_of("1uou")
    piece = capped_peptide((name,))
    seen = 0
    for place, residue in list(enumerate(protein.residues))[1:-1]:
        around = protein.residues[place - 1 : place + 2]
        if residue.name != name or any(one.kind != "polymer" for one in around):
            continue
        atoms = [
            dict(zip(protein.atom_names[r.start : r.stop], protein.positions[r.start : r.stop], strict=True))
            for r in around
        ]
        if any(label not in atoms[offset + 1] for offset, label in piece.atoms):
            continue
        positions = np.array([atoms[offset + 1][label] for offset, label in piece.atoms])
        i, j = piece.graph.bond_index.astype(int)
        lengths = np.linalg.norm(positions[i] - positions[j], axis=1)
        if max(lengths[:2].max(), lengths[-2:].max()) > 1.7:  # a gap in the chain
            continue
        assert lengths.min() > 1.1
        assert lengths.max() < 2.0
        placed = Chem.Mol(piece.mol)
        placed.AddConformer(Chem.Conformer(len(positions)))
        placed.GetConformer().SetPositions(positions)
        Chem.AssignStereochemistryFrom3D(placed)
        assert cip(placed) == cip(Chem.Mol(piece.mol))
        assert is_l_residue(name, atoms[1])
        mirrored = {label: point * (1, 1, -1) for label, point in atoms[1].items()}
        assert is_l_residue(name, mirrored) == (name == "GLY")
        seen += 1
        if seen == 5:
            break
    assert seen


def test_a_threonine_of_the_other_stereo_at_cb_is_no_l_residue():
    protein = protein_of("1uou")
    residue = next(one for one in protein.residues if one.name == "THR")
    labels = protein.atom_names[residue.start : residue.stop]
    atoms = dict(zip(labels, protein.positions[residue.start : residue.stop], strict=True))
    assert is_l_residue("THR", atoms)
    assert not is_l_residue("THR", {**atoms, "OG1": atoms["CG2"], "CG2": atoms["OG1"]})


def test_the_torsions_of_residues_add_up():
    for names in (("ALA", "PRO", "LYS"), ("PRO", "PRO"), ("GLY", "TRP", "ILE", "PRO")):
        assert capped_peptide(names).graph.n_torsions == sum(residue_torsions(name) for name in names)


def test_altered_residues_and_other_states_of_protonation_are_no_pieces():
    assert piece_residue("PHE") == "PHE"
    assert piece_residue("HSD") == piece_residue("HIE") == "HIS"
    assert [piece_residue(name) for name in ("MSE", "SEP", "HIP", "ASH", "LYN", "HEM", "A")] == [None] * 7
