"""The covalent complexes that are docked back, and their table."""

import csv

import numpy as np
import pytest
from rdkit import Chem

from benchmarks.docking.covalent import COMPLEXES, crystal_ligand, table
from molgen.chem.covalent.adduct import adduct_of
from molgen.chem.covalent.request import CovalentBond
from molgen.chem.proteins.reading import read_protein

ROWS = list(csv.DictReader(COMPLEXES.open(newline="", encoding="utf-8")))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["pdb_id"])
def test_the_ligand_of_every_complex_reacts(row):
    adduct = adduct_of(Chem.MolFromSmiles(row["smiles"]), CovalentBond.parse(row["bond"]))
    assert adduct.n_ligand >= 10


def test_the_crystal_ligand_has_the_bonds_of_its_geometry():
    mol = crystal_ligand(read_protein("data/1vsn.pdb"), CovalentBond.parse("A:CYS:25"))
    assert (mol.GetNumAtoms(), mol.GetNumBonds()) == (33, 34)
    assert len(Chem.GetMolFrags(mol)) == 1
    assert np.isfinite(mol.GetConformer().GetPositions()).all()


def test_the_table_has_a_row_for_all():
    row = dict.fromkeys(("pdb_id", "component", "residue", "reaction", "heavy_atoms", "isomers"), "x")
    lines = table([{**row, "first": "1.00", "best": "0.50"}, {**row, "first": "3.00", "best": "1.50"}]).splitlines()
    assert lines[-1].endswith("| 50% within 2 Å, median 2.00 | 100% within 2 Å, median 1.00 |")
