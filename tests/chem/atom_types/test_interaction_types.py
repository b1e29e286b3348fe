"""Donors, acceptors and hydrophobic atoms of ligands and proteins, as AutoDock Vina types them."""

import time
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from rdkit import Chem, rdBase
from rdkit.Chem import rdDistGeom, rdForceFieldHelpers

from molgen.chem.atom_types.interaction_types import is_metal, ligand_types, protein_types
from molgen.chem.proteins.structure import Protein, Residue

COMPLEXES = Path(__file__).parents[4] / "shared" / "data" / "complexes"
FLAGS = ("donor", "acceptor", "hydrophobic", "metal")


def letters(types):
    """One word per atom: D, A, H, M, or - for none."""
    rows = zip(*(getattr(types, flag) for flag in FLAGS), strict=True)
    return " ".join("".join(letter for letter, on in zip("DAHM", row, strict=True) if on) or "-" for row in rows)


@pytest.mark.parametrize(
    ("smiles", "expected"),
    [
        ("CCO", "H - DA"),
        ("CCCS", "H H - -"),
        ("C[NH3+]", "- D"),
        ("CN", "- DA"),  # Meeko calls the N of a neutral amine NA
        ("CN(C)C", "- A - -"),
        ("CC(=O)N", "H - A D"),
        ("CC#N", "H - A"),
        ("CS(=O)(=O)N", "- - A A DA"),
        ("c1ccncc1", "H H - A - H"),
        ("c1cc[nH]c1", "H H - D -"),
        ("Nc1ccccc1", "D - H H H H H"),
        ("NC=C", "D - H"),
        ("CN(C)N=NC", "- - - A A -"),
        ("CC(=O)[O-]", "H - A A"),
        ("FC(Cl)CBr", "H - H - H"),
        ("C[Se]C", "- - -"),
        ("OB(O)C", "DA - DA -"),
        ("C[Si](C)(C)C", "- - - - -"),
        ("[Zn+2]", "DM"),
    ],
)
def test_ligand_atoms_have_the_types_of_vina(smiles, expected):
    mol = Chem.MolFromSmiles(smiles)
    assert letters(ligand_types(mol)) == expected
    assert letters(ligand_types(Chem.AddHs(mol))) == expected


@pytest.fixture
def meeko():
    module = pytest.importorskip("meeko")
    yield module
    rdBase.LogToCppStreams()  # importing meeko sends RDKit's log to Python's logging


def test_ligand_types_agree_with_meeko(meeko):
    files = sorted(COMPLEXES.glob("dev/*/ligand.sdf"))[:20]
    if not files:
        pytest.skip("the complexes of the shared data are not here")
    for path in files:
        mol = Chem.AddHs(next(iter(Chem.SDMolSupplier(str(path)))), addCoords=True)
        (setup,) = meeko.MoleculePreparation().prepare(mol)
        kinds = {atom.index: atom.atom_type for atom in setup.atoms}
        heavy = [atom for atom in mol.GetAtoms() if atom.GetAtomicNum() > 1]
        assert ligand_types(mol).acceptor.tolist() == [kinds[atom.GetIdx()] in ("OA", "NA") for atom in heavy]
        polar = [
            atom.GetSymbol() in "NO" and "HD" in {kinds[end.GetIdx()] for end in atom.GetNeighbors()} for atom in heavy
        ]
        assert ligand_types(mol).donor.tolist() == polar


def test_metals_are_known():
    assert is_metal(np.array([3, 11, 12, 20, 25, 26, 27, 28, 29, 30, 42, 80])).all()
    assert not is_metal(np.array([1, 5, 6, 7, 8, 9, 14, 15, 16, 17, 33, 34, 35, 52, 53])).any()


def embedded(mol):
    mol = Chem.AddHs(mol)
    assert rdDistGeom.EmbedMolecule(mol, randomSeed=1) == 0
    rdForceFieldHelpers.MMFFOptimizeMolecule(mol)
    return mol


def record(mol, names, residues, hydrogens=False):
    """The protein record of the heavy atoms of `mol`; with the counts of its hydrogens, or with none known."""
    heavy = [atom for atom in mol.GetAtoms() if atom.GetAtomicNum() > 1]
    counts = [atom.GetTotalNumHs(includeNeighbors=True) if hydrogens else -1 for atom in heavy]
    return Protein(
        positions=mol.GetConformer().GetPositions()[[atom.GetIdx() for atom in heavy]],
        elements=np.array([atom.GetAtomicNum() for atom in heavy], dtype=np.int16),
        atom_names=tuple(names),
        hydrogens=np.array(counts, dtype=np.int8),
        residue_index=np.repeat(np.arange(len(residues), dtype=np.int32), [one.stop - one.start for one in residues]),
        residues=tuple(residues),
    )


def ligand_record(smiles):
    """A protein that is one residue without a table."""
    mol = embedded(Chem.MolFromSmiles(smiles))
    names = [f"X{number}" for number in range(mol.GetNumHeavyAtoms())]
    return record(mol, names, [Residue("LIG", "A", 1, "", "ligand", 0, len(names))])


def peptide(sequence, hydrogens=False):
    """A peptide as a protein, with the RDKit molecule that it was made from."""
    mol = Chem.MolFromSequence(sequence)
    infos = [atom.GetPDBResidueInfo() for atom in mol.GetAtoms()]
    starts = [k for k, info in enumerate(infos) if info.GetName().strip() == "N"]
    residues = [
        Residue(infos[start].GetResidueName(), "A", k, "", "polymer", start, stop)
        for k, (start, stop) in enumerate(pairwise([*starts, len(infos)]), start=1)
    ]
    return record(embedded(mol), [info.GetName().strip() for info in infos], residues, hydrogens), mol


def labels(protein):
    return [
        f"{protein.residues[k].name} {name}" for k, name in zip(protein.residue_index, protein.atom_names, strict=True)
    ]


@pytest.mark.parametrize("sequence", ["PGAVL", "IMFWY", "STCNQ", "KRHDE"])
def test_the_tables_agree_with_bonds_and_hydrogens_that_rdkit_finds(sequence):
    protein, mol = peptide(sequence)
    types = protein_types(protein)
    differences = set()
    for k, (atom, label) in enumerate(zip(mol.GetAtoms(), labels(protein), strict=True)):
        donor = atom.GetSymbol() in ("N", "O") and atom.GetTotalNumHs() > 0
        apolar = atom.GetSymbol() == "C" and all(end.GetSymbol() == "C" for end in atom.GetNeighbors())
        if (donor, apolar) != (types.donor[k], types.hydrophobic[k]):
            differences.add(label)
        assert types.acceptor[k] == (atom.GetSymbol() == "O" or label in ("HIS ND1", "HIS NE2"))
    # acids are charged here, and without hydrogens both nitrogens of histidine can donate
    differences -= {"ASP OD2", "GLU OE2", "HIS ND1", "HIS NE2"}
    assert differences == {label for label in labels(protein) if label.endswith("OXT")}


def test_hydrogens_of_the_file_decide():
    protein, _ = peptide("AHD", hydrogens=True)
    types = dict(zip(labels(protein), letters(protein_types(protein)).split(), strict=True))
    assert sorted((types["HIS ND1"], types["HIS NE2"])) == ["A", "D"]
    assert sorted((types["ASP OD1"], types["ASP OD2"])) == ["A", "DA"]


@pytest.mark.parametrize(
    ("smiles", "expected"),
    [
        ("CC(=O)N", "H - A D"),
        ("OCCOC", "DA - - A -"),
        ("CC(=O)[O-]", "H - A A"),
        ("CC#N", "H - A"),
        ("c1ccncc1", "H H - A - H"),
        ("O=c1cc[nH]c(=O)[nH]1", "A - H - D - A D"),  # uracil
        ("Cn1cnc2c1ncnc2N", "- - - A - - A - A - D"),  # 9-methyladenine
        ("c1c[nH]cn1", "- - DA - DA"),
        ("CN(C)C=O", "- - - - A"),
        ("CN(C)CC", "- D - - H"),  # an amine counts as protonated
        ("COP(=O)([O-])[O-]", "- A - A A A"),
        ("Oc1ccccc1F", "DA - H H H H - H"),
        ("CSC", "- - -"),
    ],
)
def test_other_groups_are_typed_from_their_geometry(smiles, expected):
    assert letters(protein_types(ligand_record(smiles))) == expected


def single_atoms(*rows):
    """A protein of residues with one atom each: `(residue, atom, kind, element, position)`."""
    residues = [Residue(row[0], "A", k, "", row[2], k, k + 1) for k, row in enumerate(rows)]
    size = len(rows)
    return Protein(
        positions=np.array([row[4] for row in rows], dtype=float),
        elements=np.array([row[3] for row in rows], dtype=np.int16),
        atom_names=tuple(row[1] for row in rows),
        hydrogens=np.full(size, -1, dtype=np.int8),
        residue_index=np.arange(size, dtype=np.int32),
        residues=tuple(residues),
    )


def test_water_metals_and_ions():
    rows = [
        ("HOH", "O", "water", 8, (0, 0, 0)),
        ("ZN", "ZN", "metal", 30, (2, 0, 0)),
        ("CL", "CL", "ion", 17, (9, 0, 0)),
    ]
    assert letters(protein_types(single_atoms(*rows))) == "DA DM H"


def test_a_side_chain_that_carries_a_group_is_no_longer_in_the_table():
    free = single_atoms(("ASN", "ND2", "polymer", 7, (0, 0, 0)), ("NAG", "C1", "ligand", 6, (9, 0, 0)))
    serine = single_atoms(("SER", "OG", "polymer", 8, (0, 0, 0)), ("LIG", "C1", "ligand", 6, (1.4, 0, 0)))
    assert letters(protein_types(free)).split()[0] == "D"
    assert letters(protein_types(serine)).split()[1] == "-"  # the carbon has an oxygen neighbor


def test_a_structure_without_atoms_has_no_types():
    empty = Protein(np.zeros((0, 3)), np.zeros(0, np.int16), (), np.zeros(0, np.int8), np.zeros(0, np.int32), ())
    assert len(protein_types(empty)) == 0


def test_five_thousand_atoms_take_a_fraction_of_a_second():
    protein, _ = peptide("HKWD")
    copies = 130
    size, count = len(protein), len(protein.residues)
    shift = np.repeat(np.arange(copies), size)[:, None] * [60.0, 0.0, 0.0]
    residues = [
        Residue(one.name, str(k), one.number, "", "polymer", one.start + k * size, one.stop + k * size)
        for k in range(copies)
        for one in protein.residues
    ]
    big = Protein(
        np.tile(protein.positions, (copies, 1)) + shift,
        np.tile(protein.elements, copies),
        protein.atom_names * copies,
        np.tile(protein.hydrogens, copies),
        np.concatenate([protein.residue_index + k * count for k in range(copies)]),
        tuple(residues),
    )
    protein_types(big)
    start = time.perf_counter()
    types = protein_types(big)
    assert len(types) > 5000
    assert time.perf_counter() - start < 1.0
