"""Option types that several commands share: one thing has one name, one help and one meaning on all of them."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer


class ProposalSource(StrEnum):
    """Starts of the search."""

    both = "both"
    learned = "learned"
    random = "random"


class Sampler(StrEnum):
    """Sampler of a flow or diffusion model."""

    ode = "ode"
    heun = "heun"
    sde = "sde"
    predictor_corrector = "predictor-corrector"


class Rank(StrEnum):
    """Order of the poses."""

    confidence = "confidence"
    energy = "energy"


class Effort(StrEnum):
    """Search effort."""

    quick = "quick"
    normal = "normal"
    thorough = "thorough"


class Stereo(StrEnum):
    """Treatment of open stereo of the input."""

    one = "one"
    enumerate = "enumerate"


INPUT = "Input"
RECEPTOR = "Receptor"
LIGAND = "Ligand"
CONDITIONS = "Conditions on poses"
FIXED = "What stays as it is"
LIBRARY = "Output in a folder: libraries"
ADVANCED = "Advanced"
"""Groups of options, in the help after those that most users need."""


def advanced(*names: str, **settings: Any) -> Any:
    """An option of the last group: internals of the sampling, models, devices."""
    return typer.Option(*names, rich_help_panel=ADVANCED, **settings)


PairsOption = Annotated[
    Path | None,
    typer.Option(
        help="CSV of pairs in place of both: protein,ligand[,pocket,name], or DiffDock's. Not with options that are "
        "about one protein: --anchor, --core, --reference, --report and the files of the receptor.",
        rich_help_panel=INPUT,
    ),
]
StructuresOption = Annotated[
    list[Path] | None,
    typer.Option(
        "-p",
        "--protein",
        help="PDB or mmCIF file, also .gz; again for other structures of the protein, laid over the first.",
    ),
]
ProteinOption = Annotated[Path, typer.Option("-p", "--protein", help="PDB or mmCIF file, also .gz.")]
ProteinArgument = Annotated[Path | None, typer.Argument(metavar="PROTEIN", help="PDB or mmCIF file, also .gz.")]
ProteinAgain = Annotated[Path | None, typer.Option("-p", "--protein", help="The same, as in other commands.")]
PosesOutput = Annotated[Path, typer.Option("-o", "--output", help="Poses to write: .sdf or .pdbqt, also .gz.")]
SeedOption = Annotated[int, typer.Option(min=0, help="Same seed, same poses.")]
EffortOption = Annotated[Effort, typer.Option(help="Search effort.")]
ReferenceOption = Annotated[
    Path | None, typer.Option("-r", "--reference", help="Pose to measure RMSD to and compare interactions with.")
]
ReportOption = Annotated[Path | None, typer.Option(help="HTML report to write, with a 3D view; opens offline.")]
LigandReport = Annotated[
    Path | None, typer.Option(help="HTML report to write, with a 3D view; opens offline. Not with --pairs.")
]

ProposalsOption = Annotated[
    ProposalSource, advanced("--proposals", help="Start from random poses, from those of the model, or both.")
]
RankOption = Annotated[Rank, advanced("--rank", help="Order poses by the learned confidence, or by energy.")]
DeviceOption = Annotated[
    str,
    advanced(
        "--device",
        metavar="cpu|cuda[:N]|mps|auto",
        help="Where the networks run; for screen also several, cuda:0,cuda:1.",
    ),
]


SamplerOption = Annotated[
    Sampler, advanced("--sampler", help="Sampler; sde and predictor-corrector need a diffusion model.")
]
PoseModelOption = Annotated[str, advanced("--pose-model", help="Proposes poses: default, diffusion, or a file.")]
ConfidenceModelOption = Annotated[str, advanced("--confidence-model", help="Ranks poses: default, or a weights file.")]
TorsionLibraryOption = Annotated[
    str,
    advanced(
        "--torsion-library",
        metavar="default|none|FILE",
        help="Torsions of crystals: default (ligands of the PDB), none, or one of molgen prepare torsions.",
    ),
]
KnownLigandsOption = Annotated[
    str,
    typer.Option(
        "--known-ligands",
        metavar="auto|none|FILE",
        help="Other ligands of the protein that guide the ranking: of the structures (auto), none, or a file's too.",
        rich_help_panel=CONDITIONS,
    ),
]
ThreadsOption = Annotated[int, advanced("--threads", min=1, help="CPU threads.")]
SettingsOption = Annotated[
    list[str] | None, advanced("--set", metavar="KEY=VALUE", help="Override a setting of the configuration.")
]

ProtonateOption = Annotated[
    str,
    typer.Option(help="pH of the ligand, no, or auto: 7.4 unless it has its hydrogens.", rich_help_panel=LIGAND),
]
StatesOption = Annotated[
    int,
    typer.Option(
        min=1, help="Likely protonation states and tautomers to dock, ranked together.", rich_help_panel=LIGAND
    ),
]
StereoOption = Annotated[
    Stereo, typer.Option(help="Stereo the input leaves open: take one isomer, or all.", rich_help_panel=LIGAND)
]
LargestFragmentOption = Annotated[
    bool,
    typer.Option("--largest-fragment", help="Keep only the largest fragment of a salt.", rich_help_panel=LIGAND),
]
SmilesColumnOption = Annotated[
    str | None,
    typer.Option(metavar="NAME", help="Column of a table that holds SMILES or InChI.", rich_help_panel=INPUT),
]
NameColumnOption = Annotated[
    str | None,
    typer.Option(
        metavar="NAME", help="Column of a table, or field of an SD file, that holds names.", rich_help_panel=INPUT
    ),
]

KeepOption = Annotated[
    str, typer.Option(help="Groups of the file to keep, e.g. waters or HEM,GOL:A:5.", rich_help_panel=RECEPTOR)
]
DropOption = Annotated[
    str,
    typer.Option(help="Groups of the file to leave out, e.g. HEM, or a chain: chain:P.", rich_help_panel=RECEPTOR),
]
ChainsOption = Annotated[
    str,
    typer.Option(help="Chains of the file to take with what is bound there, e.g. A,B.", rich_help_panel=RECEPTOR),
]

AnchorOption = Annotated[
    list[str] | None,
    typer.Option(
        metavar="SMARTS@x,y,z[,radius]", help="Restrain an atom to stay near a point.", rich_help_panel=CONDITIONS
    ),
]
CovalentOption = Annotated[
    str | None,
    typer.Option(
        metavar="CHAIN:RESIDUE:NUMBER[:ATOM][=HOW]",
        help="Dock through a bond to a residue, e.g. A:CYS:25; =REACTION or =SMARTS of the bonded atom.",
        rich_help_panel=CONDITIONS,
    ),
]
FlexOption = Annotated[
    str,
    typer.Option(
        metavar="auto|A:57,...|none",
        help="Side chains that may move: that line the pocket, these, or none.",
        rich_help_panel=RECEPTOR,
    ),
]
PackingsOption = Annotated[
    int,
    typer.Option(min=1, max=64, help="Other packings of these side chains to dock into.", rich_help_panel=RECEPTOR),
]
RequireOption = Annotated[
    list[str] | None,
    typer.Option(
        metavar="KIND[:CHAIN:NAME:NUMBER]",
        help="Interaction that a pose must have, e.g. hbond:A:ILE:9.",
        rich_help_panel=CONDITIONS,
    ),
]
ForbidOption = Annotated[
    list[str] | None,
    typer.Option(
        metavar="KIND[:CHAIN:NAME:NUMBER]", help="Interaction that no pose may have.", rich_help_panel=CONDITIONS
    ),
]
