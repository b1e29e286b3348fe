"""The commands on libraries: dock them, make conformers of them, and look at a run."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from molgen.cli.frame.apps import Commands, with_voice
from molgen.cli.frame.voice import conclude, say
from molgen.cli.inputs.early import (
    check_anchors,
    check_docking_weights,
    check_known_ligands,
    check_molecules,
    check_reference,
    check_report_file,
    read_structure,
)
from molgen.cli.inputs.options import (
    AnchorOption,
    ChainsOption,
    ConfidenceModelOption,
    CovalentOption,
    DeviceOption,
    DropOption,
    Effort,
    EffortOption,
    ForbidOption,
    KeepOption,
    KnownLigandsOption,
    LargestFragmentOption,
    LigandReport,
    NameColumnOption,
    PairsOption,
    PoseModelOption,
    ProposalsOption,
    ProposalSource,
    ProtonateOption,
    Rank,
    RankOption,
    ReferenceOption,
    RequireOption,
    SeedOption,
    SmilesColumnOption,
    StatesOption,
    Stereo,
    StereoOption,
    StructuresOption,
    TorsionLibraryOption,
    advanced,
)
from molgen.cli.inputs.values import names_of, ph_of, refuse_given
from molgen.cli.library import (
    AddressOption,
    EngineName,
    EngineOption,
    ResumeOption,
    RunOption,
    WorkersOption,
    conformers_to_folder,
    dock_to_folder,
    library_progress,
    print_summary,
    run_config,
)

screen_app = Commands(
    invoke_without_command=True,
    help="Dock a library into a pocket: many processes or a Ray cluster, resumable.",
)
_LibraryOption = Annotated[
    Path | None, typer.Option("-l", "--ligand", "--library", help="A .smi, .csv, .sdf, .mol2 [.gz] or .parquet file.")
]
_FolderOption = Annotated[Path | None, typer.Option("-o", "--output", help="Folder of the run.")]
_RunArgument = Annotated[Path, typer.Argument(metavar="FOLDER", help="Folder of a run of screen or conformers.")]


class RankBy(StrEnum):
    """What a library is ordered by."""

    score = "score"
    confidence = "confidence"


@screen_app.callback()
@with_voice
def screen(
    context: typer.Context,
    protein: StructuresOption = None,
    library: _LibraryOption = None,
    output: _FolderOption = None,
    pocket: Annotated[str, typer.Option(help="As in molgen dock.")] = "auto",
    n: Annotated[int, typer.Option("-n", min=1, help="Poses per ligand.")] = 1,
    reference: ReferenceOption = None,
    effort: EffortOption = Effort.quick,
    workers: WorkersOption = 1,
    resume: ResumeOption = False,
    rank_by: Annotated[RankBy, typer.Option(help="Value to rank the library by.")] = RankBy.score,
    top: Annotated[int, typer.Option(min=0, help="Ligands in the ranked top.sdf.")] = 1000,
    report: LigandReport = None,
    seed: SeedOption = 0,
    pairs: PairsOption = None,
    smiles_column: SmilesColumnOption = None,
    name_column: NameColumnOption = None,
    protonate: ProtonateOption = "auto",
    states: StatesOption = 1,
    stereo: StereoOption = Stereo.one,
    largest_fragment: LargestFragmentOption = False,
    keep: KeepOption = "",
    drop: DropOption = "",
    chains: ChainsOption = "",
    covalent: CovalentOption = None,
    anchor: AnchorOption = None,
    require: RequireOption = None,
    forbid: ForbidOption = None,
    known_ligands: KnownLigandsOption = "auto",
    engine: EngineOption = EngineName.local,
    address: AddressOption = None,
    run: RunOption = None,
    proposals: ProposalsOption = ProposalSource.both,
    rank: RankOption = Rank.confidence,
    pose_model: PoseModelOption = "default",
    confidence_model: ConfidenceModelOption = "default",
    torsion_library: TorsionLibraryOption = "default",
    device: DeviceOption = "cpu",
) -> None:
    """Dock a library into a pocket: many processes or a Ray cluster, resumable.

    Writes a folder: shards/*.parquet with one row per input, top.sdf, failures.csv, summary.json.
    """
    if context.invoked_subcommand is not None:
        return
    from molgen.docking.records import config_of
    from molgen.errors import InputError

    if output is None or (pairs is None and (not protein or library is None)):
        raise InputError(
            "--protein, --library and --output are needed, or --pairs and --output; see molgen screen --help"
        )
    check_report_file(report)
    config = config_of(
        n=n,
        seed=seed,
        effort=effort.value,
        ph=ph_of(protonate),
        states=states,
        stereo=stereo.value,
        proposals=proposals.value,
        rank=rank.value,
        pose_model=pose_model,
        confidence_model=confidence_model,
        torsion_library=torsion_library,
        known_ligands=known_ligands,
        covalent=covalent,
        device=device,
        require=tuple(require or ()),
        forbid=tuple(forbid or ()),
    )
    check_docking_weights(config)
    check_known_ligands(known_ligands, is_one_protein=pairs is None)
    shared = {
        "config": config,
        "run": run_config(engine, workers, address, run),
        "top": top,
        "rank_by": rank_by.value,
        "keep": names_of(keep),
        "drop": names_of(drop),
        "chains": names_of(chains),
        "largest_fragment": largest_fragment,
        "resume": resume,
    }
    own = {"anchors": anchor or (), "smiles_column": smiles_column, "name_column": name_column, "reference": reference}
    if pairs is not None:
        given = {f"--{name.replace('_', '-').removesuffix('s')}": value for name, value in own.items()}
        refuse_given({"--protein": protein, "--library": library, **given, "--report": report})
        with library_progress() as listener:
            from molgen.screening.pairs import screen_pairs

            summary = screen_pairs(pairs, output, pocket, **shared, on_progress=listener)
        print_summary(summary)
        return
    structures = protein or []
    _check_inputs(str(library), structures, pocket, own)
    summary, receptor = dock_to_folder(str(library), structures, output, pocket, {**shared, **own})
    then = ("molgen", "screen", "report", output, "-p", structures[0], "-o", f"{output.name or 'best'}.html")
    if report is not None and summary.failed < summary.inputs:
        from molgen.reports.library.screen_report import write_screen_report

        write_screen_report(report, output, protein=receptor, rank_by=rank_by.value, command=context.obj or ())
    print_summary(summary, then if report is None else (), (report,))


def _check_inputs(library: str, structures: Sequence[Path], pocket: str, options: dict[str, Any]) -> None:
    """Check the files and the anchors of a run before anything slow is imported."""
    check_anchors(options["anchors"])
    check_molecules(Path(library), options["smiles_column"], options["name_column"])
    check_reference(options["reference"], bonds=False)
    read_structure(structures[0], pocket)
    for other in structures[1:]:
        read_structure(other)


@screen_app.command("report")
def screen_report(
    context: typer.Context,
    folder: _RunArgument,
    output: Annotated[Path, typer.Option("-o", "--output", help="HTML file to write.")],
    protein: Annotated[Path | None, typer.Option("-p", "--protein", help="The file that was docked into.")] = None,
    best: Annotated[int, typer.Option(min=1, help="Ligands to show.")] = 100,
    rank_by: Annotated[RankBy, typer.Option(help="Value to rank the ligands by.")] = RankBy.score,
) -> None:
    """Write a report on the best ligands of a run, finished or not: drawings, poses in the pocket, interactions."""
    from molgen.reports.library.screen_report import write_screen_report

    check_report_file(output)
    write_screen_report(output, folder, protein=protein, count=best, rank_by=rank_by.value, command=context.obj or ())
    conclude({}, (output,))


@screen_app.command("conformers")
def screen_conformers(
    library: Annotated[
        Path, typer.Option("-l", "--ligand", "--library", help="A .smi, .csv, .sdf, .mol2 [.gz] or .parquet file.")
    ],
    output: Annotated[Path, typer.Option("-o", "--output", help="Folder of the run.")],
    n: Annotated[int, typer.Option("-n", min=1, help="Conformers per molecule.")] = 50,
    seed: Annotated[int, typer.Option(min=0, help="Same seed, same conformers.")] = 0,
    model: Annotated[str, advanced("--model", help="default, uniform (no model), or a weights file.")] = "default",
    settings: Annotated[
        list[str] | None,
        advanced("--set", metavar="KEY=VALUE", help="Another field of GenerateConfig, e.g. min_rmsd=0.5."),
    ] = None,
    largest_fragment: LargestFragmentOption = False,
    smiles_column: SmilesColumnOption = None,
    name_column: NameColumnOption = None,
    engine: EngineOption = EngineName.local,
    workers: WorkersOption = 1,
    address: AddressOption = None,
    run: RunOption = None,
    resume: ResumeOption = False,
    device: DeviceOption = "cpu",
) -> None:
    """Conformers of a library: many processes or a Ray cluster, resumable.

    Writes a folder: shards/*.parquet with one row per input, failures.csv, summary.json.
    """
    from molgen.config import override
    from molgen.conformers.config import GenerateConfig

    conformers_to_folder(
        library,
        output,
        run=run_config(engine, workers, address, run),
        config=override(GenerateConfig(n=n, seed=seed, device=device), settings or []),
        model=model,
        largest_fragment=largest_fragment,
        smiles_column=smiles_column,
        name_column=name_column,
        resume=resume,
    )


@screen_app.command("status")
def screen_status(folder: _RunArgument) -> None:
    """Tell how far a run is, how fast, and how long it will take."""
    from molgen.screening.status import status

    state = status(folder)
    say(f"{state.command} of {state.library}: {state.phase}, {state.shards} shards written")
    if state.progress is not None:
        say(state.progress)
    conclude({"status": state})


@screen_app.command("export")
def screen_export(
    folder: _RunArgument,
    output: Annotated[Path, typer.Option("-o", "--output", help="SD file to write (.sdf or .sdf.gz).")],
) -> None:
    """Write all structures of a run into one SD file, in the order of the library."""
    from molgen.chem.molecules.writing import check_sdf_name
    from molgen.screening.ranking import export
    from molgen.screening.store.folder import read_settings

    check_sdf_name(output)
    read_settings(folder)
    count = export(folder, output)
    say(f"{count} structures in {output}")
    conclude({"structures": count}, (output,))


command = screen_app
