"""The commands on conformers."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from molgen.cli.frame.progress import progress
from molgen.cli.frame.voice import conclude
from molgen.cli.inputs.early import (
    check_molecules,
    check_outputs,
    check_report_file,
    check_torsion_library,
    check_weights,
    count_molecules,
)
from molgen.cli.inputs.options import (
    FIXED,
    DeviceOption,
    LargestFragmentOption,
    NameColumnOption,
    ReportOption,
    Sampler,
    SamplerOption,
    SmilesColumnOption,
    Stereo,
    StereoOption,
    TorsionLibraryOption,
    advanced,
)
from molgen.cli.inputs.values import refuse_given, torsions_of
from molgen.cli.library import (
    AddressOption,
    EngineName,
    EngineOption,
    ResumeOption,
    RunOption,
    WorkersOption,
    conformers_to_folder,
    run_config,
)
from molgen.cli.results.conformed import print_conformers
from molgen.conformers.config import GenerateConfig
from molgen.files.opening import STANDARD_INPUT
from molgen.runtime.stages import stage


class Sort(StrEnum):
    """What the conformers of a molecule are ordered by."""

    coverage = "coverage"
    energy = "energy"


class Unique(StrEnum):
    """What makes two conformers different."""

    rmsd = "rmsd"
    minima = "minima"


class Environment(StrEnum):
    """What the shapes are for."""

    bound = "bound"
    gas_phase = "gas-phase"


class Minimizer(StrEnum):
    """What the selection is minimized with."""

    none = "none"
    mmff = "mmff"
    gfn2 = "gfn2"


def conformers(
    context: typer.Context,
    source: Annotated[
        str,
        typer.Argument(metavar="INPUT", help="SMILES, InChI, a .smi, .csv, .sdf ... file, or - (standard input)."),
    ],
    output: Annotated[
        Path, typer.Option("-o", "--output", help="SD file to write (.sdf or .sdf.gz), or the folder of a library.")
    ],
    n: Annotated[int, typer.Option("-n", min=1, help="Conformers per molecule.")] = GenerateConfig.n,
    environment: Annotated[
        Environment,
        typer.Option(
            help="Shapes as in proteins, crystals and solution, or of the molecule alone, as in DFT in vacuum."
        ),
    ] = Environment.bound,
    sort: Annotated[
        Sort, typer.Option(help="Order: the first k cover the rest best, whatever k; or the lowest energy first.")
    ] = Sort.coverage,
    min_rmsd: Annotated[
        float, typer.Option(min=0.0, help="Least RMSD between two conformers, Å.")
    ] = GenerateConfig.min_rmsd,
    energy_window: Annotated[
        float, typer.Option(min=0.0, help="kcal/mol above the lowest that are kept, in the energies of the output.")
    ] = GenerateConfig.energy_window,
    minimize_with: Annotated[Minimizer, typer.Option(help="Minimize the selected conformers.")] = Minimizer.none,
    workers: WorkersOption = 1,
    report: ReportOption = None,
    failures: Annotated[Path | None, typer.Option(help="CSV of the inputs that failed [OUTPUT.failures.csv].")] = None,
    seed: Annotated[int, typer.Option(min=0, help="Same seed, same conformers.")] = 0,
    smiles_column: SmilesColumnOption = None,
    name_column: NameColumnOption = None,
    stereo: StereoOption = Stereo.one,
    largest_fragment: LargestFragmentOption = False,
    core: Annotated[
        str | None,
        typer.Option(
            metavar="FILE|SMARTS",
            help="Keep in place: the part in common with a structure, or atoms.",
            rich_help_panel=FIXED,
        ),
    ] = None,
    torsions: Annotated[
        list[str] | None,
        typer.Option(
            metavar="SMARTS=DEGREES[..DEGREES]", help="Keep a torsion at an angle or in a range.", rich_help_panel=FIXED
        ),
    ] = None,
    keep_conformer: Annotated[
        bool,
        typer.Option(
            "--keep-conformer", help="Keep the rings and bonds of the input's 3D structure.", rich_help_panel=FIXED
        ),
    ] = False,
    align: Annotated[
        bool, typer.Option("--align", help="Superpose conformers on the first.", rich_help_panel=FIXED)
    ] = False,
    engine: EngineOption = EngineName.local,
    address: AddressOption = None,
    run: RunOption = None,
    resume: ResumeOption = False,
    model: Annotated[
        str, advanced("--model", help="default, diffusion, cartesian, uniform (no model), or a weights file.")
    ] = "default",
    sampler: SamplerOption = Sampler.ode,
    unique: Annotated[
        Unique,
        advanced("--unique", help="Count conformers as different by RMSD, or as distinct minima of the force field."),
    ] = Unique.rmsd,
    gas_phase: Annotated[
        float | None,
        advanced(
            "--gas-phase",
            min=0.0,
            max=1.0,
            help="Weight of gas-phase minima [0.1; gas-phase 0.8, energies or minima 0.6].",
        ),
    ] = None,
    boltzmann: Annotated[
        float | None,
        advanced("--boltzmann", min=1.0, metavar="KELVIN", help="All N samples, with Boltzmann weights."),
    ] = None,
    samples: Annotated[
        int | None, advanced("--samples", min=1, help="Samples per molecule, of which N are selected.")
    ] = None,
    torsion_library: TorsionLibraryOption = "default",
    steps: Annotated[
        int | None,
        advanced("--steps", min=1, help="Integration steps; few are fast [3; diffusion and cartesian 5]."),
    ] = None,
    timeout: Annotated[
        float | None,
        advanced("--timeout", min=1.0, help="Limit per molecule, CPU seconds [60 for the embedding]."),
    ] = None,
    device: DeviceOption = "cpu",
) -> None:
    """Conformers of one or many molecules.

    Writes an SD file in which the first k conformers of a molecule are the best k; or, when the output is a folder,
    Parquet shards with one row per molecule, by many processes and resumable: molgen screen conformers.
    """
    from molgen.chem.molecules.reading import names_file
    from molgen.chem.molecules.writing import check_sdf_name, sdf_stem

    config = GenerateConfig(
        n=n,
        seed=seed,
        steps=steps,
        sampler=sampler.value,
        environment=environment.value,
        samples=samples,
        gas_phase=gas_phase,
        energy_window=energy_window,
        min_rmsd=min_rmsd,
        sort=sort.value,
        unique=unique.value,
        minimize_with=minimize_with.value,
        device=device,
        timeout=timeout,
        align=align,
        core=core,
        torsions=torsions_of(torsions) if torsions else None,
        keep_conformer=keep_conformer,
        boltzmann=boltzmann,
        torsion_library=torsion_library,
    )
    if not output.suffix and names_file(source):
        unusable = {"standard input": source == STANDARD_INPUT, "--stereo": stereo != Stereo.one}
        refuse_given(
            {**unusable, "--failures": failures, "--report": report}, "cannot be used when --output is a folder"
        )
        conformers_to_folder(
            source,
            output,
            run=run_config(engine, workers, address, run),
            config=config,
            model=model,
            largest_fragment=largest_fragment,
            smiles_column=smiles_column,
            name_column=name_column,
            resume=resume,
        )
        return
    spread = {"--engine": engine != EngineName.local, "--address": address, "--run": run}
    refuse_given({**spread, "--resume": resume}, "need a folder as --output")
    check_report_file(report)
    check_sdf_name(output)
    failures = failures or output.with_name(f"{sdf_stem(output)}.failures.csv")
    check_outputs(output, failures, report, inputs=(source, core))
    check_weights(model)
    check_torsion_library(torsion_library)
    check_molecules(source, smiles_column, name_column)
    with progress("molecules", count_molecules(source, smiles_column, name_column)) as tick:
        from molgen.screening.conformer_file import conformers_to_file

        rows = conformers_to_file(
            source,
            output,
            config=config,
            model=model,
            stereo=stereo.value,
            largest_fragment=largest_fragment,
            smiles_column=smiles_column,
            name_column=name_column,
            n_jobs=workers,
            failures=failures,
            on_row=tick,
        )
        done = any(row.conformers for row in rows)
        if report is not None and done:
            from molgen.reports.pages.conformer_report import write_conformer_report

            stage("writing the report")
            write_conformer_report(report, rows, output, config=config, command=context.obj or ())
    print_conformers(rows, config)
    then = ("molgen", "analyze", output, "-o", f"{sdf_stem(output)}-analysis/") if done else ()
    conclude(
        {"molecules": rows},
        (output if done else None, report if done else None, failures if any(row.error for row in rows) else None),
        then,
    )
    if not done:
        raise typer.Exit(2)


command = conformers
