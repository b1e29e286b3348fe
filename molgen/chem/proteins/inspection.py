"""What is in a structure file: chains, groups, gaps."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from molgen.chem.formats.parsing import shortened
from molgen.chem.formats.residue_names import ADDITIVES, NUCLEOTIDES, is_standard
from molgen.chem.proteins.assembly import incomplete_residues
from molgen.chem.proteins.chain_gaps import Gap, gaps
from molgen.chem.proteins.structure import Protein, Residue


@dataclass(frozen=True)
class Chain:
    """A polymer chain.

    Attributes:
        id: of the author.
        kind: by what most of its residues are.
        residues, atoms: how many; heavy atoms.
        first, last: residue numbers with insertion codes, in the order of the file.
    """

    id: str
    kind: Literal["protein", "nucleic acid"]
    residues: int
    atoms: int
    first: str
    last: str


@dataclass(frozen=True)
class Group:
    """A ligand, cofactor, additive, metal or ion: its label (`HEM:A:201`), component name, chain and heavy atoms."""

    label: str
    name: str
    chain: str
    atoms: int


@dataclass(frozen=True)
class Inspection:
    """Everything that a user should know of a structure before docking to it.

    Attributes:
        source: the file.
        chains, ligands, additives, metals, ions, gaps: in the order of the file.
        waters: how many.
        modified: labels of polymer residues that are no standard amino acids or nucleotides; MSE is one of them.
        incomplete: label and missing heavy atoms of amino acids.
        has_hydrogens: whether the file has any.
        notes: of the reader.
    """

    source: str
    chains: tuple[Chain, ...]
    ligands: tuple[Group, ...]
    additives: tuple[Group, ...]
    metals: tuple[Group, ...]
    ions: tuple[Group, ...]
    waters: int
    modified: tuple[str, ...]
    gaps: tuple[Gap, ...]
    incomplete: tuple[tuple[str, tuple[str, ...]], ...]
    has_hydrogens: bool
    notes: tuple[str, ...]


def inspect_protein(protein: Protein) -> Inspection:
    """Take stock of a structure."""
    ligands = [residue for residue in protein.of_kind("ligand") if residue.name not in ADDITIVES]
    polymer = list(protein.of_kind("polymer"))
    return Inspection(
        source=protein.source,
        chains=tuple(_chains(polymer)),
        ligands=_groups(ligands),
        additives=_groups(residue for residue in protein.of_kind("ligand") if residue.name in ADDITIVES),
        metals=_groups(protein.of_kind("metal")),
        ions=_groups(protein.of_kind("ion")),
        waters=sum(1 for _ in protein.of_kind("water")),
        modified=tuple(one.label for one in polymer if not is_standard(one.name) or one.name in ("MSE", "SEC", "PYL")),
        gaps=tuple(gaps(protein)),
        incomplete=tuple((residue.label, absent) for residue, absent in incomplete_residues(protein)),
        has_hydrogens=bool((protein.hydrogens > 0).any()),
        notes=protein.notes,
    )


def chain_rows(inspection: Inspection) -> list[tuple[str, ...]]:
    """Rows of text under chain, kind, residues, atoms, numbers."""
    return [
        (chain.id or "(none)", chain.kind, str(chain.residues), str(chain.atoms), f"{chain.first} to {chain.last}")
        for chain in inspection.chains
    ]


def group_rows(inspection: Inspection) -> list[tuple[str, ...]]:
    """Rows of text under group, kind, heavy atoms; water is not among them."""
    kinds = (
        ("ligand", inspection.ligands),
        ("additive", inspection.additives),
        ("metal", inspection.metals),
        ("ion", inspection.ions),
    )
    return [(group.label, kind, str(group.atoms)) for kind, groups in kinds for group in groups]


def lines(inspection: Inspection) -> list[str]:
    """The whole inspection as plain text."""
    text = [inspection.source] if inspection.source else []
    for chain, kind, residues, atoms, numbers in chain_rows(inspection):
        text.append(f"chain {chain}: {kind}, {residues} residues ({numbers}), {atoms} heavy atoms")
    for label, kind, atoms in group_rows(inspection):
        text.append(f"{kind} {label}" + (f": {atoms} heavy atoms" if kind in ("ligand", "additive") else ""))
    text.append(f"waters: {inspection.waters}")
    text.append(f"hydrogens: {'yes' if inspection.has_hydrogens else 'no'}")
    if inspection.modified:
        text.append(f"modified residues: {shortened(list(inspection.modified), 10)}")
    for gap in inspection.gaps:
        size = f"{gap.missing} residues missing" if gap.missing else "the chain is broken"
        text.append(f"gap in chain {gap.chain or '(none)'}: {gap.before} to {gap.after}, {size}")
    if inspection.incomplete:
        named = [f"{label} ({' '.join(absent)})" for label, absent in inspection.incomplete]
        text.append(f"incomplete residues: {shortened(named, 6)}")
    return [*text, *(f"note: {note}" for note in inspection.notes)]


def _chains(polymer: list[Residue]) -> Iterator[Chain]:
    """One for each chain id; parts of a chain that lie apart in the file count together."""
    members: dict[str, list[Residue]] = {}
    for residue in polymer:
        members.setdefault(residue.chain, []).append(residue)
    for chain, residues in members.items():
        nucleic = sum(residue.name in NUCLEOTIDES for residue in residues) * 2 > len(residues)
        yield Chain(
            id=chain,
            kind="nucleic acid" if nucleic else "protein",
            residues=len(residues),
            atoms=sum(residue.stop - residue.start for residue in residues),
            first=f"{residues[0].number}{residues[0].insertion}",
            last=f"{residues[-1].number}{residues[-1].insertion}",
        )


def _groups(residues: Iterator[Residue] | list[Residue]) -> tuple[Group, ...]:
    return tuple(Group(one.label, one.name, one.chain, one.stop - one.start) for one in residues)
