"""`molgen weigh`: the molecular weight of molecules; an example of a command."""

from __future__ import annotations

from typing import Annotated

import typer

from molgen.cli.frame.voice import conclude, say


def weigh(molecules: Annotated[str, typer.Argument(metavar="INPUT", help="A SMILES, or a file of molecules.")]) -> None:
    """Print the molecular weight of every molecule."""
    from rdkit.Chem.Descriptors import MolWt

    from molgen.chem.molecules.reading import read_molecules

    weights = {}
    for record in read_molecules(molecules):
        weights[record.name] = None if record.mol is None else MolWt(record.mol)
        say(f"{record.name}\t{record.error or format(weights[record.name], '.2f')}")
    conclude({"weights": weights})


command = weigh
