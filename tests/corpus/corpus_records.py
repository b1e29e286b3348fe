"""SD files, mol blocks and MOL2 files: exotic ones, cut ones, and ones whose numbers are wrong."""

import random
from collections.abc import Iterator
from functools import cache

from corpus_smiles import C60, mutated
from make_corpus import SEED, Case
from rdkit import Chem
from rdkit.Chem import rdDepictor, rdDistGeom

from molgen.chem.formats.parsing import silent_rdkit

ODD = (
    "CCO",
    "[Na+].[Cl-]",
    "[2H]C([2H])[2H]",
    "C[CH2]",
    "*CC",
    "CC[Hg]C",
    "N->[Pt](<-N)(Cl)Cl",
    "C[Si](C)(C)C",
    C60,
    "[U]",
)
TRIPOS = """@<TRIPOS>MOLECULE
methanol
6 5 1 0 0
SMALL
NO_CHARGES

@<TRIPOS>ATOM
1 C1 0.0000 0.0000 0.0000 C.3 1 LIG 0.0
2 O1 1.4000 0.0000 0.0000 O.3 1 LIG 0.0
3 H1 -0.3600 1.0300 0.0000 H 1 LIG 0.0
4 H2 -0.3600 -0.5100 0.8900 H 1 LIG 0.0
5 H3 -0.3600 -0.5100 -0.8900 H 1 LIG 0.0
6 H4 1.7200 0.9100 0.0000 H 1 LIG 0.0
@<TRIPOS>BOND
1 1 2 1
2 1 3 1
3 1 4 1
4 1 5 1
5 2 6 1
"""
# what stands in a coordinate of ten columns
_NUMBERS = (
    "nan",
    "inf",
    "-inf",
    "1e308",
    "99999.9999",
    "**********",
    "",
    "0x10",
    "1,5",
    "1.5.2",
    "--1",
    "\u0663",
    "1e-400",
)
_COUNTS = (
    "  0  0",
    "  1  0",
    "999999",
    " -1 -1",
    "aaabbb",
    "  3  0",
    "  2  2",
    "  9  8",
    "",
    "  3  2  0  0  0  0999 V9000",
)


@cache
def block(smiles: str = "CCO", *, v3000: bool = False) -> str:
    """A mol block with coordinates, 3D where RDKit makes some."""
    with silent_rdkit():
        mol = Chem.MolFromSmiles(smiles)
        if rdDistGeom.EmbedMolecule(mol, maxAttempts=3, randomSeed=7) < 0:
            rdDepictor.Compute2DCoords(mol)
        return Chem.MolToMolBlock(mol, forceV3000=v3000)


def cases() -> Iterator[Case]:
    for number, smiles in enumerate(ODD):
        yield _sdf(f"odd-{number}", block(smiles), "result")
        yield _sdf(f"odd-v3000-{number}", block(smiles, v3000=True), "result")
    yield from _numbers()
    yield from _cut()
    yield from _special()
    yield from _tripos()
    rng = random.Random(SEED)
    for number in range(30):
        yield _sdf(f"mutated-{number}", mutated(block(v3000=number % 2 > 0), rng, 1 + number % 5), "either")
        yield Case(f"mutated-{number}.mol2", mutated(TRIPOS, rng, 1 + number % 5).encode(), "molecules", "either")


def _numbers() -> Iterator[Case]:
    lines = block().split("\n")
    for number, text in enumerate(_NUMBERS):
        changed = [*lines[:4], f"{text:>10}{lines[4][10:]}", *lines[5:]]
        yield _sdf(f"coordinate-{number}", "\n".join(changed), "either")
    for number, text in enumerate(_COUNTS):
        changed = [*lines[:3], f"{text:6}{lines[3][len(text.ljust(6)) :]}", *lines[4:]]
        yield _sdf(f"counts-{number}", "\n".join(changed), "either")
    for number, text in enumerate(("9", "999999999 1", "-1 -1", "3 999999999", "0 0", "1e9 2", "x y")):
        changed = block(v3000=True).replace("COUNTS 3 2", f"COUNTS {text}")
        yield _sdf(f"counts-v3000-{number}", changed, "error" if number != 4 else "either")


def _cut() -> Iterator[Case]:
    for number, share in enumerate((0.05, 0.2, 0.5, 0.7, 0.9)):
        for v3000 in (False, True):
            text = block(v3000=v3000)
            yield _sdf(f"cut-{number}-{v3000}", text[: int(share * len(text))], "error")
    yield _sdf("second-cut", block() + "$$$$\n" + block()[:80], "result")


def _special() -> Iterator[Case]:
    """Query atoms and bonds, R groups, polymers, rings that no parser survives, and records of nothing."""
    carbon = block().replace(" C   0", "{} 0", 1)
    for number, symbol in enumerate(
        (" A  ", " Q  ", " L  ", " R# ", " *  ", " LP ", " Pol", " D  ", " T  ", " Xx ", " \x00\x00 ")
    ):
        yield _sdf(f"symbol-{number}", carbon.format(symbol), "either")
    for order in ("0", "4", "5", "6", "7", "8", "9", "x", "999"):
        text = block().replace("  1  2  1  0", f"  1  2{order:>3}  0", 1)
        yield _sdf(f"bond-order-{order}", text, "either")
    end = block().replace("M  END", "{}\nM  END")
    group = "M  STY  1   1 {}\nM  SAL   1  2   1   2\nM  SBL   1  1   2\nM  SMT   1 n"
    tails = (
        *(group.format(kind) for kind in ("SRU", "COP", "DAT", "GEN", "XXX")),
        "M  CHG999   1   1",
        "M  ISO  1   1 999",
    )
    tails += (
        "M  RAD  1   1   9",
        "M  CHG  1  99   1",
        "M  ALS   1  2 F C   N   ",
        "M  RGP  1   1  99",
        "M  ZZZ",
        "M  STY  1   1 SRU",
    )
    for number, tail in enumerate(tails):
        yield _sdf(f"tail-{number}", end.format(tail), "either")
    yield _sdf("complete-80", complete_graph(80), "error")
    yield _sdf("no-atoms", "none\n\n\n  0  0  0  0  0  0  0  0  0  0999 V2000\nM  END\n", "error")
    yield _sdf("only-ends", "$$$$\n" * 5, "error")
    yield _sdf("blank-title", "\n\n\n" + "\n".join(block().split("\n")[3:]), "result")
    yield _sdf("self-bond", block().replace("  1  2  1  0", "  1  1  1  0"), "error")
    yield _sdf("double-bond-record", block().replace("  2  3  1  0", "  1  2  1  0"), "error")
    yield _sdf("far-bond", block().replace("  2  3  1  0", "  2 99  1  0"), "error")
    yield _sdf(
        "data", block() + "> <\x1b[31m>\n" + "x" * 100_000 + "\n\n> <a>\n\n>\n\n> <b> (1\n1e999\n\n$$$$\n", "result"
    )
    yield _sdf("many-atoms", _isolated(999), "result")


def _tripos() -> Iterator[Case]:
    yield Case("fine.mol2", TRIPOS.encode(), "molecules", "result")
    changes = {
        "type": ("C.3", "Xx.9"),
        "nan": ("1.4000", "nan"),
        "inf": ("1.4000", "inf"),
        "counts-many": ("6 5 1", "999999999 5 1"),
        "counts-few": ("6 5 1", "2 1 1"),
        "counts-negative": ("6 5 1", "-6 -5 1"),
        "counts-none": ("6 5 1 0 0", ""),
        "bond-far": ("5 2 6 1", "5 2 99 1"),
        "bond-self": ("5 2 6 1", "5 2 2 1"),
        "bond-order": ("5 2 6 1", "5 2 6 zz"),
        "number-twice": ("2 O1", "1 O1"),
        "substructure": ("@<TRIPOS>BOND", "@<TRIPOS>SUBSTRUCTURE\n1 LIG 1\n@<TRIPOS>BOND"),
        "no-bonds": ("@<TRIPOS>BOND", "@<TRIPOS>CRYSIN"),
        "junk-type": ("O.3", "\x00\xff\u202e"),
        "letters": ("0.0000 0.0000 0.0000", "a b c"),
    }
    for name, (old, new) in changes.items():
        yield Case(f"tripos-{name}.mol2", TRIPOS.replace(old, new, 1).encode(), "molecules", "either")
    for number, share in enumerate((0.1, 0.3, 0.5, 0.8, 0.95)):
        yield Case(f"tripos-cut-{number}.mol2", TRIPOS[: int(share * len(TRIPOS))].encode(), "molecules", "either")
    yield Case("tripos-heads.mol2", b"@<TRIPOS>MOLECULE\n" * 50, "molecules", "error")


def complete_graph(n: int) -> str:
    """n atoms, each bonded to all others."""
    pairs = [(i, j) for i in range(1, n + 1) for j in range(1, i)]
    atoms = [f"M  V30 {i} Fe {i} 0 0 0" for i in range(1, n + 1)]
    bonds = [f"M  V30 {k} 1 {i} {j}" for k, (i, j) in enumerate(pairs, 1)]
    head = [
        "K",
        "",
        "",
        "  0  0  0     0  0            999 V3000",
        "M  V30 BEGIN CTAB",
        f"M  V30 COUNTS {n} {len(pairs)} 0 0 0",
    ]
    middle = ["M  V30 BEGIN ATOM", *atoms, "M  V30 END ATOM", "M  V30 BEGIN BOND", *bonds, "M  V30 END BOND"]
    return "\n".join([*head, *middle, "M  V30 END CTAB", "M  END", ""])


def _isolated(n: int) -> str:
    rows = [f"{i * 3:10.4f}    0.0000    0.0000 He  0  0" for i in range(n)]
    return "\n".join(["gas", "", "", f"{n:3d}  0  0  0  0  0  0  0  0  0999 V2000", *rows, "M  END", ""])


def _sdf(name: str, text: str, expected) -> Case:
    return Case(f"record-{name}.sdf", text.encode(), "molecules", expected)
