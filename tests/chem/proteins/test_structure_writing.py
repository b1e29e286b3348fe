"""A written complex reads back with the same atoms in the same places."""

from dataclasses import replace

import numpy as np
import pytest
from complexes import protein_of
from rdkit import Chem
from rdkit.Chem import rdDistGeom
from structure_texts import TRIPEPTIDE, hetero, pdb_line, tripeptide

from molgen.chem.proteins.reading import read_protein
from molgen.chem.proteins.structure import Residue
from molgen.chem.proteins.writing import check_room, write_complex
from molgen.errors import InputError


@pytest.fixture(scope="module")
def ligand():
    mol = Chem.AddHs(Chem.MolFromSmiles("OC(=O)c1ccc(Br)cc1C#N"))
    rdDistGeom.EmbedMultipleConfs(mol, 2, randomSeed=1)
    return mol


@pytest.fixture
def protein(tmp_path):
    path = tmp_path / "in.pdb"
    modified = [hetero(*atom[:2], "MSE", *atom[3:], chain="L") for atom in TRIPEPTIDE[5:11]]
    lines = [
        *tripeptide(),
        "TER",
        *(pdb_line(*atom[:3], -7, *atom[4:], chain="L", insertion="B") for atom in TRIPEPTIDE[:5]),
        *modified,
        pdb_line("O5'", "O", "DA", 1, 60, 0, 0, chain="D"),
        hetero("CA", "CA", "CA", 201, 20, 0, 0),
        hetero("HO5'", "H", "DA", 1, 60.9, 0, 0, chain="D"),
        *(hetero(f"CA{k}", "C", "HEM", 202, 30 + 1.4 * k, 0, -123.456) for k in (1, 2)),
        hetero("O", "O", "HOH", 301, 40, 0, 0),
    ]
    path.write_text("\n".join(lines))
    return read_protein(path)


@pytest.mark.parametrize("name", ["x.pdb", "x.pdb.gz", "x.cif", "x.cif.gz", "x.mmcif"])
def test_a_complex_reads_back_as_it_was(tmp_path, protein, ligand, name):
    write_complex(tmp_path / name, protein, ligand, 1)
    back = read_protein(tmp_path / name)
    assert back.notes == protein.notes
    assert [replace(one, start=0, stop=0) for one in back.residues[:-1]] == [
        replace(one, start=0, stop=0) for one in protein.residues
    ]
    assert back.residues[-1] == Residue("LIG", "B", 1, "", "ligand", len(protein), len(back))
    np.testing.assert_allclose(back.positions[: len(protein)], protein.positions, atol=1e-3)
    assert back.elements[: len(protein)].tolist() == protein.elements.tolist()
    assert back.atom_names[: len(protein)] == protein.atom_names
    heavy = [atom.GetIdx() for atom in ligand.GetAtoms() if atom.GetAtomicNum() > 1]
    np.testing.assert_allclose(back.positions[len(protein) :], ligand.GetConformer(1).GetPositions()[heavy], atol=1e-3)
    assert len(set(back.atom_names[len(protein) :])) == len(heavy)
    assert back.hydrogens[len(protein) :].sum() == ligand.GetNumAtoms() - len(heavy)


def test_pdb_has_the_bonds_of_the_ligand(tmp_path, protein, ligand):
    write_complex(tmp_path / "x.pdb", protein, ligand, 0, "BCN")
    lines = (tmp_path / "x.pdb").read_text().splitlines()
    assert all(len(line) == 78 for line in lines if line.startswith(("ATOM", "HETATM")))
    serials = [int(line[6:11]) for line in lines if line.startswith(("ATOM", "HETATM", "TER"))]
    assert serials == list(range(1, len(serials) + 1))
    alone = [line for line in lines if line[17:20] == "BCN" or line.startswith("CONECT")]
    mol = Chem.MolFromPDBBlock("\n".join(alone), removeHs=False, proximityBonding=False)
    assert mol.GetNumAtoms() == ligand.GetNumAtoms()
    assert {frozenset((b.GetBeginAtomIdx(), b.GetEndAtomIdx())) for b in mol.GetBonds()} == {
        frozenset((b.GetBeginAtomIdx(), b.GetEndAtomIdx())) for b in ligand.GetBonds()
    }


def test_mmcif_has_the_bond_orders_of_the_ligand(tmp_path, protein, ligand):
    write_complex(tmp_path / "x.cif", protein, ligand)
    text = (tmp_path / "x.cif").read_text()
    for order in ("SING", "DOUB", "TRIP", "AROM"):
        assert order in text


@pytest.mark.parametrize("name", ["x.pdb", "x.cif"])
def test_a_bond_between_protein_and_ligand_is_declared(tmp_path, protein, ligand, name):
    atom = protein.atom_names.index("CB")
    carbon = next(one.GetIdx() for one in ligand.GetAtoms() if one.GetSymbol() == "C")
    write_complex(tmp_path / name, protein, ligand, 1, link=(atom, carbon))
    residue = protein.residues[protein.residue_index[atom]]
    assert read_protein(tmp_path / name).declared_bonds == (((residue.label, "CB"), ("LIG:B:1", "C1")),)


def test_what_a_pdb_file_cannot_hold_is_written_as_mmcif(tmp_path, protein, ligand):
    big = protein.residues[0]
    for change, problem in [
        ({"chain": "AB"}, "chain id 'AB'"),
        ({"number": 10000}, "residue number 10000"),
        ({"name": "A1LU6"}, "component id 'A1LU6'"),
    ]:
        changed = replace(protein, residues=(replace(big, **change), *protein.residues[1:]))
        with pytest.raises(InputError, match=f"no room for the {problem} of N in .*; write .cif"):
            write_complex(tmp_path / "x.pdb", changed, ligand)
        with pytest.raises(InputError, match=f"x.pdb: a PDB file has no room for the {problem}"):
            check_room("x.pdb", changed)
        check_room("x.cif", changed)
        write_complex(tmp_path / "x.cif", changed, ligand)
        assert read_protein(tmp_path / "x.cif").residues[0].label == replace(big, **change).label
    far = replace(protein, positions=protein.positions - 2000)
    with pytest.raises(InputError, match="no room for the coordinates"):
        write_complex(tmp_path / "x.pdb", far, ligand)
    assert not (tmp_path / "x.pdb").exists()


def test_more_atoms_than_serial_numbers_are_refused_for_pdb(tmp_path, protein, ligand):
    count = 100_000
    water = Residue("HOH", "W", 1, "", "water", 0, count)
    many = replace(
        protein,
        positions=np.zeros((count, 3)),
        elements=np.full(count, 8, dtype=np.int16),
        atom_names=("O",) * count,
        residues=(water,),
    )
    with pytest.raises(InputError, match="at most 99,999"):
        write_complex(tmp_path / "x.pdb", many, ligand)


def test_wrong_arguments_are_one_line(tmp_path, protein, ligand):
    with pytest.raises(InputError, match=r"written as \.pdb or \.cif"):
        write_complex(tmp_path / "x.xyz", protein, ligand)
    with pytest.raises(InputError, match="no conformer 7"):
        write_complex(tmp_path / "x.pdb", protein, ligand, 7)
    with pytest.raises(InputError, match="no component id"):
        write_complex(tmp_path / "x.pdb", protein, ligand, 0, "A B")
    with pytest.raises(InputError, match="does not exist"):
        write_complex(tmp_path / "missing" / "x.pdb", protein, ligand)
    lost = Chem.Mol(ligand)
    lost.GetConformer().SetAtomPosition(0, (float("nan"), 0.0, 0.0))
    with pytest.raises(InputError, match="not finite"):
        write_complex(tmp_path / "x.pdb", protein, lost)


def test_real_complexes_read_back(tmp_path, ligand):
    protein = protein_of("1s3v")
    for name in ("x.pdb", "x.cif"):
        write_complex(tmp_path / name, protein, ligand)
        back = read_protein(tmp_path / name)
        np.testing.assert_allclose(back.positions[: len(protein)], protein.positions, atol=1e-3)
        assert [one.label for one in back.residues[:-1]] == [one.label for one in protein.residues]
