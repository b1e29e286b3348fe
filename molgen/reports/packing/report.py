"""The HTML report of `molgen pack`: how sure each side chain is, what moved, and both in 3D."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import degrees
from pathlib import Path
from typing import Any

import numpy as np

from molgen.chem.proteins.structure import Protein, Residue
from molgen.packing.records import PackConfig, PackedResidue, Packing
from molgen.reports.content import Entry, Figure, Report, Subject
from molgen.reports.pages.html import write_report
from molgen.reports.pages.report_figures import drawn_figure
from molgen.reports.pages.structures import camera_in_pocket, receptor_text, residues_near, shown_part
from molgen.reports.pages.viewer import viewer_name
from molgen.reports.provenance import file_name, provenance

MOST_RESIDUES = 300
"""More are not embedded in a report; the least certain ones are."""
_OVERLAID = 40
_CLASSES = (
    (0.8, "80 % and more", "#009e73"),
    (0.5, "50 to 80 %", "#e69f00"),
    (0.0, "below 50 %", "#d55e00"),
)
"""Least probability, name and color of carbon."""
_MOVED = 0.5  # Angstrom
_ORDER = (
    "Residues are in the order of the file. P(all) is the calibrated probability that all chi angles of a residue are "
    "within 20 degrees of those of a crystal structure; the side chain that the file had is the reference."
)


@dataclass(frozen=True)
class _Place:
    """A packed residue in the new structure and, where the file has it, in the old one."""

    packed: PackedResidue
    new: Residue
    old: Residue | None


def write_packing_report(
    path: str | Path,
    packing: Packing,
    before: Protein,
    *,
    config: PackConfig,
    output: str | Path = "the structure file",
    command: Sequence[str] = (),
) -> None:
    """Report on what `molgen.pack` returned; nothing is written when no side chain was packed.

    Args:
        path: of the HTML file.
        packing: the side chains that were found.
        before: the structure as it was.
        config: how they were found.
        output: where the structure is.
        command: the arguments of the command line.

    Raises:
        InputError: the report cannot be written.
        ConfigError: a package that reports need is not installed.
    """
    if packing.residues:
        write_report(path, packing_report(packing, before, config=config, output=output, command=command))


def packing_report(
    packing: Packing,
    before: Protein,
    *,
    config: PackConfig,
    output: str | Path = "the structure file",
    command: Sequence[str] = (),
) -> Report:
    """The content of the report; arguments as in :func:`write_packing_report`."""
    listed = _listed(packing.residues)
    places = _places(listed, packing.protein, before)
    points = [_atoms(packing.protein, residue.new) for residue in places]
    part = shown_part(packing.protein, points)
    name = Path(before.source).name or "the structure"
    left = len(packing.residues) - len(listed)
    limit = f" The {len(listed)} least certain are listed, all are in {file_name(str(output))}." if left else ""
    expected = 100 * float(np.mean([residue.probability for residue in packing.residues]))
    return Report(
        title=f"Side chains of {name}",
        lead=_lead(len(packing.residues), expected) + limit,
        kind="residue",
        subjects=[_subject(name, packing, places, before, part)],
        receptor=receptor_text(part),
        residues=part.residues,
        notes=packing.notes,
        provenance=provenance(command, config, viewer=viewer_name()),
        overlaid=len(places) <= _OVERLAID,
        leading="chosen",
        colors={f"P(all) {text}": color for _, text, color in _CLASSES},
        order=_ORDER,
    )


def _lead(count: int, expected: float) -> str:
    if count == 1:
        return f"One side chain, within 20 degrees with a probability of {expected:.0f} %."
    return f"{count} side chains; {expected:.0f} % are expected within 20 degrees."


def _listed(residues: Sequence[PackedResidue]) -> list[PackedResidue]:
    """All, or the least certain of many, in their order."""
    worst = sorted(range(len(residues)), key=lambda k: residues[k].probability)[:MOST_RESIDUES]
    return [residues[k] for k in sorted(worst)]


def _places(residues: Sequence[PackedResidue], protein: Protein, before: Protein) -> list[_Place]:
    new, old = ({_key(residue.label): residue for residue in structure.residues} for structure in (protein, before))
    return [_Place(residue, new[_key(residue.label)], old.get(_key(residue.label))) for residue in residues]


def _key(label: str) -> str:
    """Chain and number, which a mutation keeps."""
    return label.split(":", 1)[1]


def _atoms(protein: Protein, residue: Residue) -> np.ndarray:
    return protein.positions[residue.start : residue.stop]


def _subject(name: str, packing: Packing, places: Sequence[_Place], before: Protein, part: Protein) -> Subject:
    entries = [_entry(packing, place, before, part) for place in places]
    camera = camera_in_pocket(_atoms(packing.protein, places[0].new), part)
    return Subject(
        name=name,
        columns=("residue", "P(all)", "P(chi 1)", "moved / Å", "why"),
        entries=entries,
        camera=camera,
        facts=_facts(packing, places, before),
        figures=[_along(places)],
    )


def _entry(packing: Packing, place: _Place, before: Protein, part: Protein) -> Entry:
    residue = place.packed
    own = _atoms(packing.protein, place.new)
    moved = _moved(packing.protein, place.new, before, place.old)
    near = [other for other in residues_near(part, own) if other.label != residue.label]
    old = "" if place.old is None else receptor_text(before.keep(lambda other: other == place.old))
    return Entry(
        name=residue.label,
        cells=(
            residue.label,
            f"{100 * residue.probability:.0f} %",
            f"{100 * residue.chi1_probability:.0f} %",
            "" if moved is None else f"{moved:.1f}",
            residue.reason,
        ),
        structure=receptor_text(packing.protein.keep(lambda other: other == place.new)),
        nearby=near,
        details=_details(packing, place, near),
        reference=old,
        color=next(color for least, _, color in _CLASSES if residue.probability >= least),
    )


def _details(packing: Packing, place: _Place, near: Sequence[Residue]) -> dict[str, str]:
    residue = place.packed
    return {
        "chi angles": _angles(residue.chi),
        **({"before": _angles(residue.before)} if residue.before is not None else {}),
        **({"other packings": _others(packing, place.new)} if packing.alternatives else {}),
        "residues within 5 Å": ", ".join(other.label for other in near) or "none",
    }


def _angles(chi: Sequence[float]) -> str:
    return ", ".join(f"{degrees(angle):.0f}°" for angle in chi) or "none"


def _others(packing: Packing, residue: Residue) -> str:
    """In how many of the other packings the side chain is elsewhere."""
    gaps = [_gap(_atoms(packing.protein, residue), _atoms(other, residue)) for other in packing.alternatives]
    return f"elsewhere in {sum(gap > _MOVED for gap in gaps)} of {len(gaps)}, at most {max(gaps):.1f} Å away"


def _moved(protein: Protein, new: Residue, before: Protein, old: Residue | None) -> float | None:
    """How far the atom went that went farthest, Angstrom; None where the residue was another or had other atoms."""
    if old is None or old.name != new.name:
        return None
    names = protein.atom_names[new.start : new.stop], before.atom_names[old.start : old.stop]
    if sorted(names[0]) != sorted(names[1]):
        return None
    order = [names[1].index(name) for name in names[0]]
    return _gap(_atoms(protein, new), _atoms(before, old)[order])


def _gap(first: np.ndarray, second: np.ndarray) -> float:
    return float(np.linalg.norm(first - second, axis=1).max())


def _facts(packing: Packing, places: Sequence[_Place], before: Protein) -> dict[str, str]:
    reasons = [place.packed.reason.split(" from")[0] for place in places]
    gaps = [_moved(packing.protein, place.new, before, place.old) for place in places]
    moved = sum(gap is not None and gap > _MOVED for gap in gaps)
    return {
        "side chains": ", ".join(f"{reasons.count(why)} {why}" for why in dict.fromkeys(reasons)),
        "moved by more than 0.5 Å": f"{moved} of {len(gaps) - gaps.count(None)}",
        **({"packings": str(1 + len(packing.alternatives))} if packing.alternatives else {}),
    }


def _along(places: Sequence[_Place]) -> Figure:
    """Probabilities in the order of the file."""

    def plot(axes: Any) -> None:
        shares = [100 * place.packed.probability for place in places]
        colors = [next(color for least, _, color in _CLASSES if share >= 100 * least) for share in shares]
        axes.scatter(range(1, len(shares) + 1), shares, c=colors, s=16)
        axes.set(xlabel="side chain, in the order of the file", ylabel="P(all) / %", ylim=(0, 102))

    return drawn_figure(plot, "How sure each side chain is; colors as in the 3D view.")
