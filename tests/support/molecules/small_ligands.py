"""Ligands of all kinds, made ready for docking once."""

import functools

from rdkit import Chem

from molgen.docking.ligand import Ligand, ligand_of

SMILES = {
    "a drug": "C[C@H](N)C(=O)N[C@@H](Cc1ccccc1)C(=O)OC",
    "a double bond": "OC/C=C\\CO",
    "rings": "O=C(N1CCOCC1)[C@@H]1CCCC[C@H]1O",
    "a phenol": "Oc1ccccc1",
    "an alkyne": "OCC#CCO",
    "linear": "CC#N",
    "two atoms": "CO",
    "methane": "C",
    "ammonia": "N",
    "a macrocycle": "C1CCCCCCCCCCC1",
}


@functools.cache
def ligand(smiles: str) -> Ligand:
    return ligand_of(Chem.AddHs(Chem.MolFromSmiles(smiles)))
