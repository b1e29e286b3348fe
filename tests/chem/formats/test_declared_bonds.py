"""Bonds that a file declares count where they are longer than bonds are."""

from structure_texts import TRIPEPTIDE, cif_row, hetero, mmcif, tripeptide

from molgen.chem.formats.mmcif.declared_bonds import declared_bonds
from molgen.chem.proteins.groups.bonds import residue_bonds
from molgen.chem.proteins.groups.molecules import groups
from molgen.chem.proteins.reading import read_protein

X, Y, Z = TRIPEPTIDE[10][4:]  # OG of the serine
LINK = "LINK         OG  SER A   2                 C1  INH A  90     1555   1555  2.40"
STRUCT_CONN = """loop_
_struct_conn.id
_struct_conn.conn_type_id
_struct_conn.ptnr1_label_atom_id
_struct_conn.ptnr1_auth_comp_id
_struct_conn.ptnr1_auth_asym_id
_struct_conn.ptnr1_auth_seq_id
_struct_conn.pdbx_ptnr1_PDB_ins_code
_struct_conn.ptnr1_symmetry
_struct_conn.ptnr2_label_atom_id
_struct_conn.ptnr2_auth_comp_id
_struct_conn.ptnr2_auth_asym_id
_struct_conn.ptnr2_auth_seq_id
_struct_conn.pdbx_ptnr2_PDB_ins_code
_struct_conn.ptnr2_symmetry
covale1 covale OG SER AAA 2 ? 1_555 C1 INH AAA 90 ? 1_555
metalc1 metalc OG SER AAA 2 ? 1_555 ZN ZN AAA 91 ? 1_555
covale2 covale OG SER AAA 2 ? 1_555 C1 INH AAA 90 ? 4_556"""


INHIBITOR = [(f"C{k + 1}", "C", "INH", 90, X, Y, Z - 2.4 - 1.4 * k) for k in range(3)]


def test_link_records_are_read_but_for_those_of_symmetry_copies():
    text = "\n".join([LINK, LINK.replace("1555   1555", "1555   4556"), LINK[:40]])
    assert declared_bonds(text, is_mmcif=False) == ((("SER:A:2", "OG"), ("INH:A:90", "C1")),)


def test_covalent_connections_of_mmcif_are_read():
    assert declared_bonds(mmcif([], entities=STRUCT_CONN), is_mmcif=True) == (
        (("SER:AAA:2", "OG"), ("INH:AAA:90", "C1")),
    )
    assert declared_bonds(mmcif([]), is_mmcif=True) == ()


def test_a_declared_bond_binds_a_ligand_that_is_farther_than_bonds_are_long(tmp_path):
    atoms = [hetero(*atom) for atom in INHIBITOR]
    (tmp_path / "x.pdb").write_text("\n".join([LINK, *tripeptide(), *atoms]))
    rows = [cif_row(*atom) for atom in (*TRIPEPTIDE, *INHIBITOR)]
    (tmp_path / "x.cif").write_text(mmcif(rows, entities=STRUCT_CONN))
    for name, chain in (("x.pdb", "A"), ("x.cif", "AAA")):
        (group,) = groups(read_protein(tmp_path / name))
        assert group.anchors == (f"SER:{chain}:2 (C1-OG, 2.40 A)",)


def test_without_the_record_nothing_is_bound(tmp_path):
    (tmp_path / "x.pdb").write_text("\n".join([*tripeptide(), *(hetero(*atom) for atom in INHIBITOR)]))
    protein = read_protein(tmp_path / "x.pdb")
    assert all(protein.residues[bond.second].kind == "polymer" for bond in residue_bonds(protein))
