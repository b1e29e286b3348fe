"""`molgen weigh`: the molecular weight of molecules; an example of a command."""

from __future__ import annotations

from typing import Annotated

import typer


def weigh(molecules: Annotated[str, typer.Argument(metavar="INPUT", help="A SMILES, or a file of molecules.")]) -> None:
    """Print the molecular weight of every molecule."""
    from rdkit.Chem.Descriptors import MolWt

    from molgen.chem.molecules.reading import read_molecules

    for record in read_molecules(molecules):
        print(f"{record.name}\t{record.error or format(MolWt(record.mol), '.2f')}")


command = weigh
