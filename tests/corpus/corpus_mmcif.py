"""mmCIF files: tables without columns, loops that break off, quotes that nobody closes."""

import random
from collections.abc import Iterator

from corpus_smiles import mutated
from make_corpus import SEED, Case
from structure_texts import COLUMNS, TRIPEPTIDE, cif_row, mmcif

_REQUIRED = ("Cartn_x", "Cartn_y", "Cartn_z")
_VALUES = ("nan", "inf", ".", "?", "''", "1e99", "1_0", "x", "9" * 5000, "'1.0'", '"', "'", ";", "\u0663", "1.0(3)")


def cases() -> Iterator[Case]:
    rows = [cif_row(*atom) for atom in TRIPEPTIDE]
    text = mmcif(rows)
    yield from (_cif(name, made, expected) for name, (made, expected) in _odd(rows, text).items())
    for number, value in enumerate(_VALUES):
        yield _cif(f"x-{number}", text.replace("-0.525", value, 1), "either")
        yield _cif(f"number-{number}", text.replace(" 1.00 1 ALA", f" 1.00 {value} ALA", 1), "either")
    for column in COLUMNS:
        kept = [place for place, one in enumerate(COLUMNS) if one != column]
        fewer = [" ".join(row.split()[place] for place in kept) for row in rows]
        made = mmcif(fewer, columns=[COLUMNS[place] for place in kept])
        yield _cif(f"without-{column}", made, "error" if column in _REQUIRED else "result")
    for number, share in enumerate((0.1, 0.2, 0.4, 0.6, 0.8, 0.99)):
        yield _cif(f"cut-{number}", text[: int(share * len(text))], "either")
    rng = random.Random(SEED)
    for number in range(30):
        yield _cif(f"mutated-{number}", mutated(text, rng, 1 + number % 4), "either")


def _odd(rows: list[str], text: str) -> dict[str, tuple[str, str]]:
    head = "data_X\nloop_\n_atom_site."
    return {
        "plain": (text, "result"),
        "crlf": (text.replace("\n", "\r\n"), "result"),
        "one-row": (mmcif(rows[:1]), "result"),
        "no-rows": (mmcif([]), "error"),
        "no-loop": (text.replace("loop_\n", ""), "either"),
        "row-short": (mmcif([*rows, "ATOM 1 C"]), "error"),
        "row-long": (mmcif([*rows, f"{rows[0]} 7"]), "error"),
        "columns-twice": (mmcif(rows, columns=(*COLUMNS[:-1], COLUMNS[0])), "either"),
        "table-twice": (text + text.split("#", 1)[1], "either"),
        "blocks": (text + text.replace("data_TEST", "data_OTHER"), "result"),
        "models": (mmcif([cif_row(*atom, model=str(n)) for n in range(99) for atom in TRIPEPTIDE]), "result"),
        "quote-open": (text.replace("ATOM 1", "'ATOM 1", 1), "error"),
        "text-open": (text.replace("ATOM 1", "\n;ATOM 1", 1), "error"),
        "text-huge": (text.replace("#", "_x.y\n;" + "z" * 1_000_000 + "\n;\n#", 1), "result"),
        "line-huge": (text.replace("#", "# " + "z" * 1_000_000, 1), "result"),
        "blank-lines": ("\n" * 1_000_000 + text, "result"),
        "name-only": ("data_X\n_atom_site.", "error"),
        "names-only": (head + "\n_atom_site.".join(COLUMNS), "error"),
        "loop-only": ("data_X\nloop_\n", "error"),
        "loops": ("data_X\n" + "loop_\n" * 1000 + text, "either"),
        "empty-block": ("data_\n" + text, "either"),
        "no-block": (text.replace("data_TEST\n", ""), "either"),
        "save-frame": (text.replace("#", "save_x\n_a.b 1\nsave_\n#", 1), "either"),
        "stop": (text.replace("loop_", "stop_ global_ loop_", 1), "either"),
        "entity-cut": (mmcif(rows, entities="loop_\n_entity.id\n_entity.type\n1 polymer 2"), "either"),
        "upper-case": (text.upper(), "either"),
        "unicode": (text.replace("AAA", "\u0391\u202e\u5206"), "result"),
        "numbers-huge": (mmcif([cif_row(*atom[:3], 10**12 + atom[3], *atom[4:]) for atom in TRIPEPTIDE]), "error"),
        "one-point": (mmcif([cif_row("CA", "C", "GLY", n, 0, 0, 0) for n in range(2000)]), "error"),
        "far": (mmcif([*rows, cif_row("CA", "C", "GLY", 9, 99_999, 99_999, -99_999)]), "result"),
        "chain-long": (mmcif([cif_row(*atom, chain="A" * 10_000) for atom in TRIPEPTIDE]), "result"),
        "only-header": ("data_X\n_entry.id X\n", "error"),
        "dictionary": ("data_X\n" + "".join(f"_a{n}.b {n}\n" for n in range(10_000)), "error"),
    }


def _cif(name: str, text: str, expected) -> Case:
    return Case(f"structure-{name}.cif", text.encode(), "protein", expected)
