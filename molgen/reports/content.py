"""What an HTML report holds, as plain records; texts are plain too, the page escapes them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from molgen.chem.proteins.structure import Residue


@dataclass(frozen=True)
class Figure:
    """A picture with a caption.

    Attributes:
        svg: the text of an SVG file.
        caption: what it shows.
        wide: it has several panels and needs more room than others.
    """

    svg: str
    caption: str
    wide: bool = False


@dataclass(frozen=True)
class Table:
    """A table of texts.

    Attributes:
        columns: titles.
        rows: as many cells as there are columns.
        note: a line beneath, e.g. what was left out.
    """

    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    note: str = ""


@dataclass(frozen=True)
class Entry:
    """One conformer or pose: a row of a table, and what is seen when it is chosen.

    Attributes:
        name: for a screen reader and the heading of the details, e.g. "pose 2".
        cells: texts of the row.
        structure: mmCIF text.
        nearby: residues of the receptor that are drawn with it.
        details: name -> text, shown when the row is chosen.
        reference: mmCIF text of the known structure that is drawn with it, "" for that of the molecule.
        contacts: nodes of the 3D view that show its interactions.
        picture: a flat picture of them; None for none.
        table: of them; None for none.
        record: SD text to download, "" for none.
        thumbnail: SVG text of a small drawing in its row, "" for none.
        color: of its carbon, as "#rrggbb"; "" for one by its rank.
    """

    name: str
    cells: Sequence[str]
    structure: str
    nearby: Sequence[Residue] = ()
    details: Mapping[str, str] = field(default_factory=dict)
    reference: str = ""
    contacts: Sequence[Mapping[str, Any]] = ()
    picture: Figure | None = None
    table: Table | None = None
    record: str = ""
    color: str = ""
    thumbnail: str = ""


@dataclass(frozen=True)
class Subject:
    """One molecule with its conformers or poses.

    Attributes:
        name: of the input.
        columns: titles of the table; the first is the rank.
        entries: best first.
        camera: from where they are seen, from :func:`molgen.reports.pages.structures.camera_on`.
        facts: name -> text, above the table.
        notes: warnings and decisions, one line each.
        figures: with captions.
        drawing: SVG text of the structural formula, "" for none.
        reference: mmCIF text of a known structure, "" for none.
    """

    name: str
    columns: Sequence[str]
    entries: Sequence[Entry]
    camera: Mapping[str, Sequence[float]]
    facts: Mapping[str, str] = field(default_factory=dict)
    notes: Sequence[str] = ()
    figures: Sequence[Figure] = ()
    drawing: str = ""
    reference: str = ""


@dataclass(frozen=True)
class Report:
    """A whole report.

    Attributes:
        title: heading of the page.
        lead: one sentence beneath it.
        kind: what an entry is: "conformer" or "pose".
        subjects: what can be looked at, at least one.
        overview: one row per input, failures too; None for a single input.
        receptor: mmCIF text of the protein around the poses, "" for none.
        residues: of that protein.
        facts: name -> text on the whole, e.g. of the pocket.
        notes: one line each.
        provenance: name -> text: command, versions, seed, date, settings.
        overlaid: show all entries of a molecule at first, not only the best.
        leading: what the first entry is among the others, for the legend.
        summary: statistics over all inputs.
        figures: of all inputs together, beneath the statistics.
        order: what decides the order of the entries, one or two sentences.
        colors: what the entries of a color of their own are -> color, for the legend; {} where rank decides the color.
    """

    title: str
    lead: str
    kind: str
    subjects: Sequence[Subject]
    overview: Table | None = None
    receptor: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)
    notes: Sequence[str] = ()
    provenance: Mapping[str, str] = field(default_factory=dict)
    overlaid: bool = False
    leading: str = "best"
    summary: Table | None = None
    figures: Sequence[Figure] = ()
    colors: Mapping[str, str] = field(default_factory=dict)
    order: str = ""
    residues: Sequence[Residue] = ()
