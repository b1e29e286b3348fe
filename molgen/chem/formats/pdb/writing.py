"""Atom records as the text of a PDB file (wwPDB format 3.3)."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import groupby

from rdkit import Chem

from molgen.chem.formats.mmcif.atom_site import AtomSite
from molgen.errors import InputError

_MOST_SERIALS = 99_999


def pdb_text(
    atoms: Sequence[AtomSite],
    bonds: Sequence[tuple[int, int, Chem.BondType]],
    links: Sequence[tuple[int, int]] = (),
) -> str:
    """ATOM, HETATM and TER records, and CONECT for `bonds`, which are pairs of indices into `atoms` with an order.

    `links` are bonds between residues: they have LINK records, too. Atoms of several models come in MODEL blocks.

    Raises:
        InputError: something does not fit the columns; mmCIF holds it.
    """
    blocks = [list(block) for _, block in groupby(atoms, key=lambda atom: atom.model)]
    if len(blocks) > 1:
        texts = [pdb_text([atom._replace(model=1) for atom in block], []).removesuffix("END\n") for block in blocks]
        return "".join(f"MODEL     {k:4d}\n{text}ENDMDL\n" for k, text in enumerate(texts, start=1)) + "END\n"
    lines: list[str] = []
    serials: list[int] = []
    serial = 0
    for index, atom in enumerate(atoms):
        serial += 1
        serials.append(serial)
        if serial > _MOST_SERIALS:
            raise InputError(f"a PDB file holds at most {_MOST_SERIALS:,} atoms and ends of chains; write .cif")
        lines.append(_atom_line(atom, serial))
        if _ends_chain(atoms, index):
            serial += 1
            lines.append(f"TER   {serial:5d}      {atom.residue:>3.4} {atom.chain:1}{atom.number:4d}{atom.insertion:1}")
    between = [(begin, end, Chem.BondType.SINGLE) for begin, end in links]
    heads = [_link_line(atoms[begin], atoms[end]) for begin, end in links]
    return "\n".join([*heads, *lines, *_conect_lines(serials, [*bonds, *between]), "END", ""])


def _link_line(first: AtomSite, second: AtomSite) -> str:
    ends = "               ".join(
        f"{_named(atom)}{atom.chain:1}{atom.number:4d}{atom.insertion:1}" for atom in (first, second)
    )
    length = math.dist((first.x, first.y, first.z), (second.x, second.y, second.z))
    return f"LINK        {ends}  {'1555':>6} {'1555':>6} {length:5.2f}"


def _ends_chain(atoms: Sequence[AtomSite], index: int) -> bool:
    if not atoms[index].in_sequence:
        return False
    after = atoms[index + 1] if index + 1 < len(atoms) else None
    return after is None or not after.in_sequence or after.chain != atoms[index].chain


def _atom_line(atom: AtomSite, serial: int) -> str:
    check_columns(atom)
    symbol = Chem.GetPeriodicTable().GetElementSymbol(atom.element).upper()
    return (
        f"{'HETATM' if atom.hetero else 'ATOM':6}{serial:5d} {_named(atom)}{atom.chain:1}"
        f"{atom.number:4d}{atom.insertion:1}   {atom.x:8.3f}{atom.y:8.3f}{atom.z:8.3f}{atom.occupancy:6.2f}"
        f"{atom.b_factor:6.2f}          {symbol:>2}"
    )


def _named(atom: AtomSite) -> str:
    """Name, alternative location and residue of an atom, columns 13 to 21."""
    symbol = Chem.GetPeriodicTable().GetElementSymbol(atom.element)
    name = atom.name if len(atom.name) == 4 or len(symbol) == 2 else f" {atom.name}"
    residue = f"{atom.residue:>3} " if len(atom.residue) < 4 else atom.residue
    return f"{name:4}{atom.altloc:1}{residue}"


def check_columns(atom: AtomSite) -> None:
    """Raises InputError where the columns of a PDB file have no room for something of an atom."""
    limits = (
        (len(atom.chain) > 1, f"chain id {atom.chain!r}"),
        (len(atom.residue) > 4, f"component id {atom.residue!r}"),
        (len(atom.name) > 4, f"atom name {atom.name!r}"),
        (len(atom.insertion) > 1, f"insertion code {atom.insertion!r}"),
        (not -999 <= atom.number <= 9999, f"residue number {atom.number}"),
        (not all(-999.9995 < value < 9999.9995 for value in (atom.x, atom.y, atom.z)), "coordinates"),
    )
    problem = next((text for is_beyond, text in limits if is_beyond), None)
    if problem:
        raise InputError(f"a PDB file has no room for the {problem} of {atom.name} in {atom.label}; write .cif")


def _conect_lines(serials: Sequence[int], bonds: Sequence[tuple[int, int, Chem.BondType]]) -> Iterator[str]:
    """Every bond from both of its ends, once whatever its order; four to a line."""
    partners: dict[int, list[int]] = {}
    for begin, end, _ in bonds:
        partners.setdefault(serials[begin], []).append(serials[end])
        partners.setdefault(serials[end], []).append(serials[begin])
    for serial in sorted(partners):
        others = sorted(partners[serial])
        for first in range(0, len(others), 4):
            yield f"CONECT{serial:5d}" + "".join(f"{other:5d}" for other in others[first : first + 4])
