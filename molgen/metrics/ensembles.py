"""The records of a structure file, put together as ensembles: one molecule with all its conformers or poses.

Files of other tools differ in atom order, in hydrogens, and in what the title line says. Records belong together when
their heavy atoms are connected in the same way and

- they have the same name, if names label molecules: some name stands on more than one record of this graph, or is the
  name of a reference;
- otherwise (no names, or a new name for every conformer) when their stereo agrees as well, or there is no reference
  that differs from another only in stereo.

They need not be neighbors in the file. An ensemble has the atoms of its first record, and the order of the file.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from rdkit import Chem

from molgen.chem.molecules.folders import read_folder
from molgen.chem.molecules.reading import InputRecord, read_molecules
from molgen.errors import InputError
from molgen.metrics.poses import bare_graph, pose_matches
from molgen.metrics.symmetry import heavy_atoms


@dataclass(frozen=True)
class Member:
    """One record of an ensemble.

    Attributes:
        place: e.g. "record 3".
        name: its title line, or a made-up one.
        properties: its data fields; numbers as numbers.
    """

    place: str
    name: str
    properties: Mapping[str, object]


@dataclass(frozen=True)
class Ensemble:
    """All records of one molecule.

    Attributes:
        name: of the molecule.
        named: the name is from the file and names the molecule, not one conformer.
        mol: conformer i (id i) is that of member i; with hydrogens if all records have the same atoms in the same
            order, else heavy atoms only.
        members: in the order of the file.
        smiles: canonical, with the stereo of the first record.
        graph: canonical SMILES of elements and connections only, which any two forms of a molecule share.
    """

    name: str
    named: bool
    mol: Chem.Mol
    members: tuple[Member, ...]
    smiles: str
    graph: str

    def __len__(self) -> int:
        return len(self.members)


@dataclass(frozen=True)
class _Read:
    """A record with its keys."""

    record: InputRecord
    mol: Chem.Mol
    named: bool
    table: tuple
    smiles: str
    graph: str


def read_ensembles(source: str | Path, references: Sequence[Ensemble] = ()) -> tuple[list[Ensemble], list[InputRecord]]:
    """The ensembles of a file, and the records that cannot be used (``error`` says why).

    Args:
        source: an .sdf, .mol or .mol2 file, also .gz; or a folder of such files.
        references: ensembles that these will be compared with; they help to tell which names label molecules.

    Raises:
        InputError: the file cannot be read, or holds no record with 3D coordinates.
    """
    records, failed = _read(source)
    if not records:
        reason = failed[0].error or "unreadable"
        raise InputError(f"no structure can be used: {reason}", source=source, place=failed[0].place)
    return [_ensemble(group, named) for group, named in _groups(records, references)], failed


def matching(ensemble: Ensemble, references: Sequence[Ensemble]) -> list[Ensemble]:
    """The references of an ensemble: those of its graph with its name, else with its stereo, else of its graph.

    Several references can fit, e.g. one molecule in several crystal structures; all of them are returned.
    """
    alike = [reference for reference in references if reference.graph == ensemble.graph]
    by_name = [
        reference for reference in alike if reference.named and ensemble.named and reference.name == ensemble.name
    ]
    return by_name or [reference for reference in alike if reference.smiles == ensemble.smiles] or alike


def joined(ensembles: Sequence[Ensemble]) -> Chem.Mol:
    """The conformers of several ensembles of one graph as one molecule of heavy atoms, in the order of the first.

    Raises:
        ValueError: no ensembles, or their graphs differ.
    """
    if not ensembles:
        raise ValueError("there are no ensembles to join")
    mol = _stripped(ensembles[0].mol)
    for other in ensembles[1:]:
        order = pose_matches(mol, other.mol, 1).permutations[0]
        heavy = heavy_atoms(other.mol)[order]
        for conformer in other.mol.GetConformers():
            _add(mol, conformer.GetPositions()[heavy])
    return mol


def single_structures(ensembles: Sequence[Ensemble]) -> list[Chem.Mol]:
    """Every structure of some ensembles as a molecule of its own."""
    return [
        Chem.Mol(ensemble.mol, False, conformer.GetId())
        for ensemble in ensembles
        for conformer in ensemble.mol.GetConformers()
    ]


def _read(source: str | Path) -> tuple[list[_Read], list[InputRecord]]:
    records: list[_Read] = []
    failed: list[InputRecord] = []
    known: dict[tuple, tuple[str, str]] = {}
    for record in read_folder(source) if Path(source).is_dir() else read_molecules(Path(source)):
        if record.mol is None:
            failed.append(record)
            continue
        problem = _problem(record.mol)
        if problem:
            failed.append(replace(record, mol=None, error=problem))
            continue
        table = _table(record.mol)
        if table not in known:
            known[table] = Chem.MolToSmiles(_stripped(record.mol)), Chem.MolToSmiles(bare_graph(record.mol))
        named = bool(record.mol.HasProp("_Name") and record.mol.GetProp("_Name").strip())
        records.append(_Read(record, record.mol, named, table, *known[table]))
    return records, failed


def _problem(mol: Chem.Mol) -> str | None:
    if mol.GetNumHeavyAtoms() == 0:
        return "there are no heavy atoms"
    if mol.GetNumConformers() == 0 or not mol.GetConformer().Is3D():
        return "there are no 3D coordinates"
    if not np.isfinite(mol.GetConformer().GetPositions()).all():
        return "a coordinate is not a number"
    return None


def _table(mol: Chem.Mol) -> tuple:
    """Everything of the graph that the order of atoms and bonds leaves; equal tables are equal molecules."""
    atoms = tuple(
        (a.GetAtomicNum(), a.GetFormalCharge(), a.GetChiralTag(), a.GetNumExplicitHs()) for a in mol.GetAtoms()
    )
    bonds = tuple((b.GetBeginAtomIdx(), b.GetEndAtomIdx(), b.GetBondType(), b.GetStereo()) for b in mol.GetBonds())
    return atoms, bonds


def _groups(found: Sequence[_Read], references: Sequence[Ensemble]) -> Iterator[tuple[list[_Read], bool]]:
    """Groups in the order of their first records, and whether their name is that of the molecule."""
    graphs: dict[str, list[_Read]] = {}
    for one in found:
        graphs.setdefault(one.graph, []).append(one)
    groups: list[tuple[list[_Read], bool]] = []
    for graph, alike in graphs.items():
        labels = _labels(alike, [one for one in references if one.graph == graph])
        stereo_counts = len({one.smiles for one in references if one.graph == graph}) > 1
        split: dict[tuple[str, str], list[_Read]] = {}
        for one in alike:
            label = one.record.name if one.named and one.record.name in labels else ""
            split.setdefault((label, one.smiles if stereo_counts and not label else ""), []).append(one)
        groups += [(group, bool(label)) for (label, _), group in split.items()]
    return iter(sorted(groups, key=lambda group: group[0][0].record.index))


def _labels(alike: Sequence[_Read], references: Sequence[Ensemble]) -> Collection[str]:
    """The names among records of one graph that are names of molecules: all of them, or none."""
    names = Counter(entry.record.name for entry in alike if entry.named)
    wanted = {entry.name for entry in references if entry.named}
    label = len(alike) == 1 or any(count > 1 for count in names.values()) or bool(wanted & set(names))
    return names if label else ()


def _ensemble(group: Sequence[_Read], named: bool) -> Ensemble:
    first = group[0]
    same = all(entry.table == first.table or _same_atoms(entry.mol, first.mol) for entry in group)
    mol = _without_properties(first.mol if same else _stripped(first.mol))
    heavy = heavy_atoms(first.mol)
    mol.RemoveAllConformers()
    for entry in group:
        positions = entry.mol.GetConformer().GetPositions()
        _add(mol, positions if same else positions[_order(first.mol, heavy, entry.mol)])
    members = tuple(Member(entry.record.place or "", entry.record.name, entry.mol.GetPropsAsDict()) for entry in group)
    return Ensemble(first.record.name, named, mol, members, first.smiles, first.graph)


def _same_atoms(mol: Chem.Mol, first: Chem.Mol) -> bool:
    """Equal elements and connections in equal order; only perceived stereo, charges or bond orders may differ."""
    if mol.GetNumAtoms() != first.GetNumAtoms() or mol.GetNumBonds() != first.GetNumBonds():
        return False
    elements = all(a.GetAtomicNum() == b.GetAtomicNum() for a, b in zip(mol.GetAtoms(), first.GetAtoms(), strict=True))
    return elements and _connections(mol) == _connections(first)


def _connections(mol: Chem.Mol) -> set[frozenset[int]]:
    return {frozenset((bond.GetBeginAtomIdx(), bond.GetEndAtomIdx())) for bond in mol.GetBonds()}


def _order(first: Chem.Mol, heavy: np.ndarray, mol: Chem.Mol) -> np.ndarray:
    """Atoms of ``mol`` that play the roles of the heavy atoms of ``first``; where it can, in the same order."""
    own = heavy_atoms(mol)
    if _same_atoms(_stripped(mol), _stripped(first)):
        return own
    return own[pose_matches(first, mol, 1).permutations[0]]


def _stripped(mol: Chem.Mol) -> Chem.Mol:
    return Chem.RemoveAllHs(mol) if any(atom.GetAtomicNum() == 1 for atom in mol.GetAtoms()) else Chem.Mol(mol)


def _without_properties(mol: Chem.Mol) -> Chem.Mol:
    copy = Chem.Mol(mol)
    for name in list(copy.GetPropNames()):
        copy.ClearProp(name)
    return copy


def _add(mol: Chem.Mol, positions: np.ndarray) -> None:
    conformer = Chem.Conformer(len(positions))
    conformer.SetPositions(np.ascontiguousarray(positions, dtype=np.float64))
    mol.AddConformer(conformer, assignId=True)
