"""An inspection lists everything in a file once."""

import pytest
from complexes import CODES, protein_of
from structure_texts import TRIPEPTIDE, hetero, pdb_line, tripeptide

from molgen.chem.proteins.inspection import Chain, Gap, Group, chain_rows, inspect_protein, lines
from molgen.chem.proteins.reading import read_protein


def inspected(folder, content):
    path = folder / "x.pdb"
    path.write_text("\n".join(content))
    return inspect_protein(read_protein(path))


@pytest.fixture
def rich(tmp_path):
    """Two chains, one of each kind of group, an incomplete serine and selenomethionine."""
    modified = [hetero(*atom[:2], "MSE", *atom[3:], chain="B") if atom[2] == "SER" else None for atom in TRIPEPTIDE]
    second = [new or old for new, old in zip(modified, tripeptide(chain="B"), strict=True)]
    return inspected(
        tmp_path,
        [
            *(line for line in tripeptide() if " OG " not in line),
            *second,
            pdb_line("P", "P", "DA", 1, 80, 0, 0, chain="C"),
            pdb_line("O3'", "O", "DA", 1, 83, 0, 0, chain="C"),
            hetero("C1", "C", "LIG", 9, 30, 0, 0),
            hetero("C2", "C", "LIG", 9, 31.4, 0, 0),
            hetero("S", "S", "SO4", 10, 40, 0, 0),
            hetero("O1", "O", "SO4", 10, 41.4, 0, 0),
            hetero("MG", "MG", "MG", 11, 50, 0, 0),
            hetero("CL", "CL", "CL", 12, 60, 0, 0),
            hetero("O", "O", "HOH", 13, 70, 0, 0),
            hetero("H1", "H", "HOH", 13, 70.9, 0, 0),
        ],
    )


def test_chains_and_groups_are_listed_by_kind(rich):
    assert rich.chains == (
        Chain("A", "protein", 3, 14, "1", "3"),
        Chain("B", "protein", 3, 15, "1", "3"),
        Chain("C", "nucleic acid", 1, 2, "1", "1"),
    )
    assert rich.ligands == (Group("LIG:A:9", "LIG", "A", 2),)
    assert [group.label for group in (*rich.additives, *rich.metals, *rich.ions)] == ["SO4:A:10", "MG:A:11", "CL:A:12"]
    assert rich.waters == 1
    assert rich.modified == ("MSE:B:2",)
    assert rich.has_hydrogens
    assert rich.gaps == ()
    assert ("SER:A:2", ("OG",)) in rich.incomplete


def test_rows_and_lines_show_all_of_it(rich):
    assert chain_rows(rich)[0] == ("A", "protein", "3", "14", "1 to 3")
    text = "\n".join(lines(rich))
    for expected in (
        "chain B: protein, 3 residues (1 to 3), 15 heavy atoms",
        "metal MG:A:11",
        "waters: 1",
        "SER:A:2 (OG)",
    ):
        assert expected in text


def moved(number, shift):
    """The glycine of the tripeptide under another number, elsewhere."""
    return [pdb_line(*atom[:3], number, atom[4] + shift, *atom[5:]) for atom in TRIPEPTIDE[11:]]


def test_a_gap_is_a_broken_bond_and_not_a_jump_of_the_numbers(tmp_path):
    lines = tripeptide()[:11]
    assert inspected(tmp_path, [*lines, *moved(7, 0)]).gaps == ()
    assert inspected(tmp_path, [*lines, *moved(7, 9)]).gaps == (Gap("A", "SER:A:2", "GLY:A:7", 4),)
    assert inspected(tmp_path, [*lines, *moved(3, 9)]).gaps == (Gap("A", "SER:A:2", "GLY:A:3", 0),)


def test_a_trace_of_alpha_carbons_has_gaps_by_number(tmp_path):
    trace = [pdb_line("CA", "C", "ALA", number, 3.8 * number, 0, 0) for number in (1, 2, 5)]
    assert inspected(tmp_path, trace).gaps == (Gap("A", "ALA:A:2", "ALA:A:5", 2),)


def test_real_structures_have_their_chains():
    found = {code: inspect_protein(protein_of(code)) for code in CODES}
    assert [chain.id for chain in found["1ia1"].chains] == ["A", "B"]
    assert [group.name for group in found["1ia1"].ligands] == ["TQ3", "NDP", "NDP"]
    assert all(chain.kind == "protein" for one in found.values() for chain in one.chains)


def test_bonds_roles_and_chosen_locations_are_listed(tmp_path):
    chain = [*tripeptide(), *(pdb_line(*atom[:4], atom[4] + 11, *atom[5:]) for atom in TRIPEPTIDE)]
    peptide = [pdb_line(*atom[:5], atom[5] + 40, atom[6], chain="P") for atom in TRIPEPTIDE]
    x, y, z = TRIPEPTIDE[10][4:]  # OG of the serine
    bound = [hetero(f"C{k}", "C", "INH", 90, x, y, z - 1.4 * k) for k in range(1, 7)]
    sugars = [hetero(f"C{k}", "C", "GLC", 91 + k // 4, 60 + 1.45 * k, 0, 0) for k in range(8)]
    cofactor = [hetero(f"C{k}", "C", "NAD", 95, 60 + 1.45 * k, 20, 0) for k in range(6)]
    twice = [
        hetero("C1", "C", "DRG", 96, 60, 40, z, altloc=a, occupancy=o) for a, o, z in (("A", 0.3, 0), ("B", 0.7, 2))
    ]
    twice += [hetero("C2", "C", "DRG", 96, 61.4, 40, 1)]
    found = inspected(tmp_path, [*chain, *peptide, *bound, *sugars, *cofactor, *twice])
    text = lines(found)
    assert any(line.startswith("chain P: protein, 3 residues") and line.endswith("a peptide") for line in text)
    assert "ligand INH:A:90: 6 heavy atoms, covalently bound to SER:A:2 (C1-OG, 1.40 A)" in text
    assert "ligand GLC:A:91: 4 heavy atoms, bonded to GLC:A:92" in text
    assert "ligand NAD:A:95: 6 heavy atoms, cofactor" in text
    assert "alternative locations: DRG:A:96 (B of A, B)" in text


def test_a_side_chain_that_is_an_amide_with_another_residue_lacks_nothing(tmp_path):
    aspartate = [*tripeptide()[:5], pdb_line("CG", "C", "ALA", 1, -0.5, -2.3, -1.2), *tripeptide()[5:]]
    aspartate = [line.replace("ALA A   1", "ASP A   1") for line in aspartate]
    aspartate.insert(6, pdb_line("OD1", "O", "ASP", 1, 0.4, -3.1, -1.2))
    assert inspected(tmp_path, aspartate).incomplete == (("ASP:A:1", ("OD2",)),)
    amine = pdb_line("NZ", "N", "LYS", 9, -1.6, -2.7, -1.8, chain="B")
    assert [label for label, _ in inspected(tmp_path, [*aspartate, amine]).incomplete] == ["LYS:B:9"]


def test_only_the_shortest_contact_of_two_residues_is_their_bond(tmp_path):
    x, y, z = TRIPEPTIDE[10][4:]  # OG of the serine
    phosphate = [hetero("P", "P", "DEP", 90, x + 0.4, y, z - 1.5), hetero("O1", "O", "DEP", 90, x + 1.9, y, z - 1.6)]
    (group,) = inspected(tmp_path, [*tripeptide(), *phosphate]).ligands
    assert group.bound_to == ("SER:A:2 (P-OG, 1.55 A)",)


def test_an_organic_mercury_compound_is_bound_to_its_cysteine(tmp_path):
    chain = [line.replace("SER", "CYS").replace("OG ", "SG ") for line in tripeptide()]
    x, y, z = TRIPEPTIDE[10][4:]
    mercury = [hetero("HG", "HG", "MBO", 90, x, y, z - 2.3), hetero("C1", "C", "MBO", 90, x, y, z - 4.4)]
    (group,) = inspected(tmp_path, [*chain, *mercury]).ligands
    assert group.bound_to == ("CYS:A:2 (HG-SG, 2.30 A)",)
