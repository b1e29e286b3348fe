"""`molgen inspect`: what is in a structure file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def inspect(
    protein: Annotated[Path, typer.Argument(help="PDB or mmCIF file, also .gz.")],
    pockets: Annotated[bool, typer.Option("--pockets", help="Look for pockets too.")] = False,
) -> None:
    """List the chains, ligands, metals, waters and gaps of a structure file."""
    from molgen.chem.proteins.inspection import inspect_protein, lines
    from molgen.chem.proteins.reading import read_protein

    structure = read_protein(protein)
    for line in lines(inspect_protein(structure)):
        print(line)
    if pockets:
        from molgen.chem.proteins.pockets import find_pockets

        for pocket in find_pockets("blind", structure):
            place = ",".join(f"{x:.1f}" for x in pocket.center)
            print(f"{pocket.name}: --pocket box:{place}")


command = inspect
