"""Which pseudo-ligands are cut out of a protein."""

from __future__ import annotations

from dataclasses import dataclass

from molgen.limits import above, at_least, shares


@dataclass(frozen=True)
class FragmentConfig:
    """Which pieces are cut; lengths in Angstrom.

    Attributes:
        per_protein: pieces of one protein, at most.
        smallest, largest: heavy atoms of a piece.
        max_torsions: rotatable bonds of a piece, at most.
        margin: residues on either side of those that give atoms to a piece that are no part of its pocket either.
        contact: a piece touches protein atoms nearer than this.
        contacts_per_atom: pairs in contact, by heavy atoms of the piece, at least.
        touching: share of the atoms of a piece that are in contact, at least.
        clash, metal_clash: no atom of the pocket is nearer than this.
        reach: protein atoms farther from all pieces are not stored.
        clusters: a .csv with columns id and cluster (`molgen prepare clusters`); "": the clusters that SOURCE names,
            else those of the sequences.
        block: proteins per part file.
        seed: of the choice.
    """

    per_protein: int = 40
    smallest: int = 5
    largest: int = 40
    max_torsions: int = 12
    margin: int = 1
    contact: float = 4.5
    contacts_per_atom: float = 2.0
    touching: float = 0.6
    clash: float = 2.4
    metal_clash: float = 1.8
    reach: float = 20.0
    clusters: str = ""
    block: int = 400
    seed: int = 0

    def __post_init__(self) -> None:
        at_least(self, 1, "per_protein", "smallest", "block")
        at_least(self, self.smallest, "largest")
        at_least(self, 0, "max_torsions", "margin", "contacts_per_atom", "clash", "metal_clash", "seed")
        above(self, 0, "contact", "reach")
        shares(self, "touching")
