"""The copies of chains in the biological assembly that a file declares: REMARK 350, `_pdbx_struct_assembly_gen`.

A file of the PDB holds the asymmetric unit. Where the symmetry of the molecule is also that of the crystal, as of a
dimer on a twofold axis, it is only a part of the molecule, and the file says by which motions the rest is made.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice

import numpy as np
from Bio.PDB.MMCIF2Dict import MMCIF2Dict

from molgen.chem.formats.symmetry.records import AssemblyCopy

_MOST = 60
"""Copies; a virus has as many."""
_CHAINS = re.compile(r"^REMARK 350 (?:APPLY THE FOLLOWING TO|  +AND) CHAINS: *([^\n]*)", re.MULTILINE)
_MOTION = re.compile(r"^REMARK 350   BIOMT([123]) +\d+((?: +-?\d+\.\d+){4})", re.MULTILINE)
_TABLE = r"^(?:loop_[ \t]*\n)?(?:{}[^\n]*\n)+(?:(?!#|loop_|_|data_)[^\n]*\n)*"
_TABLES = tuple(
    re.compile(_TABLE.format(re.escape(name)), re.MULTILINE)
    for name in ("_pdbx_struct_assembly_gen.", "_pdbx_struct_oper_list.")
)


def assembly_copies(text: str, *, is_mmcif: bool) -> tuple[AssemblyCopy, ...]:
    """The copies of all assemblies that a file describes, those that lie on the chains themselves left out.

    What cannot be read is passed over.
    """
    if not is_mmcif:
        return _moving(_of_pdb(text))
    sections = [table.search(text) for table in _TABLES]
    try:
        generators, operators = (
            MMCIF2Dict(io.StringIO(f"data_x\n{section.group()}")) for section in sections if section
        )
    except (ValueError, LookupError, TypeError, AttributeError, RuntimeError):  # one that is absent, too
        return ()
    return copies_of_tables(generators, operators)


def copies_of_tables(
    generators: Mapping[str, Sequence[str]], operators: Mapping[str, Sequence[str]]
) -> tuple[AssemblyCopy, ...]:
    """As :func:`assembly_copies`, of the tables `_pdbx_struct_assembly_gen` and `_pdbx_struct_oper_list`."""
    try:
        motions = _motions(operators)
    except (ValueError, LookupError):
        return ()
    names = ("oper_expression", "asym_id_list")
    rows = zip(*(generators.get(f"_pdbx_struct_assembly_gen.{name}", ()) for name in names), strict=False)
    return _moving(
        _copy(motions[name], set(chains.split(",")))
        for expression, chains in rows
        for name in _operators(expression)
        if name in motions
    )


def _moving(copies: Iterable[AssemblyCopy]) -> tuple[AssemblyCopy, ...]:
    return tuple(islice((copy for copy in copies if copy.moves), _MOST))


def _of_pdb(text: str) -> Iterator[AssemblyCopy]:
    chains: set[str] = set()
    rows: list[list[float]] = []
    for line in re.findall(r"^REMARK 350 [^\n]*", text, re.MULTILINE):
        named, motion = _CHAINS.match(line), _MOTION.match(line)
        if named:
            listed = {chain.strip() for chain in named[1].split(",") if chain.strip()}
            chains = listed if "APPLY" in line else chains | listed
        elif motion and int(motion[1]) == len(rows) + 1:
            rows.append([float(number) for number in motion[2].split()])
            if len(rows) == 3:
                yield _copy(np.array(rows), chains)
                rows = []


def _motions(table: Mapping[str, Sequence[str]]) -> dict[str, np.ndarray]:
    """Id of an operator -> its rotation and translation, [3, 4]."""
    prefix = "_pdbx_struct_oper_list."
    names = [
        *(f"matrix[{row}][{column}]" for row in (1, 2, 3) for column in (1, 2, 3)),
        *(f"vector[{row}]" for row in (1, 2, 3)),
    ]
    values = np.array([[float(number) for number in table[prefix + name]] for name in names]).T
    matrices = [np.hstack([row[:9].reshape(3, 3), row[9:, None]]) for row in values]
    return dict(zip(table[prefix + "id"], matrices, strict=True))


def _operators(expression: str) -> Iterator[str]:
    """The operators of an expression as `1,2`, `(1-4)` or `P,1`; none of a product, as `(1-60)(61)`."""
    if ")(" in expression:
        return
    for item in expression.strip("()").split(","):
        first, _, last = item.strip().partition("-")
        if first.isdecimal() and last.isdecimal():
            yield from map(str, range(int(first), min(int(last), int(first) + _MOST) + 1))
        else:
            yield item.strip()


def _copy(motion: np.ndarray, chains: set[str]) -> AssemblyCopy:
    return AssemblyCopy(motion[:, :3], motion[:, 3], frozenset(chains))
