"""`molgen example`: the files that the commands of the documentation work on."""

from __future__ import annotations

import shlex
import zipfile
from importlib.resources import files
from pathlib import Path
from typing import Annotated

import typer

from molgen.cli.frame.voice import conclude, note, say
from molgen.files import check_folder, make_folder, write_atomically

_COMMANDS = (
    "molgen conformers {}/ligands.smi -n 20 -o conformers.sdf",
    "molgen dock -p {}/1ia1.cif -l {}/1ia1_ligand.sdf --pocket ligand:TQ3 -o poses.sdf",
    "molgen analyze poses.sdf -r {}/1ia1_ligand.sdf -p {}/1ia1.cif -o analysis/",
)


def example(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="Folder to write to.")] = Path("data"),
) -> None:
    """Write the example files: ligands, a crystal complex, a covalent one; and say what to try on them.

    What is there already is left as it is.
    """
    check_folder(folder)
    make_folder(folder)
    written = []
    with zipfile.ZipFile(str(files("molgen.cli") / "example.zip")) as archive:
        for name in archive.namelist():
            path = folder / name
            if path.exists():
                note(f"note: {path} is there already, and stays")
                continue
            with write_atomically(path, binary=True) as file:
                file.write(archive.read(name))
            written.append(path)
    commands = [line.replace("{}", shlex.quote(str(folder))) for line in _COMMANDS]
    conclude({"try": commands}, written)
    say("\n".join(["try:", *(f"    {line}" for line in commands)]))


command = example
