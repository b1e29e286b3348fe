"""What is in a structure file: chains, groups, gaps."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from molgen.chem.formats.parsing import shortened
from molgen.chem.formats.residue_names import ADDITIVES, NUCLEOTIDES, is_standard
from molgen.chem.proteins.assembly import incomplete_residues
from molgen.chem.proteins.chain_gaps import Gap, gaps
from molgen.chem.proteins.groups.bonds import bond_text, residue_bonds
from molgen.chem.proteins.groups.molecules import groups, is_cofactor, peptide_chains
from molgen.chem.proteins.structure import Alternative, Protein, Residue


@dataclass(frozen=True)
class Chain:
    """A polymer chain.

    Attributes:
        id: of the author.
        kind: by what most of its residues are.
        residues, atoms: how many; heavy atoms.
        first, last: residue numbers with insertion codes, in the order of the file.
        is_peptide: at most 30 amino acids beside a longer chain.
    """

    id: str
    kind: Literal["protein", "nucleic acid"]
    residues: int
    atoms: int
    first: str
    last: str
    is_peptide: bool = False


@dataclass(frozen=True)
class Group:
    """A ligand, cofactor, additive, metal or ion.

    Attributes:
        label: `HEM:A:201`.
        name: of the component.
        chain: its id.
        atoms: heavy atoms.
        role: "cofactor" or "lipid"; "" for other groups.
        bonded: labels of the groups that it is bonded to, as in an oligosaccharide.
        bound_to: what of the chains it is covalently bound to, `CYS:A:25 (C44-SG, 1.73 A)`.
    """

    label: str
    name: str
    chain: str
    atoms: int
    role: str = ""
    bonded: tuple[str, ...] = ()
    bound_to: tuple[str, ...] = ()


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
        alternatives: residues of which one of several locations is read.
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
    alternatives: tuple[Alternative, ...] = ()


def inspect_protein(protein: Protein) -> Inspection:
    """Take stock of a structure."""
    bonded = _bonded_groups(protein)
    polymer = list(protein.of_kind("polymer"))
    return Inspection(
        source=protein.source,
        chains=tuple(_chains(polymer, peptide_chains(protein))),
        ligands=tuple(group for group in bonded if group.name not in ADDITIVES),
        additives=tuple(group for group in bonded if group.name in ADDITIVES),
        metals=_groups(protein.of_kind("metal")),
        ions=_groups(protein.of_kind("ion")),
        waters=sum(1 for _ in protein.of_kind("water")),
        modified=tuple(
            residue.label
            for residue in polymer
            if not is_standard(residue.name) or residue.name in ("MSE", "SEC", "PYL")
        ),
        gaps=tuple(gaps(protein)),
        incomplete=tuple((residue.label, absent) for residue, absent in incomplete_residues(protein)),
        has_hydrogens=bool((protein.hydrogens > 0).any()),
        notes=protein.notes,
        alternatives=protein.alternatives,
    )


def chain_rows(inspection: Inspection) -> list[tuple[str, ...]]:
    """Rows of text under chain, kind, residues, atoms, numbers."""
    return [
        (chain.id or "(none)", chain.kind, str(chain.residues), str(chain.atoms), f"{chain.first} to {chain.last}")
        for chain in inspection.chains
    ]


def lines(inspection: Inspection) -> list[str]:
    """The whole inspection as plain text; long lists are cut."""
    text = [inspection.source] if inspection.source else []
    for chain, row in zip(inspection.chains, chain_rows(inspection), strict=True):
        name, kind, residues, atoms, numbers = row
        peptide = ", a peptide" if chain.is_peptide else ""
        text.append(f"chain {name}: {kind}, {residues} residues ({numbers}), {atoms} heavy atoms{peptide}")
    text += [f"ligand {_described(group)}" for group in inspection.ligands]
    text += [f"additive {_described(group)}" for group in inspection.additives]
    text += [f"metal {group.label}" for group in inspection.metals]
    text += [f"ion {group.label}" for group in inspection.ions]
    text.append(f"waters: {inspection.waters}")
    text.append(f"hydrogens: {'yes' if inspection.has_hydrogens else 'no'}")
    if inspection.modified:
        text.append(f"modified residues: {shortened(list(inspection.modified), 10)}")
    for gap in inspection.gaps:
        size = f"{gap.missing} residue{'s' * (gap.missing > 1)} missing" if gap.missing else "the chain is broken"
        text.append(f"gap in chain {gap.chain or '(none)'}: {gap.before} to {gap.after}, {size}")
    if inspection.incomplete:
        named = [f"{label} ({' '.join(absent)})" for label, absent in inspection.incomplete]
        text.append(f"incomplete residues: {shortened(named, 6)}")
    if inspection.alternatives:
        text.append(f"alternative locations: {shortened(list(map(str, inspection.alternatives)), 6)}")
    return [*text, *(f"note: {note}" for note in inspection.notes)]


def _described(group: Group) -> str:
    facts = [f"{group.atoms} heavy atoms", group.role]
    facts += [f"bonded to {shortened(list(group.bonded), 4)}"] if group.bonded else []
    facts += [f"covalently bound to {', '.join(group.bound_to)}"] if group.bound_to else []
    return f"{group.label}: {', '.join(filter(None, facts))}"


def _bonded_groups(protein: Protein) -> list[Group]:
    """Ligands and additives with what each of them is bonded to, in the order of the file."""
    lipids = {residue.start for molecule in groups(protein) if molecule.is_lipid for residue in molecule.residues}
    bonds = residue_bonds(protein)
    bonded_groups = []
    for index, residue in enumerate(protein.residues):
        if residue.kind == "ligand":
            own = [bond for bond in bonds if index in (bond.first, bond.second)]
            others = [(protein.residues[bond.first + bond.second - index], bond) for bond in own]
            role = "cofactor" if is_cofactor(protein, [residue]) else "lipid" if residue.start in lipids else ""
            bonded = tuple(other.label for other, _ in others if other.kind != "polymer")
            bound_to = tuple(bond_text(protein, bond, of=residue) for other, bond in others if other.kind == "polymer")
            size = residue.stop - residue.start
            bonded_groups.append(Group(residue.label, residue.name, residue.chain, size, role, bonded, bound_to))
    return bonded_groups


def _chains(polymer: list[Residue], peptides: frozenset[str]) -> Iterator[Chain]:
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
            is_peptide=chain in peptides,
        )


def _groups(residues: Iterable[Residue]) -> tuple[Group, ...]:
    return tuple(
        Group(residue.label, residue.name, residue.chain, residue.stop - residue.start) for residue in residues
    )
