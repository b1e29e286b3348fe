"""Early checks of options and input files, before torch is imported: errors come at once.

The task itself checks its inputs, too, so these functions need not be complete.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from molgen.errors import InputError, ParseError
from molgen.files.opening import STANDARD_INPUT, check_standard_input
from molgen.files.weights import check_weights_file

_COUNTED = 2**20
"""Largest file (bytes) that is read twice to count its molecules."""

if TYPE_CHECKING:
    from molgen.chem.proteins.structure import Protein
    from molgen.docking.records import DockConfig


NAMED_WEIGHTS = ("default", "uniform", "diffusion", "cartesian")
"""Names of weights that are not files."""


def check_outputs(*paths: Path | None, inputs: Iterable[str | Path | None] = ()) -> None:
    """Check that files can be written, and that none of them is an input or another output.

    Raises:
        InputError: one cannot.
    """
    from molgen.files import check_apart, check_place

    for path in filter(None, paths):
        check_place(path)
    check_apart(paths, inputs)


def check_molecules(source: str | Path, smiles_column: str | None = None, name_column: str | None = None) -> None:
    """Check that molecules can be read: of a file the first record, whatever is in it; or the SMILES that is given.

    Pipes, which can be read only once, are left alone; of standard input it is seen that something comes.

    Raises:
        InputError: the file is missing, of another kind or empty.
        ParseError: the SMILES is none.
    """
    from molgen.chem.molecules.reading import names_file, read_molecules

    is_file = isinstance(source, Path) or names_file(source)
    if source == STANDARD_INPUT:
        check_standard_input()
        return
    if is_file and (str(source) == STANDARD_INPUT or (Path(source).exists() and not Path(source).is_file())):
        return
    first = next(iter(read_molecules(source, smiles_column=smiles_column, name_column=name_column)))
    if not is_file and first.mol is None:
        raise ParseError(first.error or "unreadable", source=first.name)


def check_reference(path: str | Path | None, *, bonds: bool = True) -> None:
    """Check that the pose in a file can be read, where one is given; and its bonds, if they must be known.

    Raises:
        InputError: it cannot.
    """
    from molgen.chem.molecules.reference import reference_ligand

    if path is not None:
        reference_ligand(path, bonds=bonds)


def count_molecules(source: str | Path, smiles_column: str | None = None, name_column: str | None = None) -> int | None:
    """The number of molecules, for the progress; None where counting is not cheap."""
    from molgen.chem.molecules.reading import names_file, read_molecules

    if not isinstance(source, Path) and not names_file(source):
        return 1
    if source == STANDARD_INPUT or not Path(source).is_file() or Path(source).stat().st_size > _COUNTED:
        return None
    return sum(1 for _ in read_molecules(source, smiles_column=smiles_column, name_column=name_column))


def check_anchors(texts: Sequence[str] | None) -> None:
    """Check that anchors can be understood.

    Raises:
        InputError: one cannot.
    """
    from molgen.docking.restraints import Anchor

    for text in texts or ():
        Anchor.parse(text)


def check_weights(*names: str) -> None:
    """Check that weights exist.

    Raises:
        CheckpointError: a name is neither a file nor a known name.
    """
    for name in names:
        if name not in NAMED_WEIGHTS:
            check_weights_file(name)


def check_torsion_library(name: str | Path) -> None:
    """Check that a library of torsions exists.

    Raises:
        CheckpointError: it is neither a file nor a known name.
    """
    if str(name) not in ("default", "none"):
        check_weights_file(name, "library of torsions")


def check_known_ligands(source: str | Path, *, is_one_protein: bool = True) -> None:
    """Check that a file of known ligands can be read, and is of the one protein that there is.

    Raises:
        InputError: it cannot, or there may be several proteins.
    """
    if str(source).strip().lower() in ("auto", "none"):
        return
    if not is_one_protein:
        raise InputError("a file of --known-ligands is about one protein: not with --pairs")
    from molgen.docking.known_ligands import read_known_ligands

    read_known_ligands(source)


def check_docking_weights(config: DockConfig) -> None:
    """:func:`check_weights` of the models that a docking loads, and of its library of torsions."""
    check_torsion_library(config.torsion_library)
    check_weights(*[config.pose_model] * (config.proposals != "random"))
    check_weights(*[config.confidence_model] * (config.rank != "energy"))


def check_flex(text: str, structures: Sequence[Protein]) -> None:
    """Check that the residues that may move exist.

    Raises:
        InputError: one is not.
    """
    from molgen.chem.proteins.pockets.residues import named_residues
    from molgen.errors import InputError

    for structure in structures if text not in ("auto", "none") else ():
        try:
            named_residues(text, structure)
        except InputError as error:
            raise InputError(f"--flex: {error.reason}", source=structure.source or None) from error


def read_structure(path: Path, pocket: str = "auto") -> Protein:
    """The structure in a file, after a check that it has the pocket.

    Raises:
        InputError: the file cannot be read, or the pocket is not there.
    """
    from molgen.chem.proteins.reading import read_protein

    structure = read_protein(path)
    if pocket.strip().lower() not in ("auto", "blind"):  # these are searched for, which takes its time
        from molgen.chem.proteins.pockets import find_pockets

        find_pockets(pocket, structure)
    return structure


def check_report_file(path: Path | None) -> None:
    """Check that a report, if wanted, can be written: its name, and the viewer that goes into it."""
    if path is not None:
        from molgen.reports.pages.html import check_report

        check_report(path)
