"""Alternative locations, repeated records, and the numbers and chains that files give."""

import numpy as np
import pytest
from structure_texts import TRIPEPTIDE, cif_row, hetero, mmcif, pdb_line, tripeptide

from molgen.chem.proteins.pockets.ligands import named_ligand
from molgen.errors import InputError

CIF_ROWS = [cif_row(*atom) for atom in TRIPEPTIDE]


def kinds(protein):
    return [(residue.label, residue.kind) for residue in protein.residues]


def test_the_most_occupied_location_of_a_residue_is_read_whole(read):
    serine = TRIPEPTIDE[5:11]
    first = [pdb_line(*atom, altloc="A", occupancy=0.4) for atom in serine]
    second = [pdb_line(*atom[:6], atom[6] + 1, altloc="B", occupancy=0.6) for atom in serine]
    mixed = [line for pair in zip(first, second, strict=True) for line in pair]
    protein = read([*tripeptide()[:5], *mixed, *tripeptide()[11:]])
    np.testing.assert_allclose(protein.positions[5:11, 2], [atom[6] + 1 for atom in serine])
    assert protein.notes == ("alternative locations, of which the most occupied is read, in 1 residue: SER:A:2",)
    equal = [line.replace("  0.40", "  0.50").replace("  0.60", "  0.50") for line in mixed]
    np.testing.assert_allclose(read(equal).positions, [atom[4:] for atom in serine])


def test_one_component_is_read_of_two_at_the_same_place(read):
    lines = [
        *(pdb_line(*atom, altloc="A", occupancy=0.3) for atom in TRIPEPTIDE[5:11]),
        *(pdb_line(*atom[:2], "ALA", *atom[3:], altloc="B", occupancy=0.7) for atom in TRIPEPTIDE[5:10]),
    ]
    protein = read(lines)
    assert kinds(protein) == [("ALA:A:2", "polymer")]
    assert [str(residue) for residue in protein.alternatives] == ["ALA:A:2 (B of A, B; without SER:A:2 (A))"]


def test_a_compound_at_the_alternative_location_of_another_is_named(read):
    ring = [(f"C{k}", "C", 401, 9 + 1.4 * np.cos(k), 9 + 1.4 * np.sin(k), 9) for k in range(6)]
    lines = [
        *tripeptide(),
        *(hetero(*atom[:2], "ONE", *atom[2:], altloc="A", occupancy=0.5) for atom in ring),
        *(hetero(*atom[:2], "TWO", *atom[2:], altloc="B", occupancy=0.5) for atom in ring),
    ]
    protein = read(lines)
    assert kinds(protein)[-1] == ("ONE:A:401", "ligand")
    assert "components at alternative locations left out: TWO:A:401 (B)" in protein.notes
    with pytest.raises(InputError, match=r"there is no ligand two; .*locations left out: TWO:A:401 \(B\)"):
        named_ligand("two", protein, 20.0)


def test_an_atom_that_the_chosen_location_lacks_is_taken_from_another(read):
    lines = [
        *(pdb_line(*atom, altloc="A", occupancy=0.6) for atom in TRIPEPTIDE[5:10]),
        *(pdb_line(*atom, altloc="B", occupancy=0.4) for atom in TRIPEPTIDE[5:11]),
    ]
    assert read(lines).atom_names == ("N", "CA", "C", "O", "CB", "OG")


def test_insertion_codes_negative_numbers_and_high_chains_are_kept(read):
    lines = [
        *(pdb_line(*atom, chain="z") for atom in TRIPEPTIDE[:5]),
        *(pdb_line(*atom[:3], 52, *atom[4:], insertion="A") for atom in TRIPEPTIDE[5:11]),
        *(pdb_line(*atom[:3], -5, *atom[4:], chain="9") for atom in TRIPEPTIDE[11:]),
    ]
    assert [residue.label for residue in read(lines).residues] == ["ALA:z:1", "SER:A:52A", "GLY:9:-5"]


@pytest.mark.parametrize(
    ("field", "number"), [("A000 ", 10000), ("A00A ", 10010), ("a000 ", 1223056), ("12345", 12345)]
)
def test_overflowing_residue_numbers_are_decoded(read, field, number):
    line = tripeptide()[0]
    assert read([line[:22] + field + line[27:]]).residues[0].number == number


def test_overflowing_serials_and_chain_ids_of_two_letters_are_read(read):
    line = tripeptide()[0]
    for serial in ("*****", "A0000", "186a0", "     "):
        assert len(read([line[:6] + serial + line[11:], "CONECT" + serial * 2])) == 1
    assert len(read(["HETATM100000" + line[12:]])) == 1
    assert read([line[:20] + "Ab" + line[22:]]).residues[0].chain == "Ab"


def test_a_blank_chain_and_repeated_numbers_stay_separate_residues(read):
    lines = tripeptide(chain="")
    shifted = [pdb_line(*atom[:4], atom[4] + 30, *atom[5:], chain="") for atom in TRIPEPTIDE]
    waters = [hetero("O", "O", "HOH", 1, 60 + 4 * k, 0, 0, chain="") for k in range(3)]
    protein = read([*lines, "TER", *shifted, "TER", *waters])
    assert len(protein.residues) == 9
    assert "several residues share a label: 3 labels: ALA::1, SER::2, GLY::3" in protein.notes


def test_repeated_records_are_left_out_but_ligand_atoms_of_one_name_are_not(read):
    same_names = [hetero("C", "C", "UNL", 1, 30 + 1.5 * k, 0, 0) for k in range(4)]
    protein = read([*tripeptide(), tripeptide()[0], *same_names])
    assert len(protein) == 19
    assert protein.notes == ("repeated atom records left out: 1",)


def test_records_of_a_residue_may_lie_apart(read):
    lines = tripeptide()
    protein = read([*lines[:4], *lines[5:], lines[4]])
    assert protein.atom_names == tuple(atom[0] for atom in TRIPEPTIDE)
    assert protein.residues[0].stop == 5


def test_what_follows_an_end_record_is_read_unless_it_is_another_snapshot(read):
    ligand = [hetero(name, "C", "LIG", 9, x, 20.0, 20.0, chain="L") for name, x in (("C1", 20.0), ("C2", 21.5))]
    both = read([*tripeptide(), "END", *ligand, "END"])
    assert [residue.label for residue in both.of_kind("ligand")] == ["LIG:L:9"]
    assert both.notes == ("atoms after the END record are read too: 2",)
    frames = read([*tripeptide(), "END", *tripeptide(), "END", *ligand])
    assert len(frames) == 15
    assert frames.notes == ("atoms after the END record left out: 17",)
    elsewhere = [line[:21] + "B" + line[22:] for line in tripeptide()]
    assert read([*tripeptide(), "END", *elsewhere]).notes == ("atoms after the END record left out: 15",)


def test_a_polymer_that_comes_again_elsewhere_is_a_chain_of_the_assembly(read):
    moved = [line[:30] + f"{float(line[30:38]) + 30:8.3f}" + line[38:] for line in tripeptide()]
    ligand = [hetero(name, "C", "LIG", 9, x, 20.0, 20.0, chain="A") for name, x in (("C1", 20.0), ("C2", 21.5))]
    both = read([*tripeptide(), "END", *moved, *ligand])
    assert [residue.label for residue in both.residues if residue.name == "LIG"] == ["LIG:B:9"]
    assert {residue.chain for residue in both.of_kind("polymer")} == {"A", "B"}
    assert both.notes == ("atoms after the END record are read too: 17; chain A of part 2 is B",)
    for end in ("ENDMDL", "END"):
        models = read(["MODEL", *tripeptide(), end, "MODEL", *moved, end])
        assert models.notes == ("2 models that do not overlap are read as one assembly: chain A of model 2 is B",)


def test_of_a_group_that_comes_again_the_first_is_read_and_what_follows_it_too(read):
    water = hetero("O", "O", "HOH", 7, -9.0, 0.0, 0.0, chain="A")
    ligand = [hetero(name, "C", "LIG", 9, x, 20.0, 20.0, chain="L") for name, x in (("C1", 20.0), ("C2", 21.5))]
    protein = read([*tripeptide(), water, "END", water, *ligand, "END", *ligand])
    assert [residue.label for residue in protein.of_kind("ligand", "water")] == ["HOH:A:7", "LIG:L:9"]
    assert protein.notes == (
        "atoms after the END record are read too: 2",
        "atoms after the END record left out: 3",
    )


def test_copies_of_a_ligand_under_one_label_are_two_ligands_and_that_is_said(read):
    def ligand(x: float) -> list[str]:
        return [hetero(f"C{n}", "C", "LIG", 9, x + 1.5 * n, 20.0, 20.0, chain="L") for n in range(4)]

    apart = read([*tripeptide(), *ligand(0.0), *ligand(40.0)])
    assert [residue.stop - residue.start for residue in apart.of_kind("ligand")] == [4, 4]
    assert apart.notes == ("several residues share a label: 1 label: LIG:L:9",)
    (bonded,) = read([*tripeptide(), *ligand(0.0), *ligand(6.0)]).of_kind("ligand")
    assert bonded.stop - bonded.start == 8


def test_a_model_that_holds_a_moved_ligand_alone_is_no_part_of_an_assembly(read):
    water = [hetero("O", "O", "HOH", 100 + n, -5.0 * (n % 100), 5.0 * (n // 100), -9.0, chain="W") for n in range(400)]
    ligand = [hetero(f"C{n}", "C", "LIG", 9, 20 + 1.5 * n, 20.0, 20.0, chain="L") for n in range(4)]
    moved = [hetero(f"C{n}", "C", "LIG", 9, 20.5 + 1.5 * n, 20.0, 20.0, chain="L") for n in range(4)]
    protein = read(["MODEL        1", *tripeptide(), *ligand, *water, "ENDMDL", "MODEL        2", *moved, "ENDMDL"])
    assert protein.notes == ("the first of 2 models is read",)


def test_only_the_first_model_is_read(read):
    models = ["MODEL        1", *tripeptide(), "ENDMDL", "MODEL        2", *tripeptide(), "ENDMDL"]
    assert len(read(models)) == 15
    assert read(models).notes == ("the first of 2 models is read",)
    rows = [*CIF_ROWS, *(row[:-1] + "2" for row in CIF_ROWS)]
    assert len(read(mmcif(rows), "x.cif")) == 15
    assert read(mmcif(rows), "x.cif").notes == ("the first of 2 models is read",)
    assert read([*tripeptide(), "END", tripeptide()[0]]).notes == ("atoms after the END record left out: 1",)
    two_blocks = mmcif(CIF_ROWS) + mmcif(CIF_ROWS[:3])
    assert read(two_blocks, "x.cif").notes == ("the first of 2 data blocks is read",)


def test_lower_case_records_are_read(read):
    lines = [*tripeptide(), hetero("ZN", "ZN", "ZN", 301, 3, 8, 0, chain="B")]
    plain = read(lines)
    protein = read(["MODEL        1".lower(), *(line.lower() for line in lines), "endmdl", "end"])
    assert kinds(protein) == kinds(plain)
    assert protein.atom_names == plain.atom_names
    np.testing.assert_array_equal(protein.elements, plain.elements)
    assert protein.notes == plain.notes
    mixed = [line.replace("ATOM", "atom") for line in tripeptide(chain="a")]
    assert kinds(read(mixed))[0] == ("ALA:a:1", "polymer")


def test_lower_case_names_of_residues_are_those_of_the_pdb(read):
    lines = [
        *(pdb_line(*atom[:2], atom[2].lower(), *atom[3:]) for atom in TRIPEPTIDE),
        hetero("O", "O", "hoh", 301, 3, 8, 0),
        hetero("zn", "ZN", "zn", 302, 3, 12, 0),
        *(hetero(f"c{k}", "C", "lig", 303, 9 + 1.5 * k, 12, 0) for k in range(3)),
    ]
    expected = [("ALA:A:1", "polymer"), ("SER:A:2", "polymer"), ("GLY:A:3", "polymer"), ("HOH:A:301", "water")]
    assert kinds(read(lines)) == [*expected, ("ZN:A:302", "metal"), ("lig:A:303", "ligand")]
    rows = [cif_row(*atom[:2], atom[2].title(), *atom[3:]) for atom in TRIPEPTIDE]
    assert [residue.name for residue in read(mmcif(rows), "x.cif").residues] == ["ALA", "SER", "GLY"]
