"""What is said of a receptor near a pocket: what fills it, and what is missing, chosen or unusual there."""

from dataclasses import replace

import numpy as np
from structure_texts import TRIPEPTIDE, hetero, pdb_line, tripeptide

from molgen.chem.proteins.receptor import receptor
from molgen.chem.proteins.site_notes import site_notes
from molgen.chem.proteins.structure import Pocket

POCKET = Pocket(np.array([3.0, 4.0, 0.0]), np.full(3, 20.0), "box")
FAR = Pocket(np.array([3.0, 60.0, 0.0]), np.full(3, 20.0), "box")


def told(protein, pocket):
    return site_notes(receptor(protein, pocket, keep=["additives"]).protein, pocket)


def test_missing_atoms_and_residues_near_the_site_are_told(read):
    lines = [line for line in tripeptide() if " OG " not in line]
    later = [pdb_line(*atom[:3], 9, atom[4] + 6, *atom[5:]) for atom in TRIPEPTIDE[11:]]
    protein = read([*lines, *later])
    assert told(protein, POCKET) == (
        "near the site, atoms are missing in SER:A:2 (OG)",
        "near the site, the chain is broken from GLY:A:3 to GLY:A:9 (5 missing)",
    )
    assert told(protein, FAR) == ()


def test_chosen_locations_and_unusual_residues_near_the_site_are_told(read):
    first = [pdb_line(*atom[:2], "TPO", *atom[3:], altloc="A", occupancy=0.4) for atom in TRIPEPTIDE[5:11]]
    second = [
        pdb_line(*atom[:2], "TPO", *atom[3:6], atom[6] + 1, altloc="B", occupancy=0.6) for atom in TRIPEPTIDE[5:11]
    ]
    protein = read([*tripeptide()[:5], *first, *second, *tripeptide()[11:]])
    assert told(protein, POCKET) == (
        "near the site, alternative locations were chosen in TPO:A:2 (B of A, B)",
        "near the site, unusual residues are TPO:A:2",
    )


def test_atoms_of_zero_occupancy_are_told_unless_all_are(read):
    serine = [pdb_line(*atom, occupancy=0 if atom[0] == "OG" else 1) for atom in TRIPEPTIDE[5:11]]
    protein = read([*tripeptide()[:5], *serine, *tripeptide()[11:]])
    assert protein.notes == ("atoms of zero occupancy, which are read, are in 1 residue: SER:A:2",)
    assert told(protein, POCKET) == ("near the site, atoms have zero occupancy (no density shows them) in SER:A:2",)
    assert told(protein, FAR) == ()
    assert read([pdb_line(*atom, occupancy=0) for atom in TRIPEPTIDE]).notes == ()


def test_groups_that_fill_a_box_are_named_cofactors_too(read):
    lines = tripeptide()
    for name in ("ATP", "DRG"):
        group = [hetero(f"C{k}", "C", name, 9, 3 + 1.4 * k, 4, 0) for k in range(7)]
        assert told(read([*lines, *group]), POCKET) == (
            f"{name}:A:9 fills the pocket as part of the receptor; --drop {name}:A:9 takes it out",
        )
    beside = [hetero(f"C{k}", "C", "NDP", 9, 3 + 1.4 * k, 7.5, 0) for k in range(7)]
    assert told(read([*lines, *beside]), POCKET) == ()


def test_a_ligand_that_lies_elsewhere_in_the_box_is_named(read):
    group = [hetero(f"C{k}", "C", "DRG", 9, 3 + 1.4 * k, 10, 0) for k in range(7)]
    protein = read([*tripeptide(), *group])
    assert told(protein, POCKET) == ("DRG:A:9 lies in the box as part of the receptor; --drop DRG:A:9 takes it out",)
    small = Pocket(POCKET.center, np.full(3, 10.0), "box")
    assert told(protein, small) == ()


def test_a_peptide_and_a_bound_ligand_that_fill_a_box_are_named(read):
    chain = [*tripeptide(), *(pdb_line(*atom[:3], atom[3] + 3, atom[4] + 11, *atom[5:]) for atom in TRIPEPTIDE)]
    peptide = [pdb_line(*atom[:4], atom[4], atom[5] + 5, atom[6], chain="P") for atom in TRIPEPTIDE]
    (note,) = [line for line in told(read([*chain, *peptide]), POCKET) if "fills" in line]
    assert note == "chain P, a peptide, fills the pocket as part of the receptor; --drop chain:P takes it out"
    x, y, z = TRIPEPTIDE[10][4:]  # OG of the serine
    bound = [hetero(f"C{k}", "C", "INH", 90, x, y + 1.4 * k, z) for k in range(1, 5)]
    (note,) = [line for line in told(read([*chain, *bound]), POCKET) if "fills" in line]
    assert "INH:A:90 fills the pocket as part of the receptor, covalently bound to SER:A:2 (C1-OG, 1.40 A);" in note


def test_residues_of_which_a_prediction_is_unsure_are_told_near_the_site(read):
    protein = replace(read(tripeptide()), unsure=(("SER:A:2", 45.2), ("TRP:A:99", 30.0)))
    assert told(protein, POCKET) == ("near the site, the prediction is unsure (pLDDT below 70) of SER:A:2 (45)",)
    assert told(protein, FAR) == ()


def test_a_copy_of_the_assembly_that_reaches_the_site_is_told(read):
    remarks = [
        "REMARK 350 APPLY THE FOLLOWING TO CHAINS: A",
        "REMARK 350   BIOMT1   1 -1.000000  0.000000  0.000000        6.00000",
        "REMARK 350   BIOMT2   1  0.000000 -1.000000  0.000000       12.00000",
        "REMARK 350   BIOMT3   1  0.000000  0.000000  1.000000        0.00000",
    ]
    half = read([*remarks, *tripeptide()])
    (note,) = told(half, POCKET)
    assert note.startswith("near the site, the biological assembly has ")
    assert "of a copy of chain A by symmetry, which the file does not hold" in note
    assert told(half, FAR) == ()
    moved = [
        f"{line[:21]}B{line[22:30]}{6 - float(line[30:38]):8.3f}{12 - float(line[38:46]):8.3f}{line[46:]}"
        for line in tripeptide()
    ]
    assert told(read([*remarks, *tripeptide(), *moved]), POCKET) == ()
