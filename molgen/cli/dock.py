"""`molgen dock`: poses of one or many ligands in a pocket of a protein."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from molgen.cli.frame.files import (
    ChimeraxFile,
    ComplexFile,
    PymolFile,
    ReceptorFile,
    SummaryFile,
    TrajectoryFile,
)
from molgen.cli.frame.progress import progress
from molgen.cli.frame.voice import conclude
from molgen.cli.inputs.early import (
    check_anchors,
    check_docking_weights,
    check_flex,
    check_known_ligands,
    check_molecules,
    check_outputs,
    check_reference,
    count_molecules,
    read_structure,
)
from molgen.cli.inputs.options import (
    CONDITIONS,
    LIGAND,
    AnchorOption,
    ChainsOption,
    ConfidenceModelOption,
    CovalentOption,
    DeviceOption,
    DropOption,
    Effort,
    EffortOption,
    FlexOption,
    ForbidOption,
    KeepOption,
    KnownLigandsOption,
    LargestFragmentOption,
    LigandReport,
    NameColumnOption,
    PackingsOption,
    PairsOption,
    PoseModelOption,
    ProposalsOption,
    ProposalSource,
    ProtonateOption,
    Rank,
    RankOption,
    ReferenceOption,
    RequireOption,
    Sampler,
    SamplerOption,
    SeedOption,
    SmilesColumnOption,
    StatesOption,
    Stereo,
    StereoOption,
    StructuresOption,
    ThreadsOption,
    TorsionLibraryOption,
    advanced,
)
from molgen.cli.inputs.values import names_of, ph_of, refuse_given
from molgen.cli.results.docked import print_docked, print_setting, print_uncompared, write_report
from molgen.cli.results.docking_files import DockingFiles
from molgen.errors import InputError
from molgen.files.opening import check_input

if TYPE_CHECKING:
    from molgen.docking.run import DockRow, Setting


def dock(
    context: typer.Context,
    output: Annotated[Path, typer.Option("-o", "--output", help="Ranked poses: .sdf or .pdbqt, also .gz.")],
    protein: StructuresOption = None,
    ligand: Annotated[
        str | None,
        typer.Option(
            "-l", "--ligand", help="A SMILES, or a .smi, .csv, .sdf, .mol2, .pdb, .pdbqt, .cif, ... [.gz] file."
        ),
    ] = None,
    pocket: Annotated[
        str,
        typer.Option(
            help="ligand:RES[:CHAIN[:NUM]], a file with a reference ligand, chain:P, residues:A:57,A:102, "
            "box:x,y,z[,size], auto or blind."
        ),
    ] = "auto",
    n: Annotated[int, typer.Option("-n", min=1, help="Poses per ligand.")] = 9,
    reference: ReferenceOption = None,
    effort: EffortOption = Effort.normal,
    report: LigandReport = None,
    seed: SeedOption = 0,
    pairs: PairsOption = None,
    smiles_column: SmilesColumnOption = None,
    name_column: NameColumnOption = None,
    protonate: ProtonateOption = "auto",
    states: StatesOption = 1,
    stereo: StereoOption = Stereo.one,
    largest_fragment: LargestFragmentOption = False,
    keep_conformer: Annotated[
        bool, typer.Option("--keep-conformer", help="Keep the input's rings and bonds.", rich_help_panel=LIGAND)
    ] = False,
    keep: KeepOption = "",
    drop: DropOption = "",
    chains: ChainsOption = "",
    covalent: CovalentOption = None,
    flex: FlexOption = "none",
    packings: PackingsOption = 4,
    core: Annotated[
        Path | None,
        typer.Option(help="Reference pose whose common core stays in place.", rich_help_panel=CONDITIONS),
    ] = None,
    anchor: AnchorOption = None,
    require: RequireOption = None,
    forbid: ForbidOption = None,
    known_ligands: KnownLigandsOption = "auto",
    write_complex: ComplexFile = None,
    receptor_out: ReceptorFile = None,
    summary: SummaryFile = None,
    pymol: PymolFile = None,
    chimerax: ChimeraxFile = None,
    trajectory: TrajectoryFile = None,
    proposals: ProposalsOption = ProposalSource.both,
    rank: RankOption = Rank.confidence,
    pose_model: PoseModelOption = "default",
    sampler: SamplerOption = Sampler.ode,
    steps: Annotated[
        int | None,
        advanced("--steps", min=1, help="Integration steps of the proposals.", show_default="5, of other models 10"),
    ] = None,
    confidence_model: ConfidenceModelOption = "default",
    torsion_library: TorsionLibraryOption = "default",
    posebusters: Annotated[bool, advanced("--posebusters", help="Check the poses with PoseBusters.")] = False,
    device: DeviceOption = "cpu",
    threads: ThreadsOption = 1,
) -> None:
    """Dock one or many ligands into a pocket of a protein.

    Writes an SD or PDBQT file with the poses of every ligand, best first, and a JSON file with all about them.
    For thousands of ligands: molgen screen.
    """
    for path in filter(None, (*(protein or ()), core, reference)):
        check_input(path)
    from molgen.docking.pose_files import check_pose_file, pose_file_stem
    from molgen.docking.records import config_of

    config = config_of(
        n=n,
        seed=seed,
        effort=effort.value,
        ph=ph_of(protonate),
        states=states,
        stereo=stereo.value,
        keep_conformer=keep_conformer,
        posebusters=posebusters,
        proposals=proposals.value,
        rank=rank.value,
        pose_model=pose_model,
        sampler=sampler.value,
        steps=steps,
        confidence_model=confidence_model,
        torsion_library=torsion_library,
        known_ligands=known_ligands,
        covalent=covalent,
        flex=flex,
        packings=packings,
        device=device,
        require=tuple(require or ()),
        forbid=tuple(forbid or ()),
    )
    if pairs is not None:
        check_known_ligands(known_ligands, is_one_protein=False)
        refuse_given(
            {"--protein": protein, "--ligand": ligand, "--anchor": anchor, "--core": core, "--reference": reference}
            | {"--complex": write_complex, "--receptor-out": receptor_out, "--report": report}
            | {"--trajectory": trajectory, "--pymol": pymol, "--chimerax": chimerax}
        )
        _dock_pairs(
            pairs,
            output,
            summary or output.parent / f"{pose_file_stem(output)}.json",
            threads,
            config=config,
            pocket=pocket,
            keep=names_of(keep),
            drop=names_of(drop),
            chains=names_of(chains),
            largest_fragment=largest_fragment,
        )
        return
    if not protein or ligand is None:
        raise InputError("--protein and --ligand are needed, or --pairs; see molgen dock --help")
    check_pose_file(output)
    summary = summary or output.parent / f"{pose_file_stem(output)}.json"
    files = DockingFiles(output, summary, report, write_complex, receptor_out, trajectory, pymol, chimerax)
    files.check(inputs=(*protein, ligand, pocket, core, reference))
    check_docking_weights(config)
    check_known_ligands(known_ligands)
    check_anchors(anchor)
    check_molecules(ligand, smiles_column, name_column)
    check_reference(core)
    check_reference(reference, bonds=False)
    structures = [read_structure(protein[0], pocket), *(read_structure(path) for path in protein[1:])]
    check_flex(config.flex, structures)
    settings: list[Setting] = []
    with progress("ligands", count_molecules(ligand, smiles_column, name_column)) as tick:
        from molgen.chem.molecules.reference import compared_with
        from molgen.docking.run import dock_to_file

        rows = dock_to_file(
            ligand,
            structures,
            pocket,
            output,
            config=config,
            keep=names_of(keep),
            drop=names_of(drop),
            chains=names_of(chains),
            anchors=anchor or (),
            core=core,
            reference=reference,
            largest_fragment=largest_fragment,
            smiles_column=smiles_column,
            name_column=name_column,
            complexes=write_complex,
            receptor_file=receptor_out,
            summary_file=summary,
            trajectory=trajectory,
            threads=threads,
            on_setting=lambda setting: settings.append(setting) or print_setting(setting),
            on_row=tick,
        )
        if report is not None:
            write_report(
                report,
                rows,
                settings[0],
                config=config,
                output=output,
                command=context.obj or (),
                reference=compared_with(reference, pocket),
            )
    print_docked(rows, ligand)
    if reference is not None:
        print_uncompared(rows, reference)
    files.write_scripts(rows)
    _conclude(rows, settings[0], files, protein[0], reference or pocket)


def _conclude(
    rows: Sequence[DockRow], setting: Setting, files: DockingFiles, protein: Path, reference: Path | str
) -> None:
    """Name the files and the next command; exit code 2 where no ligand has a pose."""
    from molgen.docking.pose_files import pose_file_stem
    from molgen.docking.run import run_document

    docked = [row.result for row in rows if row.result is not None]
    is_compared = isinstance(reference, Path) or any(result.poses[0].rmsd is not None for result in docked)
    analyze = ("molgen", "analyze", files.poses, "-p", protein, "-o", f"{pose_file_stem(files.poses)}-analysis/")
    following = (*analyze, "-r", reference) if is_compared else analyze
    written = files.results if docked else ()
    conclude(run_document(rows, setting), (*written, files.summary), following if docked else ())
    if not docked:
        raise typer.Exit(2)


def _dock_pairs(table: Path, output: Path, summary: Path, threads: int, **options: Any) -> None:
    check_outputs(output, summary, inputs=(table,))
    settings: list[Setting] = []
    with progress("pairs") as tick:
        from molgen.docking.pairs import PairDocking, dock_pairs_to_file
        from molgen.docking.run import ligand_documents, receptor_document, write_document

        work = PairDocking(**options, on_setting=lambda setting: settings.append(setting) or print_setting(setting))
        rows = dock_pairs_to_file(table, output, work, threads=threads, on_row=tick)
    print_docked(rows, str(table))
    receptors = [receptor_document(setting) for setting in settings]
    document = {"receptors": receptors, "ligands": ligand_documents(rows)}
    write_document(summary, document)
    docked = any(row.result is not None for row in rows)
    conclude(document, (*([output] if docked else []), summary))
    if not docked:
        raise typer.Exit(2)


command = dock
