"""The commands that make training sets of the docking model."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from molgen.cli.terminal import progress

_Output = Annotated[Path, typer.Option("-o", "--output", help="Folder of the set; an unfinished one is resumed.")]
_Workers = Annotated[int, typer.Option("-j", "--workers", min=1, help="Processes.")]
_Limit = Annotated[int | None, typer.Option(min=1, help="Only the first so many structures.")]
_Settings = Annotated[list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="Another setting.")]


def prepare_fragments(
    source: Annotated[
        Path, typer.Argument(metavar="SOURCE", help="A folder of PDB or mmCIF files, or a .csv with a column file.")
    ],
    output: _Output,
    workers: _Workers = 1,
    limit: _Limit = None,
    settings: _Settings = None,
) -> None:
    """Make a training set of pieces cut out of proteins."""
    from molgen.config import override
    from molgen.docking.prepare.complexes import prepare_fragments as prepare
    from molgen.docking.prepare.fragments import FragmentConfig

    config = override(FragmentConfig(), settings or [])
    with progress("proteins") as tick:
        made = prepare(source, output, config, workers=workers, limit=limit, on_block=tick)
    print(f"{made.examples} pieces of {made.proteins} proteins in {output}, {made.failures} proteins failed")


def prepare_complexes(
    source: Annotated[
        Path,
        typer.Argument(
            metavar="SOURCE",
            help="A folder with one folder per complex (protein.pdb, ligand.sdf; or as in PDBbind), or a .csv with "
            "columns protein and ligand.",
        ),
    ],
    output: _Output,
    workers: _Workers = 1,
    limit: _Limit = None,
    settings: _Settings = None,
) -> None:
    """Make a training set of crystal complexes."""
    from molgen.config import override
    from molgen.docking.prepare.complexes import ComplexConfig
    from molgen.docking.prepare.complexes import prepare_complexes as prepare

    config = override(ComplexConfig(), settings or [])
    with progress("complexes") as tick:
        made = prepare(source, output, config, workers=workers, limit=limit, on_block=tick)
    print(f"{made.examples} complexes in {output}, {made.failures} failed")


def prepare_poses(
    source: Annotated[
        Path,
        typer.Argument(
            metavar="SOURCE",
            help="Crystal complexes, as for prepare complexes; or what prepare fragments made.",
        ),
    ],
    output: _Output,
    workers: _Workers = 1,
    limit: Annotated[int | None, typer.Option(min=1, help="Only so many complexes or fragments.")] = None,
    settings: _Settings = None,
) -> None:
    """Make a training set of minimized poses with their RMSD to the true one, for the confidence."""
    from molgen.config import override
    from molgen.docking.prepare.complex_decoys import ComplexPoses, prepare_complex_poses
    from molgen.docking.prepare.fragment_decoys import FragmentPoses, is_prepared, prepare_fragment_poses

    if is_prepared(source):
        chosen, kind = override(FragmentPoses(), settings or []), "fragments"
        with progress(kind) as tick:
            made = prepare_fragment_poses(source, output, chosen, workers=workers, limit=limit, on_block=tick)
    else:
        chosen, kind = override(ComplexPoses(), settings or []), "complexes"
        with progress(kind) as tick:
            made = prepare_complex_poses(source, output, chosen, workers=workers, limit=limit, on_block=tick)
    print(f"{made.examples} poses of {made.proteins} {kind} in {output}, {made.failures} failed")
