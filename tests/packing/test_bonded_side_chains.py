"""Side chains that are bonded to something: they stay, and what stays is said."""

from dataclasses import replace

import numpy as np
import pytest

from molgen.chem.proteins.reading import read_protein
from molgen.chem.side_chains.records import side_chain_record
from molgen.chem.side_chains.residues import INDEX
from molgen.errors import InputError
from molgen.packing.pack import pack
from molgen.packing.records import PackConfig
from molgen.packing.residues.bonded import bonded_side_chains
from molgen.packing.residues.selection import select

LYSINE_NZ, ASPARTATE_CG, SULFUR = 8, 5, 5


@pytest.fixture(scope="module")
def protein():
    return read_protein("data/1ia1.pdb")


@pytest.fixture(scope="module")
def record(protein):
    return side_chain_record(protein)


def row_of(protein, record, name: str) -> int:
    return next(r for r, index in enumerate(record.residues) if protein.residues[int(index)].name == name)


def label_of(protein, record, row: int) -> str:
    return protein.residues[int(record.residues[row])].label


def with_atom_at(record, row: int, slot: int, place: np.ndarray):
    atoms = record.atoms.copy()
    atoms[row, slot] = place
    return replace(record, atoms=atoms)


def test_nothing_of_an_ordinary_structure_is_bonded(protein, record):
    assert not bonded_side_chains(protein, record).any()


@pytest.mark.parametrize(("gap", "bonded"), [(1.33, True), (2.6, False), (0.5, False)])
def test_both_ends_of_an_isopeptide_stay(protein, record, gap, bonded):
    lysine, aspartate = row_of(protein, record, "LYS"), row_of(protein, record, "ASP")
    place = record.atoms[aspartate, ASPARTATE_CG] + np.float32([0, 0, 60.0])  # nothing else is there
    changed = with_atom_at(record, aspartate, ASPARTATE_CG, place)
    changed = with_atom_at(changed, lysine, LYSINE_NZ, place + np.float32([gap, 0, 0]))
    found = bonded_side_chains(protein, changed)
    assert (bool(found[lysine]), bool(found[aspartate])) == (bonded, bonded)
    assert found.sum() == 2 * bonded
    kept = select(protein, changed, PackConfig()).kept
    labels = [label_of(protein, record, row) for row in sorted((lysine, aspartate))]
    assert kept.get("side chains kept, bonded to another group or residue") == (labels if bonded else None)


def test_two_carbons_that_clash_are_not_bonded(protein, record):
    leucine, aspartate = row_of(protein, record, "LEU"), row_of(protein, record, "ASP")
    place = record.atoms[aspartate, ASPARTATE_CG] + np.float32([0, 0, 60.0])
    changed = with_atom_at(record, aspartate, ASPARTATE_CG, place)
    changed = with_atom_at(changed, leucine, 6, place + np.float32([1.5, 0, 0]))
    assert not bonded_side_chains(protein, changed).any()


def test_a_bond_that_the_file_declares_counts_at_any_length(protein, record):
    lysine, aspartate = (label_of(protein, record, row_of(protein, record, name)) for name in ("LYS", "ASP"))
    declared = replace(protein, declared_bonds=(((lysine, "NZ"), (aspartate, "CG")),))
    assert bonded_side_chains(declared, record).sum() == 2
    backbone = replace(protein, declared_bonds=(((lysine, "N"), (aspartate, "C")),))
    assert not bonded_side_chains(backbone, record).any()


def test_disulfides_do_not_count(protein, record):
    rows = np.flatnonzero(record.types == INDEX["SER"])[:2]
    types = record.types.copy()
    types[rows] = INDEX["CYS"]
    place = record.atoms[rows[0], SULFUR] + np.float32([0, 0, 60.0])
    changed = with_atom_at(replace(record, types=types), rows[0], SULFUR, place)
    changed = with_atom_at(changed, rows[1], SULFUR, place + np.float32([2.05, 0, 0]))
    first, second = (label_of(protein, record, row) for row in rows)
    declared = replace(protein, declared_bonds=(((first, "SG"), (second, "SG")),))
    assert not bonded_side_chains(declared, changed).any()
    thioether = with_atom_at(changed, row_of(protein, record, "ASP"), ASPARTATE_CG, place + np.float32([0, 1.8, 0]))
    assert bonded_side_chains(protein, thioether).sum() == 2


def test_a_declared_bond_to_a_metal_does_not_count(protein, record):
    lysine = label_of(protein, record, row_of(protein, record, "LYS"))
    metal = replace(protein.residues[-1], name="ZN", kind="metal")
    declared = (((lysine, "NZ"), (metal.label, "ZN")),)
    changed = replace(protein, residues=(*protein.residues[:-1], metal), declared_bonds=declared)
    assert not bonded_side_chains(changed, record).any()


def test_why_a_residue_cannot_be_packed_is_told_apart(protein, tmp_path):
    lines = protein_lines(("LYS", "C"), renamed={"ASP": "XYZ"})
    path = tmp_path / "odd.pdb"
    path.write_text("".join(lines))
    odd = read_protein(path)
    lysine = next(one for one in odd.residues if one.name == "LYS")
    other = next(one for one in odd.residues if one.name == "XYZ")
    for residue, reason in ((lysine, "LYS:A:.* lacks C, without which"), (other, "XYZ:A:.* is none of the twenty")):
        with pytest.raises(InputError, match=rf"odd\.pdb: {reason}"):
            pack(odd, PackConfig(residues=f"A:{residue.number}"))


def protein_lines(gone: tuple[str, str], renamed: dict[str, str]) -> list[str]:
    """Some residues of the example, without an atom of one kind and with other names."""
    with open("data/1ia1.pdb", encoding="ascii") as stream:
        atoms = [line for line in stream if line.startswith("ATOM")][:400]
    kept = [line for line in atoms if (line[17:20], line[12:16].strip()) != gone]
    return [line.replace(name, new, 1) for line in kept for name, new in renamed.items()]


def test_a_residue_that_cannot_turn_is_named(protein):
    glycine = next(one for one in protein.residues if one.name == "GLY")
    packing = pack(protein, PackConfig(residues=f"A:{glycine.number}"))
    assert f"nothing to find, no angle of the side chain can turn: {glycine.label}" in packing.notes
