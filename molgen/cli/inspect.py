"""`molgen inspect`: what is in a structure file."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer


def inspect(
    protein: Annotated[Path, typer.Argument(help="PDB or mmCIF file, also .gz.")],
    pockets: Annotated[bool, typer.Option("--pockets", help="Look for pockets too.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, with nothing cut.")] = False,
) -> None:
    """List the chains, ligands, metals, waters and gaps of a structure file, and what is bound, missing or unusual."""
    from molgen.chem.proteins.inspection import inspect_protein, lines
    from molgen.chem.proteins.pockets import find_pockets
    from molgen.chem.proteins.reading import read_protein

    structure = read_protein(protein)
    inspection = inspect_protein(structure)
    found = find_pockets("blind", structure) if pockets else []
    specs = {pocket.name: f"box:{','.join(f'{x:.1f}' for x in pocket.center)}" for pocket in found}
    if as_json:
        document = asdict(inspection) | ({"pockets": specs} if pockets else {})
        print(json.dumps(document, indent=1))
        return
    for line in lines(inspection):
        print(line)
    for name, spec in specs.items():
        print(f"{name}: --pocket {spec}")


command = inspect
