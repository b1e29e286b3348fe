"""PDBQT files: which atoms of a receptor are donors and acceptors, and ligands there and back."""

from pathlib import Path

import numpy as np
import pytest
from rdkit import Chem
from rdkit.Chem import rdDistGeom, rdForceFieldHelpers

from benchmarks.docking.vina.files import ligand_pdbqt, poses_of, receptor_pdbqt

DONORS = {
    "ARG": {"NE", "NH1", "NH2"},
    "ASN": {"ND2"},
    "GLN": {"NE2"},
    "HIS": {"NE2"},
    "LYS": {"NZ"},
    "SER": {"OG"},
    "THR": {"OG1"},
    "TRP": {"NE1"},
    "TYR": {"OH"},
}
# adenine, nicotinamide, a sugar, a phosphate, an acid, a nitrile, an imidazole, a lactam, an ether, a cation
COFACTORS = [
    "Nc1ncnc2[nH]cnc12",
    "NC(=O)c1cccnc1",
    "OC1COCC1O",
    "COP(=O)([O-])[O-]",
    "CC(=O)[O-]",
    "CC#N",
    "Cc1cnc[nH]1",
    "O=c1cccc[nH]1",
    "C[NH3+]",
    "CNC(C)=O",
    "C1C[NH2+]CCN1C",
    "Cn1cnc2c(=O)[nH]c(N)nc12",
]


def built(mol: Chem.Mol) -> Chem.Mol:
    mol = Chem.AddHs(mol, addResidueInfo=mol.GetAtomWithIdx(0).GetPDBResidueInfo() is not None)
    parameters = rdDistGeom.ETKDGv3()
    parameters.randomSeed = 1
    assert rdDistGeom.EmbedMolecule(mol, parameters) == 0
    rdForceFieldHelpers.MMFFOptimizeMolecule(mol, maxIters=500)
    return mol


def peptide_pdb(sequence: str) -> str:
    return Chem.MolToPDBBlock(Chem.RemoveHs(built(Chem.MolFromSequence(sequence))), flavor=2 | 8)


def atoms_of(pdbqt: str) -> list[tuple[str, str, int, str, np.ndarray]]:
    """Atom name, residue, number, type, position."""
    return [
        (line[12:16].strip(), line[17:20].strip(), int(line[22:26]), line[77:].strip(), np.array(position(line)))
        for line in pdbqt.splitlines()
        if line.startswith("ATOM")
    ]


def position(line: str) -> list[float]:
    return [float(line[start : start + 8]) for start in (30, 38, 46)]


def donors_of(pdbqt: str) -> set[tuple[str, int, str]]:
    """Residue, number and name of the heavy atom next to each hydrogen, which must lie 1 Angstrom from only one."""
    atoms = atoms_of(pdbqt)
    heavy = [atom for atom in atoms if atom[3] != "HD"]
    found = []
    for hydrogen in (atom for atom in atoms if atom[3] == "HD"):
        distances = np.array([np.linalg.norm(atom[4] - hydrogen[4]) for atom in heavy])
        order = np.argsort(distances)
        assert distances[order[0]] == pytest.approx(1.0, abs=2e-3)
        assert distances[order[1]] > 1.5
        found.append((heavy[order[0]][1], heavy[order[0]][2], heavy[order[0]][0]))
    assert len(found) == len(set(found))
    return set(found)


@pytest.mark.parametrize("letter", "ARNDCQEGHILKMFPSTWYV")
def test_the_donors_of_a_residue_carry_one_hydrogen_each(tmp_path: Path, letter: str) -> None:
    path = tmp_path / "protein.pdb"
    path.write_text(peptide_pdb(f"G{letter}G"))
    pdbqt = receptor_pdbqt(path)
    name = next(residue for _, residue, number, _, _ in atoms_of(pdbqt) if number == 2)
    expected = {("GLY", 1, "N"), ("GLY", 3, "N")} | {(name, 2, atom) for atom in DONORS.get(name, ())}
    expected |= {(name, 2, "N")} if letter != "P" else set()
    assert donors_of(pdbqt) == expected
    assert {kind for atom, _, _, kind, _ in atoms_of(pdbqt) if atom.startswith("O")} == {"OA"}
    acceptors = {(residue, atom) for atom, residue, _, kind, _ in atoms_of(pdbqt) if kind == "NA"}
    assert acceptors == ({("HIS", "ND1")} if letter == "H" else set())


@pytest.mark.parametrize(("metal", "kind"), [("ZN", "Zn"), ("NI", "Zn"), ("MG", "Mg"), ("CA", "Ca")])
def test_a_metal_takes_the_place_of_hydrogen(tmp_path: Path, metal: str, kind: str) -> None:
    path = tmp_path / "protein.pdb"
    text = peptide_pdb("GHG")
    ring = {line[12:16].strip(): np.array(position(line)) for line in text.splitlines() if line[17:20] == "HIS"}
    outwards = 2 * ring["NE2"] - (ring["CE1"] + ring["CD2"])
    x, y, z = ring["NE2"] + 2.1 * outwards / np.linalg.norm(outwards)
    ion = f"HETATM  900 {metal:<4s} {metal:>3s} B 900    {x:8.3f}{y:8.3f}{z:8.3f}  1.00  0.00          {metal:>2s}"
    path.write_text(text.replace("END", ion + "\nEND"))
    pdbqt = receptor_pdbqt(path)
    assert {name for residue, _, name in donors_of(pdbqt) if residue == "HIS"} == {"N", "ND1"}
    assert atoms_of(pdbqt)[-1 - len(donors_of(pdbqt))][3] == kind


@pytest.mark.parametrize("smiles", COFACTORS)
def test_hydrogens_of_cofactors_are_seen_from_their_geometry(tmp_path: Path, smiles: str) -> None:
    mol = Chem.RemoveHs(built(Chem.MolFromSmiles(smiles)))
    for index, atom in enumerate(mol.GetAtoms()):
        atom.SetMonomerInfo(Chem.AtomPDBResidueInfo(f"{atom.GetSymbol()}{index}".ljust(4), residueName="XYZ"))
    path = tmp_path / "cofactor.pdb"
    path.write_text(Chem.MolToPDBBlock(mol, flavor=2 | 8))
    with_hydrogen = {
        f"{atom.GetSymbol()}{atom.GetIdx()}"
        for atom in mol.GetAtoms()
        if atom.GetSymbol() in "NO" and atom.GetTotalNumHs()
    }
    pdbqt = receptor_pdbqt(path)
    assert {name for _, _, name in donors_of(pdbqt)} == with_hydrogen
    lone_pairs = {name for name, _, _, kind, _ in atoms_of(pdbqt) if kind == "NA"}
    assert lone_pairs == {
        f"N{atom.GetIdx()}"
        for atom in mol.GetAtoms()
        if atom.GetSymbol() == "N" and atom.GetTotalNumHs() == 0 and atom.GetDegree() < 3
    }


def test_a_sodium_ion_in_the_nitrogen_column_is_a_metal(tmp_path: Path) -> None:
    path = tmp_path / "ion.pdb"
    path.write_text("ATOM      1  NA   NA A   1       0.000   0.000   0.000  1.00  0.00           N\nEND\n")
    assert [atom[3] for atom in atoms_of(receptor_pdbqt(path))] == ["Zn"]


def test_water_and_hydrogen_are_left_out_and_an_empty_file_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "water.pdb"
    path.write_text("HETATM    1  O   HOH A   1       0.000   0.000   0.000  1.00  0.00           O\nEND\n")
    with pytest.raises(ValueError, match="no atoms"):
        receptor_pdbqt(path)


@pytest.mark.parametrize("smiles", ["C[NH+]1CCN(CC1)c1ccc(cc1)C(=O)[O-]", "OB(O)c1cccc2cnccc12"])
def test_a_ligand_comes_back_from_pdbqt_as_it_went(smiles: str) -> None:
    pytest.importorskip("meeko")
    mol = built(Chem.MolFromSmiles(smiles))
    back = poses_of(ligand_pdbqt(mol))
    assert Chem.MolToSmiles(Chem.RemoveHs(back)) == Chem.CanonSmiles(smiles)
    order = back.GetSubstructMatch(Chem.MolFromSmiles(smiles))
    places = [mol.GetConformer().GetPositions()[: len(order)], back.GetConformer().GetPositions()[list(order)]]
    assert np.allclose(np.sort(places[0], axis=0), np.sort(places[1], axis=0), atol=2e-3)
