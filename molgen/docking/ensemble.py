"""Several structures of one protein: the same pocket in each, all in the frame of the first."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from molgen.chem.comparison.pocket_comparison import compare_pockets
from molgen.chem.comparison.superposition import Superposition, superposed
from molgen.chem.proteins.entries import entries_of
from molgen.chem.proteins.groups.stand_ins import stand_ins
from molgen.chem.proteins.pockets import find_pockets, is_detected, ligands_near
from molgen.chem.proteins.reading import read_protein
from molgen.chem.proteins.structure import Pocket, Protein
from molgen.docking.covalent.residue import freed
from molgen.docking.known_ligands import KnownLigand
from molgen.docking.site import Site, site_of
from molgen.errors import InputError


def ensemble_sites(
    sites: Sequence[Site], structures: Sequence[Protein], *, keep: Collection[str] = (), drop: Collection[str] = ()
) -> tuple[Site, ...]:
    """The sites of a receptor, and the same sites in other structures of the protein.

    Each structure is superposed on the first by the residues around the pocket, and its own ligand there is removed.
    All poses are in the frame of the first, and the name of a pocket names its structure. The CPU time is proportional
    to the number of structures.

    Args:
        sites: of the first structure.
        structures: the others.
        keep, drop: as of :func:`molgen.docking.site.sites_of`; what a structure lacks is no error.

    Raises:
        InputError: a structure has no counterpart of the pocket.
    """
    if not structures:
        return tuple(sites)
    names = _names([sites[0].receptor.protein, *structures])
    named = [
        replace(site, pocket=_called(site.pocket, site.pocket.name, names[0]), known=_known_in(site, names[0]))
        for site in sites
    ]
    for number, (structure, name) in enumerate(zip(structures, names[1:], strict=True), start=1):
        there = {"keep": entries_in(structure, keep), "drop": entries_in(structure, drop)}
        for site in sites:
            moved, notes = _laid_over(structure, site)
            pocket = _called(pocket_in(moved.protein, site.pocket), site.pocket.name, name)
            bond = None if site.bond is None else site.bond.request
            if bond is not None:
                pocket = freed(pocket, moved.protein, bond)
            other = site_of(moved.protein, pocket, **there, bond=bond)
            added = [*notes, *_in_the_way(site, other), *other.notes]
            notes = tuple(f"{name}: {note}" for note in added)
            named.append(replace(other, known=_known_in(other, name), notes=notes, structure=number))
    return tuple(named)


def _known_in(site: Site, structure: str) -> tuple[KnownLigand, ...]:
    """The known ligands of a site; to those of the structure itself its name is added."""
    return tuple(one if one.is_of_file else replace(one, name=f"{one.name} of {structure}") for one in site.known)


def structures_of(protein: Protein | str | Path | Sequence[Protein | str | Path]) -> list[Protein]:
    """One structure or several, read where they are files.

    Raises:
        MolgenError: there is none, or a file cannot be used.
    """
    if isinstance(protein, Protein | str | Path) or not isinstance(protein, Iterable):
        return [protein if isinstance(protein, Protein) else read_protein(protein)]
    given = list(protein)
    if not given:
        raise InputError("there is no structure to dock into")
    return [entry if isinstance(entry, Protein) else read_protein(entry) for entry in given]


def pocket_in(structure: Protein, pocket: Pocket) -> Pocket:
    """The same box in another structure, without the groups that overlap the ligand, or fill a detected pocket."""
    if pocket.reference is None:
        numbers = ",".join(f"{number:.3f}" for number in (*pocket.center, *pocket.size))
        box = find_pockets(f"box:{numbers}", structure)[0]
        return replace(box, removed=ligands_near(structure, pocket.center)) if is_detected(pocket) else box
    gone = stand_ins(structure, [pocket.reference])
    return replace(pocket, removed=gone.removed, notes=gone.notes, places=gone.places)


def _called(pocket: Pocket, name: str, structure: str) -> Pocket:
    """The pocket with its name (of a file without the folder) and that of the structure."""
    return replace(pocket, name=f"{name.split('/')[-1]} in {structure}")


def _laid_over(structure: Protein, site: Site) -> tuple[Superposition, list[str]]:
    pocket = site.pocket
    points, reach = pocket.reference, 8.0
    if points is None:
        points, reach = pocket.center[None], float(pocket.size.max()) / 2
    moved = superposed(structure, site.receptor.protein, points, reach)
    count = int(np.isin(moved.pairs[:, 1], moved.lining).sum())
    note = f"laid over the first structure by {count} residues around the pocket, RMSD {moved.rmsd:.1f} A"
    changed = round((1 - moved.identity) * len(moved.lining))
    return moved, [note + (f"; {changed} of {len(moved.lining)} differ or are missing" if changed else "")]


def _in_the_way(first: Site, other: Site) -> list[str]:
    """The groups of the other structure that overlap the reference ligand."""
    reference = first.pocket.reference
    if reference is None:
        return []
    own = first.receptor.protein
    compared = compare_pockets(own, superposed(other.receptor.protein, own, reference), reference)
    if not compared.closed:
        return []
    return [f"the pocket is closed: {compared.near} atoms of the protein stand in the place of the reference ligand"]


def _names(structures: Sequence[Protein]) -> list[str]:
    """Names of the structures: the file, with its folder where that is ambiguous, else a number."""
    paths = [Path(structure.source.removesuffix(".gz")) for structure in structures]
    for names in ([path.stem for path in paths], [f"{path.parent.name}/{path.stem}" for path in paths]):
        if all(names) and len(set(names)) == len(names):
            return names
    return [f"structure {number}" for number in range(1, len(structures) + 1)]


def entries_in(structure: Protein, entries: Collection[str]) -> list[str]:
    """The entries that name something in a structure."""
    known = []
    for entry in [entries] if isinstance(entries, str) else entries:
        try:
            known += entries_of(structure, [entry])
        except InputError:
            continue
    return known
