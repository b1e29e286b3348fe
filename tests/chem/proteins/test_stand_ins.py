"""What stands where a ligand is goes, whatever its kind and name, or is named."""

from dataclasses import replace

import numpy as np
import pytest
from small_structures import alanine, rod, structure

from molgen.chem.proteins.groups.molecules import groups, peptide_chains
from molgen.chem.proteins.groups.stand_ins import stand_ins, without_advice
from molgen.chem.proteins.pockets import find_pockets
from molgen.chem.proteins.reading import read_protein
from molgen.chem.proteins.receptor import receptor
from molgen.chem.proteins.structure import Pocket
from molgen.errors import InputError

FLOOR = [alanine("A", k + 1, (4.0 * k, 0, 0)) for k in range(12)]


def line(start, count):
    """Atoms of a reference ligand, 1.4 Angstrom apart along x."""
    return np.arange(count)[:, None] * [1.4, 0, 0] + np.asarray(start, float)


def found(reference, *groups):
    return stand_ins(structure(*FLOOR, *groups), [np.asarray(reference)])


@pytest.mark.parametrize("name", ["DRG", "ATP", "UNK", "LIG", "PLM", "GOL", "NAG"])
def test_a_group_on_the_ligand_goes_whatever_it_is_called(name):
    result = found(line((0, 9, 0.2), 10), rod(name, "A", 300, (0, 9, 0), 10))
    assert result.removed == (f"{name}:A:300",)
    assert f"{name}:A:300 stands where the ligand is" in result.notes[0]


def test_a_fragment_of_a_group_takes_the_whole_group_away():
    assert found(line((7, 9, 0), 3), rod("ATP", "A", 300, (0, 9, 0), 30)).removed == ("ATP:A:300",)


def test_bonded_residues_go_together():
    groups = [rod("GLC", "B", 1, (0, 9, 0), 6), rod("GLC", "B", 2, (8.4, 9, 0), 6), rod("GLC", "B", 3, (30, 9, 0), 6)]
    assert found(line((0, 9, 0), 6), *groups).removed == ("GLC:B:1", "GLC:B:2")


def test_a_peptide_goes_as_a_chain_and_the_receptor_stays():
    peptide = [alanine("P", k + 1, (4.0 * k, 14, 0)) for k in range(4)]
    atoms = np.concatenate([group[5] for group in peptide])
    result = found(atoms, *peptide)
    assert result.removed == ("ALA:P:1", "ALA:P:2", "ALA:P:3", "ALA:P:4")
    assert result.notes == ("chain P, a peptide, stands where the ligand is and is not part of the receptor",)


def test_a_cap_goes_with_its_peptide_and_is_not_said_to_be_bound():
    peptide = [alanine("P", k + 1, (4.0 * k, 14, 0)) for k in range(4)]
    cap = rod("CAP", "P", 9, (14.7, 14.8, 0), 6)
    atoms = np.concatenate([group[5] for group in (*peptide, cap)])
    result = found(atoms, *peptide, cap)
    assert set(result.removed) == {"ALA:P:1", "ALA:P:2", "ALA:P:3", "ALA:P:4", "CAP:P:9"}
    assert not any("covalently" in note for note in result.notes)


def test_a_part_of_a_long_chain_goes_only_where_it_is_all_of_the_ligand():
    far = [alanine("A", 101 + k, (4.0 * k, 14, 0)) for k in range(4)]
    atoms = np.concatenate([group[5] for group in far])
    whole, part = found(atoms, *far), found(atoms[:5], *far)
    assert whole.notes == ("ALA:A:101 to ALA:A:104 stands where the ligand is and is not part of the receptor",)
    assert len(whole.removed) == 4
    assert part.removed == ()
    assert "ALA:A:101 of the receptor, which stays" in part.notes[0]


def test_residues_of_the_receptor_under_the_ligand_stay_and_are_named():
    result = found(line((8, -2.8, 0), 10))
    assert result.removed == ()
    (note,) = result.notes
    assert note.startswith("the ligand lies 1.3 A from CB of ALA:A:3 of the receptor, which stays")


@pytest.mark.parametrize("name", ["NDP", "CLR"])
def test_a_cofactor_or_lipid_that_the_ligand_only_touches_stays_and_is_named(name):
    result = found(line((0, 9, 0), 8), rod(name, "A", 300, (11, 9, 0), 20))
    assert result.removed == ()
    assert result.notes == (
        f"the ligand lies 1.2 A from C1 of {name}:A:300, which stays; --drop {name}:A:300 takes it out",
    )


def test_a_ligand_that_is_touched_goes():
    assert found(line((0, 9, 0), 8), rod("DRG", "A", 300, (11, 9, 0), 8)).removed == ("DRG:A:300",)


def test_a_covalently_bound_ligand_is_named_with_its_bond():
    standing = np.arange(8)[:, None] * [0, -1.4, 0] + [8, -3.0, 0]
    result = found(standing, ("DRG", "A", 300, "", "ligand", standing, None))
    assert result.removed == ("DRG:A:300",)
    without = ": docking is without this bond"
    assert result.notes[1] == f"DRG:A:300 is covalently bound to ALA:A:3 (C1-CB, 1.50 A){without}"
    (alone,) = found(standing).notes
    assert alone == f"the ligand is covalently bound to CB of ALA:A:3 (1.50 A){without}"
    assert without_advice(alone) == "the ligand is covalently bound to CB of ALA:A:3 (1.50 A)"


def test_docking_through_a_bond_is_advised_where_it_can_be_done():
    protein = read_protein("data/1vsn.pdb")
    (own,) = [residue for residue in protein.residues if residue.name == "NFT"]
    notes = stand_ins(protein, [protein.positions[own.start : own.stop]]).notes
    advised = "covalently bound to CYS:A:25 (C44-SG, 1.73 A): docking is without this bond, --covalent docks through it"
    (bond,) = [note for note in notes if note.endswith(advised)]
    assert without_advice(bond) == "NFT:A:283 is covalently bound to CYS:A:25 (C44-SG, 1.73 A)"


def test_a_metal_that_the_ligand_coordinates_stays_without_a_word():
    result = found(line((0, 9, 0), 8), rod("ZN", "A", 300, (0, 10.6, 0), 1, kind="metal"))
    assert result == stand_ins(structure(*FLOOR), [line((0, 9, 0), 8)])


def test_a_kept_group_does_not_go():
    protein = structure(*FLOOR, rod("DRG", "A", 300, (0, 9, 0), 8))
    assert stand_ins(protein, [line((0, 9, 0), 8)], keep=("DRG",)).removed == ()


def test_water_in_the_place_of_a_ligand_goes_without_a_word():
    result = found(line((0, 9, 0), 8), rod("HOH", "A", 300, (1.4, 9, 0), 1, kind="water"))
    assert result.removed == ("HOH:A:300",)
    assert result.notes == ()


def test_a_sugar_of_an_oligosaccharide_names_the_pocket_of_all_of_it():
    groups = [rod("GLC", "B", 1, (0, 9, 0), 6), rod("GLC", "B", 2, (8.4, 9, 0), 6)]
    (pocket,) = find_pockets("ligand:GLC:B:2", structure(*FLOOR, *groups))
    assert pocket.removed == ("GLC:B:1", "GLC:B:2")
    np.testing.assert_allclose(pocket.center, [7.7, 9, 0])


def test_auto_leaves_cofactors_lipids_and_bound_groups_in_place_and_says_so(reductase):
    atoms = reductase.keep(lambda one: one.name != "TQ3")
    pocket = find_pockets("auto", atoms)[0]
    assert "detected" in pocket.name
    assert pocket.removed == ()
    assert pocket.notes[0].startswith("NDP:A:193 is a cofactor and not taken for the ligand; --pocket ligand:NDP:A:193")


def test_a_chain_names_a_pocket():
    peptide = [alanine("P", k + 1, (4.0 * k, 14, 0)) for k in range(4)]
    protein = structure(*FLOOR, *peptide)
    (pocket,) = find_pockets("chain:P", protein)
    assert pocket.removed == ("ALA:P:1", "ALA:P:2", "ALA:P:3", "ALA:P:4")
    np.testing.assert_allclose(pocket.center, np.concatenate([group[5] for group in peptide]).mean(axis=0))
    with pytest.raises(InputError, match="there is no chain 'X'; the chains are A, P"):
        find_pockets("chain:X", protein)
    with pytest.raises(InputError, match="chain A is the only one"):
        find_pockets("chain:A", structure(*FLOOR))


def test_residues_of_the_same_label_elsewhere_stay():
    """Files without chain ids: the peptide has the numbers of the receptor again."""
    peptide = [alanine("A", k + 1, (4.0 * k, 14, 0)) for k in range(4)]
    protein = structure(*FLOOR, *peptide)
    reference = np.concatenate([group[5] for group in peptide])
    found = stand_ins(protein, [reference])
    pocket = Pocket(reference.mean(axis=0), np.full(3, 20.0), "x", found.removed, places=found.places)
    assert len(receptor(protein, pocket).protein.residues) == len(FLOOR)
    (around,) = find_pockets("ligand:DRG:A:1", structure(*FLOOR, rod("DRG", "A", 1, (0, 9, 0), 8)))
    assert len(around.places) == 1


def test_residues_that_are_joined_by_several_bonds_are_one_molecule():
    ladder = np.arange(4)[:, None] * np.array([2.4, 0, 0])
    halves = [
        (name, "A", number, "", "ligand", ladder + np.array([0, y, 0]), None)
        for name, number, y in (("LI1", 1, 0.0), ("LI2", 2, 1.4))
    ]
    assert [len(group.residues) for group in groups(structure(*halves))] == [2]
    overlaid = [halves[0], (*halves[1][:5], ladder + np.array([0.3, 0.6, 0]), None)]
    assert [len(group.residues) for group in groups(structure(*overlaid))] == [1, 1]


def test_short_chains_of_about_one_length_or_with_disulfides_are_no_peptides():
    def chain(name, count, y):
        return [alanine(name, k, (4.0 * k, y, 0)) for k in range(count)]

    assert peptide_chains(structure(*chain("A", 5, 0), *chain("B", 7, 9))) == frozenset()
    assert peptide_chains(structure(*chain("A", 3, 0), *chain("B", 7, 9))) == {"A"}
    bound = structure(*chain("A", 3, 0), *chain("B", 7, 9))
    names, positions, elements = list(bound.atom_names), bound.positions.copy(), bound.elements.copy()
    for atom, y in ((4, 0.0), (19, 2.05)):
        names[atom], positions[atom], elements[atom] = "SG", (0, y, 20), 16
    bound = replace(bound, atom_names=tuple(names), positions=positions, elements=elements)
    assert peptide_chains(bound) == frozenset()
