"""Hard molecules that are put together: macrocycles, peptides, sugars, bridged and spiro rings, axes."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator

_RESIDUES = {
    "A": "N[C@@H](C)C(=O)",
    "V": "N[C@@H](C(C)C)C(=O)",
    "F": "N[C@@H](Cc9ccccc9)C(=O)",
    "W": "N[C@@H](Cc9c[nH]c8ccccc89)C(=O)",
    "S": "N[C@@H](CO)C(=O)",
    "T": "N[C@@H]([C@@H](C)O)C(=O)",
    "I": "N[C@@H]([C@@H](C)CC)C(=O)",
    "D": "N[C@@H](CC(O)=O)C(=O)",
    "K": "N[C@@H](CCCCN)C(=O)",
    "R": "N[C@@H](CCCNC(N)=N)C(=O)",
    "H": "N[C@@H](Cc9c[nH]cn9)C(=O)",
    "P": "N9CCC[C@H]9C(=O)",
    "M": "N(C)[C@@H](CC(C)C)C(=O)",
    "a": "N[C@H](C)C(=O)",
    "f": "N[C@H](Cc9ccccc9)C(=O)",
    "G": "NCC(=O)",
    "b": "NCC(=O)N9CCC[C@H]9C(=O)",
}
"""One letter each; small letters are D, M is N-methyl leucine, b is Gly-Pro."""


def peptides(count: int = 36, seed: int = 3) -> Iterator[str]:
    """Linear peptides of two to seven residues and cyclic ones of four to seven."""
    rng = random.Random(seed)
    letters = list(_RESIDUES)
    for number in range(count):
        chain = [_RESIDUES[rng.choice(letters)] for _ in range(2 + number % 6)]
        if len(chain) > 3 and number % 2:
            first = chain[0].replace("N(C)", "N1(C)", 1) if chain[0].startswith("N(") else _opened(chain[0])
            yield first + "".join(chain[1:])[: -len("(=O)")] + "1=O"
        else:
            yield "".join(chain) + "O"


def _opened(residue: str) -> str:
    return residue.replace("N9", "N19", 1) if residue.startswith("N9") else residue.replace("N", "N1", 1)


def macrocycles() -> Iterator[str]:
    """Rings of 9 to 24 atoms: lactones, lactams, alkenes in both forms, ethers, cyclophanes, with centers."""
    for size in (9, 11, 12, 14, 16, 20, 24):
        yield f"C[C@H]1{'C' * (size - 3)}C(=O)O1"
        yield f"C[C@@H]1{'C' * (size - 3)}C(=O)N1"
        yield f"O=C1{'C' * (size - 6)}/C=C/CCO1"
        yield rf"O=C1{'C' * (size - 6)}/C=C\CCO1"
        yield f"C1{'C' * (size - 5)}c2cccc(c2)1" if size > 9 else f"C1{'C' * (size - 2)}O1"
    for units in (4, 5, 6, 8):
        yield f"C1CO{'CCO' * (units - 2)}CCO1"
    yield from (f"C1Cc2ccc(cc2)C{'C' * k}c2ccc1cc2" for k in (1, 2, 3))
    yield "C[C@H]1C[C@@H](O)/C=C/C(=O)[C@H](C)C[C@@H](C)OC(=O)C[C@H](O)[C@H]1C"
    yield "O=C1/C=C/C(=O)OCCCC/C=C/CO1"
    yield "C1CC#CCCCC#CCC1"


def sugars() -> Iterator[str]:
    """All D-aldohexopyranoses, furanoses, two and three units, nucleosides, acids, amino sugars."""
    for marks in itertools.product(("@", "@@"), repeat=3):
        yield "OC[C@H]1O[C@@H](OC)[C{}H](O)[C{}H](O)[C{}H]1O".format(*marks)
    for one, two in (("@", "@@"), ("@@", "@")):
        yield f"OC[C@H]1O[C{one}H](O[C@H]2[C@H](O)[C@@H](O)C(O)O[C@@H]2CO)[C{two}H](O)[C@@H](O)[C@@H]1O"
        yield f"OC[C@H]1O[C{one}H](n2ccc(=O)[nH]c2=O)[C{two}H](O)[C@@H]1O"
        yield f"OC[C@H]1O[C{one}](CO)(OC2OC[C@@H](O)[C{two}H](O)[C@H]2O)[C@@H](O)[C@@H]1O"
        yield f"CC(=O)N[C@H]1C(O)O[C@H](CO)[C{one}H](OS(=O)(=O)O)[C{two}H]1O"
    middle = "O[C@H]2[C@H](O)[C@@H](O)[C@@H](O[C@H]3[C@H](O)[C@@H](O)C(O)O[C@@H]3CO)O[C@@H]2CO"
    yield f"OC[C@H]1O[C@H]({middle})[C@H](O)[C@@H](O)[C@@H]1O"
    yield "Nc1ncnc2c1ncn2[C@@H]1O[C@H](COP(=O)(O)OP(=O)(O)OP(=O)(O)O)[C@@H](O)[C@H]1O"
    yield "O=C(O)[C@H]1O[C@@H](O)[C@H](O)[C@@H](O)[C@@H]1O"


def bridged() -> Iterator[str]:
    """Bicycles of all bridges up to four atoms, with oxygen, nitrogen, ketones and centers beside the bridgehead."""
    for a, b, c in itertools.product(range(1, 5), range(1, 4), range(0, 3)):
        if a >= b >= c:
            yield f"C1{'C' * a}C2{'C' * b}C1{'C' * c}2" if c else f"C1{'C' * a}C2C1{'C' * b}2"
            if b > 1:
                yield f"OC1{'C' * a}N2{'C' * b}C1{'C' * c}2" if c else f"N1{'C' * a}C2C1{'C' * b}2"
    yield from (f"C[C@]12CC[C@H](C{'C' * k}1)C2(C)C" for k in (0, 1))


def spiro() -> Iterator[str]:
    """Two and three spiro rings of all sizes, ketals, lactams, oxindoles."""
    for one, two in itertools.combinations_with_replacement(range(3, 8), 2):
        yield f"C1{'C' * (one - 2)}C21{'C' * (two - 1)}2"
    for one, two in ((5, 5), (5, 6), (6, 6), (6, 7)):
        yield f"O1[C@@H](C){'C' * (one - 3)}[C@]21{'C' * (two - 3)}[C@H](C)O2"
    yield from (
        "C1CC12CC23CC3",
        "O=C1Nc2ccccc2[C@]12CNC[C@@H]2c1ccccc1",
        "O=C1CC2(CN1)CCN(Cc1ccccc1)CC2",
        "C1CC2(C1)CC1(CCC1)C2",
    )


def axes() -> Iterator[str]:
    """Both settings of biaryls, anilides, sulfonamides, hydrazides; and open ones."""
    rings = ("c1c(C)cccc1Cl", "c1c(O)ccc2ccccc21", "n1c(=O)ccc2ccccc21", "c1c(C)nn(C)c1Cl")
    yield from (f"Cc1cccc(C(C)C)c1-{ring}" for ring in rings)
    yield from (f"Cc1cccc(Br)c1-c1c(C)cccc1Cl |wU:7.{k}|" for k in (6, 7))
    yield from (f"CC(=O)N(CC)c1c(C)cccc1CC |{mark}:6.6|" for mark in ("wU", "wD"))
    yield from (f"CS(=O)(=O)N({group})c1c(C)cccc1{other}" for group, other in (("C", "CC"), ("CC", "Cl")))
    yield from ("CC(=O)N(C)n1c(C)nc2ccccc2c1=O", "CC(=O)N(C)N(CC)C(=O)c1ccccc1", "C[C@H](OC)CN(C(=O)CCl)c1c(C)cccc1CC")
    yield "Oc1ccc2ccccc2c1-c1c(O)ccc2ccccc12"
    yield "c1ccc(P(c2ccccc2)c2ccc3ccccc3c2-c2c(P(c3ccccc3)c3ccccc3)ccc3ccccc23)cc1"
