"""Ligands that are known to bind in a site: of the structures that are docked into, and of files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import torch
from rdkit import Chem
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import KDTree
from torch import Tensor

from molgen.chem.formats.compression import plain_name
from molgen.chem.formats.parsing import one_line, shortened
from molgen.chem.formats.residue_names import ADDITIVES
from molgen.chem.molecules.reading import read_molecules
from molgen.chem.molecules.reference import PLACES_ONLY, RECORDS, reference_ligand
from molgen.chem.proteins.groups.molecules import groups, molecules
from molgen.chem.proteins.reading import read_protein
from molgen.chem.proteins.structure import Pocket, Protein
from molgen.errors import InputError
from molgen.models.pose_confidence.known import overlaps

if TYPE_CHECKING:
    from molgen.docking.site import Site

_LEAST_ATOMS, _MOST_ATOMS = 6, 200
"""Heavy atoms; what is smaller says little about where a ligand goes, what is larger is none."""
_SAME = 0.5
"""Angstrom; a ligand whose every atom is so near to one of the same element in another is part of it."""
_MISSING = 3
"""Heavy atoms that a structure may lack of a ligand."""
_BOND = 2.3
"""Angstrom, the longest bond of a ligand."""
_LONGEST_NAME = 60


@dataclass(frozen=True, eq=False)
class KnownLigand:
    """A ligand where it lies in a complex of the protein.

    Attributes:
        name: "TQ3:A:194", of several structures with the name of its own, or that of a file or its record.
        positions: float64 [m, 3], heavy atoms in the frame of the site, Angstrom.
        elements: int16 [m], their atomic numbers.
        is_of_file: it is not of a structure that is docked into.
    """

    name: str
    positions: np.ndarray
    elements: np.ndarray
    is_of_file: bool = False

    def missing_atoms(self, mol: Chem.Mol) -> int | None:
        """How many heavy atoms of a molecule it lacks; None if it has an atom that the molecule lacks.

        At 0 it may be this molecule: bonds, stereo and hydrogens do not count, which structure files do not tell, so
        an isomer counts as the same.
        """
        missing = Counter(atom.GetAtomicNum() for atom in mol.GetAtoms() if atom.GetAtomicNum() > 1)
        missing.subtract(self.elements.tolist())
        return None if min(missing.values(), default=0) < 0 else missing.total()


class KnownOverlap(NamedTuple):
    """How far a pose fills the space of the known ligand that it overlaps most: its name, and the overlap."""

    name: str
    overlap: float


def known_in(protein: Protein, taking_part: Protein, pocket: Pocket) -> tuple[KnownLigand, ...]:
    """The ligands of a structure that lie in the box of a pocket and are not part of its receptor.

    No chains, lipids, cofactors and additives, and nothing of fewer than six heavy atoms. The ligand that names the
    pocket, whatever it is, is the first of them.

    Args:
        protein: the whole structure.
        taking_part: its receptor.
        pocket: where ligands are docked.
    """
    kept = taking_part.places_of(taking_part.residues)
    apart = protein.keep(lambda residue: residue.kind == "ligand" and not protein.places_of([residue]) & kept)
    known = list(_reference(pocket))
    for molecule in molecules(apart) if len(apart) else ():
        if not (molecule.is_lipid or molecule.is_cofactor or molecule.consists_of(ADDITIVES)):
            atoms = apart.atoms_of(molecule.residues)
            known.append(KnownLigand(molecule.residues[0].label, apart.positions[atoms], apart.elements[atoms]))
    return distinct([ligand for ligand in known if _counts(ligand) and _inside(ligand, pocket)])


def read_known_ligands(path: str | Path) -> tuple[KnownLigand, ...]:
    """The molecules of an .sdf or .mol2 file, the ligands of a .pdb or .cif file, or the first of a .pdbqt file.

    Counter-ions are left out.

    Raises:
        InputError: the file cannot be read, or a molecule has no 3D coordinates or no heavy atoms.
    """
    suffix = Path(plain_name(path)).suffix
    if suffix in PLACES_ONLY:
        ligands = [] if suffix == ".pdbqt" else [ligand for ligand in _ligands_of(path) if _counts(ligand)]
        return tuple(ligands) or (_placed(reference_ligand(path, bonds=False), Path(path).name),)
    known = []
    for number, record in enumerate(read_molecules(Path(path)), 1):
        if record.mol is None:
            raise InputError(record.error or "no molecule", source=path, place=record.place)
        if not record.mol.GetNumConformers() or not record.mol.GetConformer().Is3D():
            raise InputError("a known ligand needs 3D coordinates", source=path, place=record.place)
        known.append(_placed(record.mol, record.name or f"record {number}"))
        if not len(known[-1].positions):
            raise InputError("a known ligand needs heavy atoms", source=path, place=record.place)
    return tuple(known)


def with_known_ligands(sites: Sequence[Site], source: str | Path) -> tuple[Site, ...]:
    """Sites that share the known ligands of all of them.

    Args:
        sites: in one frame.
        source: "auto": those of the structures; a file: its own as well; "none": there are none.

    Raises:
        InputError: the file cannot be read, or none of its ligands lies in a box.
    """
    if str(source) == "none":
        return tuple(replace(site, known=()) for site in sites)
    given = () if str(source) == "auto" else read_known_ligands(source)
    sized = [ligand for ligand in given if _counts(ligand)]
    inside = [ligand for ligand in sized if any(_inside(ligand, site.pocket) for site in sites)]
    if sized and not inside:
        raise InputError("none of the known ligands lies in the box: another frame?", source=source)
    if given and not inside:
        raise InputError(f"no known ligand has {_LEAST_ATOMS} to {_MOST_ATOMS} heavy atoms", source=source)
    shared = distinct([*inside, *(ligand for site in sites for ligand in site.known)])
    notes = [
        f"known ligands {reason} do not count: {shortened(names, 5)}"
        for reason, names in (
            ("that do not lie in the box", [ligand.name for ligand in sized if ligand not in inside]),
            (f"without {_LEAST_ATOMS} to {_MOST_ATOMS} heavy atoms", [one.name for one in given if one not in sized]),
        )
        if names
    ]
    return tuple(replace(site, known=shared, notes=(*site.notes, *notes)) for site in sites)


def distinct(known: Sequence[KnownLigand]) -> tuple[KnownLigand, ...]:
    """The ligands that are not part of another one in its place; the first of several that are the same.

    So a copy of which atoms are missing does not count beside the whole.
    """
    if not known:
        return ()
    owner = np.repeat(np.arange(len(known)), [len(ligand.positions) for ligand in known])
    tree = KDTree(np.concatenate([ligand.positions for ligand in known]))
    kept = []
    for k, ligand in enumerate(known):
        others = set(owner[tree.query_ball_point(ligand.positions[0], _SAME)].tolist()) - {k}
        if not any(_is_part(ligand, known[j]) and (j < k or not _is_part(known[j], ligand)) for j in others):
            kept.append(ligand)
    return tuple(kept)


def known_besides(sites: Sequence[Site], mol: Chem.Mol) -> tuple[tuple[KnownLigand, ...], list[str]]:
    """The known ligands of some sites that are not the molecule itself, and notes on them."""
    known = {id(ligand): ligand for site in sites for ligand in site.known}.values()
    missing = [(ligand, ligand.missing_atoms(mol)) for ligand in known]
    others = tuple(ligand for ligand, count in missing if count != 0)
    same = [ligand.name for ligand, count in missing if count == 0]
    names = shortened([ligand.name for ligand in others], 5)
    notes = [f"poses that overlap known ligands rank higher: {names}"] if others else []
    if same:
        notes.append(f"{shortened(same, 5)} may be this ligand and does not count as known")
    for ligand, count in missing:
        if count is not None and 0 < count <= _MISSING and not ligand.is_of_file:
            atoms = f"{count} atom{'s' * (count > 1)}"
            notes.append(f"if {ligand.name} is this ligand with {atoms} missing, dock with --known-ligands none")
    return others, notes


def most_overlap(positions: Tensor, known: Sequence[KnownLigand]) -> tuple[Tensor, list[str]]:
    """The largest overlap [S] of each pose [S, n, 3] with a known ligand, and the name of that one."""
    rows = torch.stack([overlaps(positions, torch.from_numpy(one.positions)) for one in known])
    most = rows.max(0)
    return most.values, [known[k].name for k in most.indices.tolist()]


def _ligands_of(path: str | Path) -> list[KnownLigand]:
    """The groups of a structure file; none where it is something else."""
    try:
        structure = read_protein(path)
    except InputError:
        return []
    there = [(one.residues[0].label, structure.atoms_of(one.residues)) for one in groups(structure)]
    return [KnownLigand(name, structure.positions[atoms], structure.elements[atoms], True) for name, atoms in there]


def _placed(mol: Chem.Mol, name: str) -> KnownLigand:
    """The largest part of a molecule that has places; dummy atoms are none."""
    parts = Chem.GetMolFrags(mol)
    elements = np.array([atom.GetAtomicNum() for atom in mol.GetAtoms()])
    largest = max(([k for k in part if elements[k] > 1] for part in parts), key=len, default=[])
    return KnownLigand(_name(name), mol.GetConformer().GetPositions()[largest], elements[largest], True)


def _name(text: str) -> str:
    line = one_line(text)
    return line if len(line) <= _LONGEST_NAME else f"{line[:_LONGEST_NAME]}..."


def _reference(pocket: Pocket) -> Iterator[KnownLigand]:
    """The ligand that names the pocket, if one does: of the structure, whose label is the first that is removed."""
    if pocket.reference is None or pocket.elements is None:
        return
    name = Path(pocket.name).name
    is_file = Path(plain_name(pocket.name)).suffix in (*RECORDS, *PLACES_ONLY)
    is_chain = pocket.name.strip().lower().startswith("chain:")
    own = name if is_file or is_chain or not pocket.removed else pocket.removed[0]
    atoms = _largest_part(pocket.reference) if is_file else np.arange(len(pocket.reference))  # without counter-ions
    yield KnownLigand(_name(own), pocket.reference[atoms], pocket.elements[atoms], is_file)


def _largest_part(positions: np.ndarray) -> np.ndarray:
    """Indices of the most atoms [n, 3] that are connected by bonds, as far as distances tell."""
    pairs = KDTree(positions).query_pairs(_BOND, output_type="ndarray")
    graph = coo_array((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(len(positions), len(positions)))
    part = connected_components(graph, directed=False)[1]
    return np.flatnonzero(part == np.bincount(part).argmax())


def _counts(known: KnownLigand) -> bool:
    return _LEAST_ATOMS <= len(known.positions) <= _MOST_ATOMS


def _inside(known: KnownLigand, pocket: Pocket) -> bool:
    """Whether at least half of it lies in the box."""
    return bool((np.abs(known.positions - pocket.center) <= pocket.size / 2).all(1).mean() >= 0.5)


def _is_part(first: KnownLigand, second: KnownLigand) -> bool:
    """Whether every atom of a ligand lies on one of the same element in another."""
    if len(first.positions) > len(second.positions):
        return False
    apart = np.linalg.norm(first.positions[:, None] - second.positions, axis=-1)
    apart[first.elements[:, None] != second.elements] = np.inf
    return bool(apart.min(1).max() < _SAME)
