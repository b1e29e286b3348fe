"""What holds a ligand in its pocket, as records."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from molgen.chem.proteins.structure import Residue

Kind = Literal[
    "hbond", "salt_bridge", "halogen_bond", "pi_stacking", "cation_pi", "hydrophobic", "metal", "water_bridge"
]
KINDS: tuple[Kind, ...] = get_args(Kind)
TITLES: dict[Kind, str] = {
    "hbond": "hydrogen bond",
    "salt_bridge": "salt bridge",
    "halogen_bond": "halogen bond",
    "pi_stacking": "pi stacking",
    "cation_pi": "cation-pi",
    "hydrophobic": "hydrophobic contact",
    "metal": "metal coordination",
    "water_bridge": "water bridge",
}


@dataclass(frozen=True)
class Interaction:
    """One interaction of a ligand with a residue.

    Attributes:
        kind: one of `KINDS`.
        residue: of the receptor; of a water bridge the residue beyond the water.
        role: what the ligand is: "donor" or "acceptor" (hydrogen, halogen bonds, water bridges), "cation" or "anion",
            "cation" or "ring" (cation-pi), "parallel" or "T-shaped" (the form of pi stacking), else "".
        ligand_atoms: indices into the molecule.
        receptor_atoms: indices into the receptor; receptor_names: their names.
        distance: between the two atoms, or the two centers where a ring takes part, Angstrom.
        angle: radian: donor-hydrogen-acceptor, carbon-halogen-acceptor, between two ring planes, between the normal of
            a ring and the line to the cation, at the water of a bridge; None for the other kinds.
        ends: float64 [2, 3], where a line that stands for it begins (ligand) and ends, Angstrom.
        water: label of the water of a bridge, "" for the other kinds.
        assumed: a hydrogen bond of a proton that neither side is drawn with (`shared_protons`).
    """

    kind: Kind
    residue: Residue
    role: str
    ligand_atoms: tuple[int, ...]
    receptor_atoms: tuple[int, ...]
    receptor_names: tuple[str, ...]
    distance: float
    angle: float | None
    ends: np.ndarray
    water: str = ""
    assumed: bool = False

    @property
    def key(self) -> str:
        """`hbond:A:ILE:9`, kind, chain, name and number with the insertion code: what `--require` takes."""
        residue = self.residue
        return f"{self.kind}:{residue.chain}:{residue.name}:{residue.number}{residue.insertion}"

    @property
    def label(self) -> str:
        """`Ile9`, with the chain where it has one: `Ile9 A`."""
        return f"{short_name(self.residue)} {self.residue.chain}".strip()


def short_name(residue: Residue) -> str:
    """`Ile9`, `NDP193`: as a residue is called in a picture."""
    amino_acid = residue.kind == "polymer" and len(residue.name) == 3
    return f"{residue.name.capitalize() if amino_acid else residue.name}{residue.number}{residue.insertion}"


@dataclass(frozen=True)
class Match:
    """An interaction between two sets of groups, before the receptor's atoms get their names; fields as in
    :class:`Interaction`, `water` an index."""

    kind: Kind
    role: str
    ligand_atoms: tuple[int, ...]
    receptor_atoms: tuple[int, ...]
    distance: float
    angle: float | None
    ends: np.ndarray
    water: int | None = None
    assumed: bool = False


@dataclass(frozen=True)
class UnsatisfiedAtom:
    """A polar atom of a ligand without a partner in the receptor, in a kept water or in the ligand itself.

    Attributes:
        atom: index into the molecule.
        role: "donor" or "acceptor".
        exposure: share of its surface that water can reach, 0 to 1: a buried one (0) costs, an exposed one may bind to
            the solvent.
    """

    atom: int
    role: Literal["donor", "acceptor"]
    exposure: float


@dataclass(frozen=True)
class Contacts:
    """All that was found for one pose.

    Attributes:
        interactions: ordered by kind, then residue.
        unsatisfied: donors and acceptors of the ligand.
    """

    interactions: tuple[Interaction, ...]
    unsatisfied: tuple[UnsatisfiedAtom, ...]
