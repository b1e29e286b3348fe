"""The commands below `molgen prepare`: training sets."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from molgen.cli.frame.apps import Commands
from molgen.cli.frame.progress import progress
from molgen.cli.frame.voice import conclude, note, say
from molgen.cli.inputs.options import SettingsOption
from molgen.models import TrainableModel, trainable_models


class Kind(StrEnum):
    """Where the conformers of a training set come from."""

    ensemble = "ensemble"
    reference = "reference"
    gas_phase = "gas-phase"
    vacuum = "vacuum"  # its former name
    resampled = "resampled"
    reflow = "reflow"


Source = Annotated[Path, typer.Argument(metavar="SOURCE", help="Input of the preparation.")]
Molecules = Annotated[Path, typer.Argument(metavar="INPUT", help="A .smi, .csv or .sdf [.gz] file, or a GEOM folder.")]
Proteins = Annotated[
    Path, typer.Argument(metavar="SOURCE", help="A folder of PDB or mmCIF files, or a .csv with a column file.")
]
Complexes = Annotated[
    Path,
    typer.Argument(
        metavar="SOURCE",
        help="A folder with one folder per complex (protein.pdb, ligand.sdf; or as in PDBbind), or a .csv with "
        "columns protein and ligand.",
    ),
]
Decoys = Annotated[
    Path,
    typer.Argument(
        metavar="SOURCE", help="Crystal complexes, as for prepare complexes; or what prepare fragments made."
    ),
]
Output = Annotated[Path, typer.Option("-o", "--output", help="Folder of the set; an unfinished one is resumed.")]
Workers = Annotated[int, typer.Option("-j", "--workers", min=1, help="Processes.")]
Limit = Annotated[
    int | None, typer.Option(min=1, help="Use only the first N records, structures, complexes or fragments.")
]

prepare_app = Commands(no_args_is_help=True, help="Make training data.")


@prepare_app.command("conformers")
def prepare_conformers(
    source: Molecules,
    output: Output,
    kind: Annotated[Kind, typer.Option(help="Make conformers of INPUT, or use its structures.")] = Kind.ensemble,
    workers: Workers = 1,
    limit: Limit = None,
    settings: SettingsOption = None,
) -> None:
    """Make a training set of conformers."""
    from molgen.conformers.prepare.config import PrepareConfig
    from molgen.conformers.prepare.prepare import prepare

    config = PrepareConfig(kind=kind.value)
    summary = _prepared(prepare, source, output, config, settings, "records", workers=workers, limit=limit)
    _end(
        f"{summary.prepared} molecules with {summary.examples} conformers in {output}, {summary.failures} failed",
        summary,
        output,
    )


@prepare_app.command("torsions")
def prepare_torsions(
    sources: Annotated[
        list[Path], typer.Argument(metavar="INPUT...", help="Files of molecules with 3D coordinates: .sdf, .mol2 ...")
    ],
    output: Annotated[Path, typer.Option("-o", "--output", help="Library to write: .safetensors.")],
    base: Annotated[
        str | None, typer.Option(metavar="default|FILE", help="Add the torsions to those of a library.")
    ] = None,
    limit: Limit = None,
) -> None:
    """Make a library of the torsions of structures, such as crystals of your own, for molgen conformers."""
    from molgen.conformers.prepare.torsions import prepare_torsions as prepare
    from molgen.conformers.torsion_library import resolve_library

    with progress("molecules") as tick:
        library = None if base is None else resolve_library(base)
        summary = prepare(sources, output, base=library, limit=limit, on_record=tick)
    failed = f", {len(summary.failures)} failed ({summary.failures[0][2]})" if summary.failures else ""
    say(f"{summary.torsions} torsions of {summary.molecules} structures in {output}{failed}")
    conclude({"made": summary}, (output, summary.table))


@prepare_app.command("cartesian")
def prepare_cartesian(
    source: Molecules, output: Output, workers: Workers = 1, limit: Limit = None, settings: SettingsOption = None
) -> None:
    """Make a training set of coordinates: structures as they are, with the hydrogens that they lack."""
    from molgen.conformers.prepare.cartesian import CartesianPrepareConfig
    from molgen.conformers.prepare.cartesian import prepare_cartesian as prepare

    config = CartesianPrepareConfig()
    summary = _prepared(prepare, source, output, config, settings, "records", workers=workers, limit=limit)
    _end(
        f"{summary.prepared} molecules with {summary.examples} structures in {output}, {summary.failures} failed",
        summary,
        output,
    )


@prepare_app.command("fragments")
def prepare_fragments(
    source: Proteins, output: Output, workers: Workers = 1, limit: Limit = None, settings: SettingsOption = None
) -> None:
    """Make a training set of pieces cut out of proteins."""
    from molgen.docking.prepare.fragments import FragmentConfig
    from molgen.docking.prepare.fragments import prepare_fragments as prepare

    summary = _prepared(prepare, source, output, FragmentConfig(), settings, "proteins", workers=workers, limit=limit)
    _end(
        f"{summary.examples} pieces of {summary.prepared} proteins in {output}, {summary.failures} proteins failed",
        summary,
        output,
    )


@prepare_app.command("complexes")
def prepare_complexes(
    source: Complexes, output: Output, workers: Workers = 1, limit: Limit = None, settings: SettingsOption = None
) -> None:
    """Make a training set of crystal complexes."""
    from molgen.docking.prepare.complexes import ComplexConfig
    from molgen.docking.prepare.complexes import prepare_complexes as prepare

    summary = _prepared(prepare, source, output, ComplexConfig(), settings, "complexes", workers=workers, limit=limit)
    _end(f"{summary.examples} complexes in {output}, {summary.failures} failed", summary, output)


@prepare_app.command("clusters")
def prepare_clusters(
    sources: Annotated[
        list[Path], typer.Argument(metavar="SOURCE...", help="Folders or tables of complexes or proteins.")
    ],
    output: Annotated[Path, typer.Option("-o", "--output", help="Table to write: .csv with columns id and cluster.")],
    identity: Annotated[
        float, typer.Option(min=0.0, max=1.0, help="Sequence identity within a cluster, 0 to 1.")
    ] = 0.4,
) -> None:
    """Cluster structures by sequence, for sets that are trained together: --set clusters=TABLE."""
    from molgen.datasets.structure_clusters import write_clusters

    structures, clusters = write_clusters(sources, output, identity)
    say(f"{structures} structures in {clusters} clusters in {output}")
    conclude({"structures": structures, "clusters": clusters}, (output,))


@prepare_app.command("side-chains")
def prepare_side_chains(
    source: Proteins,
    output: Output,
    complexes: Annotated[bool, typer.Option("--complexes", help="SOURCE holds complexes, with their ligands.")] = False,
    workers: Workers = 1,
    limit: Limit = None,
    settings: SettingsOption = None,
) -> None:
    """Make a training set of protein structures for the side-chain model."""
    from molgen.packing.prepare import SideChainPrepareConfig
    from molgen.packing.prepare import prepare_side_chains as prepare

    config = SideChainPrepareConfig(complexes=complexes)
    summary = _prepared(prepare, source, output, config, settings, "structures", workers=workers, limit=limit)
    _end(f"{summary.examples} structures in {output}, {summary.failures} failed", summary, output)


@prepare_app.command("decoys")
def prepare_decoys(
    source: Decoys, output: Output, workers: Workers = 1, limit: Limit = None, settings: SettingsOption = None
) -> None:
    """Make a training set of labeled decoys for the confidence: minimized poses with their RMSD to the true one."""
    from molgen.docking.prepare.complex_decoys import ComplexDecoyConfig, prepare_complex_decoys
    from molgen.docking.prepare.fragment_decoys import FragmentDecoyConfig, is_prepared, prepare_fragment_decoys

    if is_prepared(source):
        prepare, config, unit = prepare_fragment_decoys, FragmentDecoyConfig(), "fragments"
    else:
        prepare, config, unit = prepare_complex_decoys, ComplexDecoyConfig(), "complexes"
    summary = _prepared(prepare, source, output, config, settings, unit, workers=workers, limit=limit)
    _end(
        f"{summary.examples} poses of {summary.prepared} {unit} in {output}, {summary.failures} failed", summary, output
    )


@prepare_app.command("poses", hidden=True)
def prepare_poses(
    source: Decoys, output: Output, workers: Workers = 1, limit: Limit = None, settings: SettingsOption = None
) -> None:
    """Former name of `prepare decoys`."""
    note("warning: `molgen prepare poses` is now called `molgen prepare decoys`")
    prepare_decoys(source, output, workers, limit, settings)


def _end(sentence: str, summary: Any, output: Path) -> None:
    say(sentence)
    conclude({"made": summary}, (output,))


def _prepare_command(model: TrainableModel) -> Callable[..., None]:
    """The command that makes a training set for one model."""

    def prepare(
        source: Source, output: Output, workers: Workers = 1, limit: Limit = None, settings: SettingsOption = None
    ) -> None:
        module = model.preparation()
        config = module.PrepareConfig()
        summary = _prepared(module.prepare, source, output, config, settings, "records", workers=workers, limit=limit)
        _end(f"{summary} in {output}", summary, output)

    prepare.__doc__ = f"Make a training set for {model.about[:1].lower()}{model.about[1:]}"
    return prepare


for _model in trainable_models().values():
    if _model.has_preparation:
        prepare_app.command(_model.command)(_prepare_command(_model))


def _prepared(
    prepare: Callable[..., Any],
    source: Path,
    output: Path,
    config: Any,
    settings: list[str] | None,
    unit: str,
    **options: Any,
) -> Any:
    """What ``prepare`` says that it made, with the settings of the command line and a counter on a terminal."""
    from molgen.config import override

    with progress(unit) as tick:
        return prepare(source, output, override(config, settings or []), on_block=tick, **options)


command = prepare_app
