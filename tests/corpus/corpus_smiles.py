"""SMILES that are odd but fine, SMILES that are wrong, and valid ones with letters changed, lost, added or swapped."""

import random
from collections.abc import Iterator

from make_corpus import SEED, Case

C60 = (
    "c12c3c4c5c1c1c6c7c2c2c8c3c3c9c4c4c%10c5c5c1c1c6c6c%11c7c2c2c7c8c3c3c8c9c4c4c9c%10c5c5c1c1c6c6c%11c2c2c7c3c3c8c4c4"
    "c9c5c1c1c6c2c3c41"
)

FINE = (
    *("C", "[H][H]", "[H+]", "[2H]O[2H]", "[13CH4]", "[999C]", "[CH3]", "[CH2]", "[O][O]", "[O]", "[He]", "[Og]"),
    *("[Na+].[Cl-]", "CC(=O)O.CCN", ".".join("O" * 300), "[NH4+]", "C[N+](C)(C)C", "[O-][n+]1ccccc1", "[C-]#[O+]"),
    *("C1CC1", "C%12CCCCC%12", "C%(123)CCCC%(123)", "C1CCCCC1", "B1C=CC=C1", "[se]1cccc1", "[te]1cccc1", "p1ccccc1"),
    *("*", "C*", "[*:1]CC[*:2]", "[1*]CC", "C~C", "C$C", "[U]", "[Pu+4]", "[Hg]", "C[Hg]C"),
    *("C" * 1000, "CC(C)" * 400 + "C", "C(" * 1000 + "C" + ")" * 1000, "[Si](C)(C)O" * 250, "C=C" * 500, "C#C" * 300),
    *("OCC" * 300 + "O", "c1ccccc1" * 100, "N[C@@H](C)C(=O)" * 100 + "O", C60, "C1CC2CCC1CC2", "C12C3C4C1C5C2C3C45"),
    *("[Fe+2].c1ccc[cH-]1.c1ccc[cH-]1", "[Cu]1(N)(N)OC(=O)CN1", "N->[Pt](<-N)(Cl)Cl", "[Co@OH12](F)(Cl)(Br)(I)(N)O"),
    *("F/C=C/F", "F/C=C\\F", "F/C=C/C=C\\F", "C/C=C=C/C", "C[C@H](F)Cl", "C[C@@](F)(Cl)Br", "N[C@@H](C)C(=O)O"),
    *("[C@H]", "[C@@H](F)(F)F", "CC=[C@]=CC", "C[S@](=O)CC", "C[P@@](=O)(O)OC"),
    *("O=C1c2ccccc2C(=O)N1C1CCC(=O)NC1=O", "C1CCCCCCCCCCCCCCCCCCCCCCCCCCCCC1", "c1cc2ccc3cccc4ccc(c1)c2c34"),
    *("CC |$R1;R2$|", "CC |(0,0,;1,0,)|", "C[C@H](F)Cl |o1:1|", "*CC* |$_AP1;;;_AP2$|", "CC.O |f:0.1|", "CC |^1:0|"),
    *("CC |", "CC |$", "CC |Sg:n:99:|", "CC |C:9.9|", "CC |m:0:99999999.1|", "CC |(0,0,nan;inf,1e999,)|"),
    *(
        "CC |Sg:n:0,1:n:ht|",
        "C\tname with spaces",
        "C    na\u00efve \u5206\u5b50",
        "C \u202egnp.exe\u202c",
        "C \x1b[31mred\x1b[0m",
    ),
    *(
        "C ../../../../etc/passwd",
        "C a\0b",
        "C <script>alert(1)</script>",
        "C =cmd|' /C calc'!A0",
        "C " + "n" * 100_000,
    ),
    *("OS(=O)(=O)O", "F[S](F)(F)(F)(F)F", "FI(F)(F)(F)F", "Cl(=O)(=O)(=O)O", "[Xe](F)(F)", "O=[Os](=O)(=O)=O"),
    *("[B-](F)(F)(F)F", "B12B3B4B1B5B2B3B45", "C[Si](C)(C)C", "[GeH4]", "[AsH3]", "[SeH2]", "CS(C)=O", "[N-]=[N+]=N"),
)

WRONG = (
    *(
        "C(",
        "C)",
        "C1",
        "C1CC2",
        "((C))",
        "()",
        "[",
        "]",
        "[]",
        "[C",
        "C]",
        "[Xx]",
        "[c",
        "[C@@@H]",
        "[C@TH3]",
        "Q",
        "J",
    ),
    *(
        "=",
        "#",
        "C==C",
        "C=#C",
        "C--",
        ".C..",
        "C%",
        "C%1",
        "C%(12345678)CC%(12345678)",
        "C11",
        "C12CC12",
        "1CC1",
        "%%",
    ),
    *("C(C)(C)(C)(C)C", "N(C)(C)(C)(C)C", "F(F)F", "O=O=O", "[CH9999]", "[C+999999999999]", "[C" + "+" * 10_000 + "]"),
    *(
        "c",
        "c1ccc1c",
        "c1cccc1",
        "cc",
        "n1cccc1",
        "C1=CC=CC=C1C(",
        "[99999999999999999999C]",
        "[C:99999999999999999999]",
    ),
    "CC |SgD:" + "x" * 10_000 + "|",
    *(
        "caf\u00e9",
        "\u0421\u0421\u041e",
        "C\u200bC",
        "\u202eCC",
        "\ufffd",
        "\U0001f600",
        "-",
        "smiles?",
        "InChI=1S/CH4/h1H9/q",
    ),
    *(
        "C(" * 20_000,
        "(" * 1_000_000,
        "[" * 1_000_000,
        "C" * 1_000_000,
        "C(" * 100_000 + "C" + ")" * 100_000,
        "1" * 100_000,
    ),
    *(
        "C1" * 5000,
        "C%99" * 2500,
        "c" * 10_000,
        "C=" * 10_000,
        "*" * 50_000,
        "@" * 1000,
        "\\" * 1000,
        "." * 1000,
        "%" * 1000,
    ),
)

DRUGS = (
    *("CC(=O)Oc1ccccc1C(=O)O", "CN1CCN(CC1)Cc1ccc(cc1)C(=O)Nc1ccc(C)c(c1)Nc1nccc(n1)-c1cccnc1"),
    *("C[C@H](N)C(=O)N[C@@H](CO)C(=O)O", "O=S(=O)(N)c1cc(Cl)ccc1/C=C/[N+](=O)[O-]", "C1C[C@H]2CC[C@@H]1C2.[Na+].[Cl-]"),
)
_LETTERS = "CNOPSFIBclnos[]()=#-+@/\\%.123456789H*:$~ |\t\0\u00e9"


def cases() -> Iterator[Case]:
    yield from (Case(f"fine-{n:03d}.smi", _bytes(text), "molecules", "result") for n, text in enumerate(FINE))
    yield from (Case(f"wrong-{n:03d}.smi", _bytes(text), "molecules", "error") for n, text in enumerate(WRONG))
    rng = random.Random(SEED)
    for number in range(120):
        text = mutated(DRUGS[number % len(DRUGS)], rng, 1 + number % 4)
        yield Case(f"mutated-{number:03d}.smi", _bytes(text), "molecules", "either")


def mutated(text: str, rng: random.Random, changes: int) -> str:
    """`text` with letters replaced, left out, put in, doubled in runs, or moved."""
    for _ in range(changes):
        at, upto = sorted((rng.randrange(len(text) + 1), rng.randrange(len(text) + 1)))
        letter = rng.choice(_LETTERS)
        text = rng.choice(
            (
                text[:at] + letter + text[at + 1 :],
                text[:at] + text[at + 1 :],
                text[:at] + letter + text[at:],
                text[:upto] + text[at:upto] + text[upto:],
                text[upto:] + text[at:upto] + text[:at],
            )
        )
    return text


def _bytes(text: str) -> bytes:
    return f"{text}\n".encode()
