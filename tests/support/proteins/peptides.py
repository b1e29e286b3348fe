"""Small receptors for covalent ligands: peptides that RDKit builds from their sequence."""

from functools import cache
from pathlib import Path

from rdkit import Chem
from rdkit.Chem import AllChem

from molgen.chem.proteins.reading import read_protein
from molgen.chem.proteins.structure import Protein

SEQUENCE = "GACASAGHAKAY"


@cache
def peptide_text() -> str:
    """A helix-like GACASAGHAKAY, chain A, residues 1 to 12."""
    mol = Chem.AddHs(Chem.MolFromSequence(SEQUENCE))
    AllChem.EmbedMolecule(mol, randomSeed=5)
    return Chem.MolToPDBBlock(Chem.RemoveHs(mol))


def peptide(folder: Path, text: str | None = None) -> Protein:
    """The peptide as a structure that was read from a file in `folder`."""
    path = folder / "peptide.pdb"
    path.write_text(text or peptide_text(), encoding="ascii")
    return read_protein(path)
