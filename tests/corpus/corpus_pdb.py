"""PDB files: chains of odd parts, columns that overflow, lines that are cut."""

import random
from collections.abc import Iterator

from corpus_smiles import mutated
from make_corpus import SEED, Case
from structure_texts import hetero, pdb_line, tripeptide

_COLUMNS = ("", "nan", "inf", "-inf", "1e30", "********", "99999.99", "abc", "1_0", "\u0663", "0x1")
_NUMBERS = ("", "-999", "A000", "ZZZZ", "zzzz", "a000", "****", "1e3", "+5", "99.9", "_1_0")


def cases() -> Iterator[Case]:
    lines = tripeptide()
    yield from (_pdb(name, made, expected) for name, (made, expected) in _odd(lines).items())
    for number, text in enumerate(_COLUMNS):
        changed = [*lines, f"{lines[0][:30]}{text:>8.8}{lines[0][38:]}"]
        yield _pdb(f"coordinate-{number}", changed, "either")
    for number, text in enumerate(_NUMBERS):
        changed = [*lines, f"{lines[0][:22]}{text:>4.4}{lines[0][26:]}"]
        yield _pdb(f"number-{number}", changed, "either")
    for number, width in enumerate((6, 12, 17, 22, 30, 46, 53, 54, 60, 70, 77)):
        yield _pdb(f"cut-line-{number}", [*lines, lines[0][:width]], "error" if width < 54 else "result")
    rng = random.Random(SEED)
    for number in range(30):
        yield Case(
            f"mutated-{number}.pdb", mutated("\n".join(lines), rng, 1 + number % 4).encode(), "protein", "either"
        )


def _odd(lines: list[str]) -> dict[str, tuple[list[str], str]]:
    alone = lines[0]
    return {
        "plain": (lines, "result"),
        "alpha-carbons": ([line for line in lines if line[12:16] == " CA "], "result"),
        "waters": ([hetero("O", "O", "HOH", n, 3.0 * n, 0, 0) for n in range(9)], "result"),
        "hydrogens": ([pdb_line("H", "H", "ALA", n, 1.0 * n, 0, 0) for n in range(9)], "error"),
        "dummies": ([hetero("X", "X", "DUM", n, 3.0 * n, 0, 0) for n in range(9)], "error"),
        "one-atom": ([alone], "result"),
        "one-metal": ([hetero("ZN", "ZN", "ZN", 1, 0, 0, 0)], "result"),
        "one-point": ([pdb_line("CA", "C", "ALA", n, 0, 0, 0) for n in range(1, 3000)], "error"),
        "same-atom": ([alone] * 500, "result"),
        "far-apart": ([*lines, pdb_line("CA", "C", "ALA", 9, -999.0, 9999.0, 9999.0)], "result"),
        "models": ([row for n in range(99) for row in (f"MODEL     {n:4d}", *lines, "ENDMDL")], "result"),
        "empty-model": (["MODEL        1", "ENDMDL", "MODEL        2", *lines, "ENDMDL"], "result"),
        "models-unclosed": (["MODEL        1", *lines, "MODEL        2", *lines], "result"),
        "end-first": (["END", *lines], "result"),
        "ends": (["END"] * 100 + lines + ["END", "TER", "ENDMDL"] * 100, "result"),
        "insertion": (
            [pdb_line("CA", "C", "ALA", 5, 3.8 * n, 0, 0, insertion=chr(65 + n)) for n in range(26)],
            "result",
        ),
        "backwards": (lines[::-1], "result"),
        "negative": ([pdb_line("CA", "C", "GLY", n - 20, 3.8 * n, 0, 0) for n in range(20)], "result"),
        "altlocs": ([pdb_line(*_ALANINE, altloc=chr(65 + n), occupancy=n / 26) for n in range(26)], "result"),
        "altlocs-mixed": (
            [pdb_line("CA", "C", name, 1, 0.1 * n, 0, 0, altloc="ABC"[n]) for n, name in enumerate(_MIXED)],
            "result",
        ),
        "altloc-zero": (
            [pdb_line(*_ALANINE, altloc="B", occupancy=0.0), pdb_line(*_ALANINE, occupancy=-1.0)],
            "result",
        ),
        "occupancy": ([f"{alone[:54]}{text:>6}{alone[60:]}" for text in ("nan", "inf", "abc", "******")], "result"),
        "no-chain": (tripeptide(chain=" "), "result"),
        "no-element": ([line[:66] for line in lines], "result"),
        "unknown-element": ([pdb_line("QQ", "Qq", "UNK", 1, 0, 0, 0)], "error"),
        "element-junk": ([f"{alone[:76]}\x1b["], "either"),
        "uranium": ([hetero("U", "U", "IUM", 1, 0, 0, 0), *lines], "result"),
        "cluster": (
            [hetero(f"FE{n}", "FE", "SF4", 1, 2.7 * (n & 1), 2.7 * (n & 2), 2.7 * (n & 4)) for n in range(8)],
            "result",
        ),
        "ligand-chain": ([hetero(f"C{n}", "C", "LIG", 1, 1.5 * n, 0, 0) for n in range(999)], "result"),
        "names-alike": ([hetero("C", "C", "LIG", 1, 1.5 * n, 0, 0) for n in range(99)], "result"),
        "header-only": (["HEADER    NOTHING", "TITLE     NOTHING AT ALL", "END"], "error"),
        "anisou-only": ([line.replace("ATOM  ", "ANISOU") for line in lines], "error"),
        "pdbqt": (["ROOT", *lines, "ENDROOT", "TORSDOF 3"], "error"),
        "tabs": ([line.replace("  ", "\t") for line in lines], "error"),
        "lower-case": ([line.lower() for line in lines], "result"),
        "control-names": ([f"{line[:12]}\x07\x1b\u202eX{line[16:]}" for line in lines], "either"),
        "long-line": ([*lines, "REMARK " + "x" * 1_000_000], "result"),
        "long-atom-line": ([line + " " * 1_000_000 for line in lines[:3]], "result"),
        "blank-lines": (["\n" * 1_000_000, *lines], "result"),
        "wide-space": (["CCO" + " " * 1_000_000 + "x", "y"], "error"),
        "joined": (["".join(lines)], "result"),
    }


_ALANINE = ("CA", "C", "ALA", 1, 0.0, 0.0, 0.0)
_MIXED = ("ALA", "SER", "GLY")


def _pdb(name: str, lines: list[str], expected) -> Case:
    return Case(f"structure-{name}.pdb", ("\n".join(lines) + "\n").encode(), "protein", expected)
