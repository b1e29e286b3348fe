"""Conformers of a library into a file, quickly; and reading of what was written."""

import csv
import gzip
from pathlib import Path

from rdkit import Chem

from molgen.conformers.config import GenerateConfig
from molgen.screening.conformer_file import ConformerRow, conformers_to_file

QUICK = GenerateConfig(n=2, seed=4, samples=8, templates=2, template_steps=20, strain_steps=2)


def run(source, output, **options) -> list[ConformerRow]:
    return conformers_to_file(source, output, **{"config": QUICK, "model": "uniform", **options})


def read(path: Path) -> list[Chem.Mol]:
    data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    supplier = Chem.SDMolSupplier()
    supplier.SetData(data.decode(), removeHs=False)
    return list(supplier)


def names(path: Path) -> list[str]:
    return list(dict.fromkeys(mol.GetProp("_Name") for mol in read(path)))


def failed(path: Path) -> list[dict[str, str]]:
    with path.open() as file:
        return list(csv.DictReader(file))
