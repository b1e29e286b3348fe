"""The list of hard molecules by family."""

from __future__ import annotations

import csv
import gzip
from pathlib import Path

from rdkit import Chem

from benchmarks.hard_molecules import chains

_DRAWN = 40
_SINGLES = Path(__file__).with_name("singles.tsv")
"""Molecules that are written one by one: cages, strain, ions, other elements, sulfur and nitrogen stereo, big ones."""


def hard_molecules(more: Path | None = None) -> list[tuple[str, str]]:
    """(family, SMILES) of about 430 molecules.

    Args:
        more: an SD file, gzipped or not, with a field SMILES: those with most rings, centers and rotors are added.
    """
    makers = {
        "macrocycles": chains.macrocycles,
        "peptides": chains.peptides,
        "sugars": chains.sugars,
        "bridged": chains.bridged,
        "spiro": chains.spiro,
        "axes": chains.axes,
    }
    listed = [(family, smiles) for family, make in makers.items() for smiles in make()]
    with _SINGLES.open(newline="") as file:
        listed += [(row["family"], row["smiles"]) for row in csv.DictReader(file, delimiter="\t")]
    return listed + [("crystals", smiles) for smiles in (_drawn(more) if more else ())]


def _drawn(path: Path) -> list[str]:
    with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
        found = {mol.GetProp("smiles") for mol in Chem.ForwardSDMolSupplier(file) if mol is not None}
    return sorted(found, key=lambda smiles: (-_hardness(smiles), smiles))[:_DRAWN]


def _hardness(smiles: str) -> int:
    mol = Chem.MolFromSmiles(smiles)
    largest = max(map(len, mol.GetRingInfo().AtomRings()), default=0)
    return len(Chem.FindMolChiralCenters(mol, includeUnassigned=True)) + mol.GetRingInfo().NumRings() + largest
