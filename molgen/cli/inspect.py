"""`molgen inspect`: what is in a structure file."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from molgen.cli.frame.voice import conclude, say
from molgen.cli.inputs.options import ProteinAgain, ProteinArgument
from molgen.cli.inputs.values import the_protein


def inspect(
    protein: ProteinArgument = None,
    given: ProteinAgain = None,
    pockets: Annotated[bool, typer.Option("--pockets", help="Also search for pockets.")] = False,
) -> None:
    """List the chains, ligands, metals, waters and gaps of a structure file, and what is bound, missing or unusual."""
    from molgen.chem.proteins.inspection import inspect_protein, lines
    from molgen.chem.proteins.pockets import find_pockets
    from molgen.chem.proteins.reading import read_protein

    structure = read_protein(the_protein(protein, given))
    inspection = inspect_protein(structure)
    cavities = find_pockets("blind", structure) if pockets else []
    specs = {pocket.name: f"box:{','.join(f'{x:.1f}' for x in pocket.center)}" for pocket in cavities}
    for line in lines(inspection):
        say(line)
    for name, spec in specs.items():
        say(f"{name}: --pocket {spec}")
    conclude(asdict(inspection) | ({"pockets": specs} if pockets else {}))


command = inspect
