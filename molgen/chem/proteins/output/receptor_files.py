"""The structure that a ligand is docked to, as a file: PDB, mmCIF, or PDBQT for programs of the AutoDock family."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from molgen.chem.atom_types.interaction_types import protein_types
from molgen.chem.formats.mmcif.atom_site import AtomSite
from molgen.chem.formats.mmcif.writing import mmcif_text
from molgen.chem.formats.parsing import one_line
from molgen.chem.formats.pdb.writing import check_columns, pdb_text
from molgen.chem.formats.pdbqt.atom_types import atom_line, atom_type, charge_and_type
from molgen.chem.formats.residue_names import parent_name
from molgen.chem.proteins.output.polar_hydrogens import polar_hydrogens
from molgen.chem.proteins.structure import Protein
from molgen.chem.proteins.writing import protein_atoms
from molgen.errors import InputError
from molgen.files import write_atomically
from molgen.version import __version__

_AROMATIC = {
    "PHE": "CG CD1 CD2 CE1 CE2 CZ",
    "TYR": "CG CD1 CD2 CE1 CE2 CZ",
    "TRP": "CG CD1 CD2 CE2 CE3 CZ2 CZ3 CH2",
    "HIS": "CG CD2 CE1",
}
_MOST_SERIALS = 99_999
_SELENIUM = 34
_SULFURS = (16, _SELENIUM)


def write_receptor(path: str | Path, protein: Protein) -> None:
    """Write a structure as .pdb, .cif or .pdbqt (also .gz), atomically; chain ids and numbers as in its file.

    A PDBQT file has the hydrogens of nitrogens and oxygens, placed by geometry, and charges of zero: the energy of Vina
    looks at neither. Selenium is typed as sulfur there, for want of a type.

    Raises:
        InputError: another suffix, something that the columns of a PDB file cannot hold, or a file that cannot be
            created.
    """
    try:
        text = check_receptor_file(path)(protein)
    except InputError as error:
        raise InputError(error.reason, source=path) from error
    with write_atomically(path, binary=True) as stream:
        content = text.encode("utf-8")
        stream.write(gzip.compress(content, 6, mtime=0) if Path(path).suffix.lower() == ".gz" else content)


def check_receptor_file(path: str | Path) -> Callable[[Protein], str]:
    """What makes the text of a receptor file with this name.

    Raises:
        InputError: it ends in none of .pdb, .cif, .mmcif and .pdbqt, nor in one of these and .gz.
    """
    suffix = Path(Path(path).name.lower().removesuffix(".gz")).suffix
    if suffix not in _TEXTS:
        raise InputError("receptors are written as .pdb, .cif or .pdbqt, each also as .gz", source=path)
    return _TEXTS[suffix]


def _pdbqt(protein: Protein) -> str:
    lines = [
        f"REMARK  receptor of {one_line(protein.source) or 'a structure'}, written by molgen {__version__}",
        "REMARK  polar hydrogens are placed by geometry, all charges are zero: Vina's energy uses neither",
    ]
    if (protein.elements == _SELENIUM).any():
        lines.append("REMARK  selenium is typed as sulfur, since there is no type for it")
    for serial, (site, kind) in enumerate(_typed_atoms(protein), start=1):
        if serial > _MOST_SERIALS:
            raise InputError(f"a PDBQT file holds at most {_MOST_SERIALS:,} atoms")
        lines.append(_line(site, kind, serial))
    return "\n".join([*lines, ""])


def _typed_atoms(protein: Protein) -> Iterator[tuple[AtomSite, str]]:
    """The heavy atoms with their types, each followed by its polar hydrogens, which are numbered in their residue."""
    hydrogens = polar_hydrogens(protein)
    acceptor = protein_types(protein).acceptor
    sites = protein_atoms(protein)
    for residue in protein.residues:
        aromatic = _AROMATIC.get(parent_name(residue.name), "").split() if residue.kind == "polymer" else []
        count = 0
        for atom in range(residue.start, residue.stop):
            site = sites[atom]
            accepts = bool(acceptor[atom]) or site.element in _SULFURS
            yield site, atom_type(site.element, is_aromatic=site.name in aromatic, is_acceptor=accepts)
            for x, y, z in hydrogens.get(atom, np.zeros((0, 3))).tolist():
                count += 1
                yield site._replace(name=f"H{count}", element=1, x=x, y=y, z=z), "HD"


def _line(site: AtomSite, kind: str, serial: int) -> str:
    check_columns(site)
    name = site.name if len(site.name) == 4 or kind[1:].islower() else f" {site.name}"
    component = f"{site.residue:>3} " if len(site.residue) < 4 else site.residue
    group = f"{component}{site.chain:1}{site.number:4d}{site.insertion:1}"
    record = "HETATM" if site.hetero else "ATOM"
    return atom_line(record, serial, name, group, (site.x, site.y, site.z), charge_and_type(0.0, kind))


_TEXTS: dict[str, Callable[[Protein], str]] = {
    ".pdb": lambda protein: pdb_text(protein_atoms(protein), []),
    ".cif": lambda protein: mmcif_text(protein_atoms(protein), []),
    ".mmcif": lambda protein: mmcif_text(protein_atoms(protein), []),
    ".pdbqt": _pdbqt,
}
