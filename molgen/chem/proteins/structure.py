"""Macromolecular structures as plain records: proteins, what is bound to them, and the pocket that a ligand goes to."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, TypeAlias

import numpy as np

from molgen.chem.formats.symmetry.records import AssemblyCopy

Place: TypeAlias = tuple[float, ...]
ResidueKind = Literal["polymer", "metal", "ion", "water", "ligand"]


@dataclass(frozen=True)
class Residue:
    """One residue or HETATM group; its atoms are `start` to `stop` (exclusive) of the structure.

    Attributes:
        name: component id, e.g. "ALA", "HEM", "ZN".
        chain: author chain id; any length, may be "".
        number: author residue number.
        insertion: insertion code, "" for none.
        kind: "polymer" (amino acids and nucleotides, modified ones included), "metal" (a single metal ion), "ion"
            (another single atom, e.g. CL), "water", or "ligand" (every other group: ligands, cofactors, additives).
        start, stop: range of atoms.
    """

    name: str
    chain: str
    number: int
    insertion: str
    kind: ResidueKind
    start: int
    stop: int

    @property
    def label(self) -> str:
        """`TQD:A:200`, with the insertion code after the number."""
        return f"{self.name}:{self.chain}:{self.number}{self.insertion}"


@dataclass(frozen=True)
class Alternative:
    """A residue of which one of several locations is read.

    Attributes:
        label: of the residue.
        chosen: its alternative location that is read, e.g. "A".
        others: that are not.
        occupancy: mean of the chosen one.
        components: others in its place, which are left out, each with its locations, e.g. "XYZ:A:283 (B)".
    """

    label: str
    chosen: str
    others: tuple[str, ...]
    occupancy: float
    components: tuple[str, ...] = ()

    def __str__(self) -> str:
        """`SER:A:50 (B of A, B)`; of several components `NFT:A:283 (A of A, B; without XYZ:A:283 (B))`."""
        without = f"; without {', '.join(self.components)}" if self.components else ""
        return f"{self.label} ({self.chosen} of {', '.join(sorted((self.chosen, *self.others)))}{without})"


@dataclass(frozen=True)
class Protein:
    """The heavy atoms of one model of a structure file, one alternative location each; residues are contiguous.

    Attributes:
        positions: float64 [N, 3], Angstrom.
        elements: int16 [N], atomic numbers (deuterium and hydrogen are left out).
        atom_names: N names, e.g. "CA".
        hydrogens: int8 [N], hydrogens that the file has on each atom; -1 in residues for which it has none.
        residue_index: int32 [N], index into ``residues``.
        residues: in the order of the file.
        source: the file it came from.
        notes: what the reader had to decide, one line each (alternative locations, models left out, missing atoms).
        alternatives: residues of which the file has several locations.
        declared_bonds: pairs of atoms of two residues that the file calls bonded, each a label and an atom name.
        unsure: residues of which a predicted structure is unsure (pLDDT below 70), each a label and the pLDDT.
        copies: of chains that are part of the biological assembly, by the motions that the file declares.
        unobserved: labels of residues with heavy atoms of zero occupancy, which are a guess of who built the model.
    """

    positions: np.ndarray
    elements: np.ndarray
    atom_names: tuple[str, ...]
    hydrogens: np.ndarray
    residue_index: np.ndarray
    residues: tuple[Residue, ...]
    source: str = ""
    notes: tuple[str, ...] = field(default=(), compare=False)
    alternatives: tuple[Alternative, ...] = field(default=(), compare=False)
    declared_bonds: tuple[tuple[tuple[str, str], tuple[str, str]], ...] = field(default=(), compare=False, repr=False)
    unsure: tuple[tuple[str, float], ...] = field(default=(), compare=False, repr=False)
    copies: tuple[AssemblyCopy, ...] = field(default=(), compare=False, repr=False)
    unobserved: tuple[str, ...] = field(default=(), compare=False, repr=False)

    def __len__(self) -> int:
        return len(self.positions)

    def atoms_of(self, residues: Sequence[Residue]) -> np.ndarray:
        """Indices of the atoms of some residues, int [k], in order."""
        if not residues:
            return np.zeros(0, dtype=np.int64)
        return np.concatenate([np.arange(residue.start, residue.stop) for residue in residues])

    def places_of(self, residues: Sequence[Residue]) -> frozenset[Place]:
        """Positions of the first atoms of some residues: what tells residues of one label apart."""
        return frozenset(tuple(self.positions[residue.start].tolist()) for residue in residues)

    def of_kind(self, *kinds: ResidueKind) -> Iterator[Residue]:
        """The residues of these kinds."""
        return (residue for residue in self.residues if residue.kind in kinds)

    def keep(self, wanted: Callable[[Residue], bool]) -> Protein:
        """The structure with only the residues for which `wanted` holds."""
        chosen = [residue for residue in self.residues if wanted(residue)]
        atoms = self.atoms_of(chosen)
        sizes = [residue.stop - residue.start for residue in chosen]
        stops = np.cumsum([0, *sizes])
        residues = tuple(
            replace(residue, start=int(stops[k]), stop=int(stops[k + 1])) for k, residue in enumerate(chosen)
        )
        return replace(
            self,
            positions=self.positions[atoms],
            elements=self.elements[atoms],
            atom_names=tuple(self.atom_names[k] for k in atoms),
            hydrogens=self.hydrogens[atoms],
            residue_index=np.repeat(np.arange(len(chosen), dtype=np.int32), sizes),
            residues=residues,
        )


@dataclass(frozen=True)
class Pocket:
    """Where a ligand is to go.

    Attributes:
        center: float64 [3], Angstrom.
        size: float64 [3], edge lengths of the search box, Angstrom.
        name: how the user named it, or how it was found, e.g. "ligand:TQD:A:200" or "auto 1".
        removed: labels of the residues that stand for the ligand and are not part of the receptor.
        reference: float64 [k, 3], heavy atoms of the ligand that names the pocket, in Angstrom; None if there is none.
        notes: what was decided about the groups there, one line each.
        places: positions, Angstrom, of the first atoms of the removed residues, which tell them from others of the same
            label; empty where the labels alone count.
        elements: int16 [k], atomic numbers of the reference; None if there is none.
    """

    center: np.ndarray
    size: np.ndarray
    name: str
    removed: tuple[str, ...] = ()
    reference: np.ndarray | None = None
    notes: tuple[str, ...] = field(default=(), compare=False)
    places: frozenset[Place] = field(default=frozenset(), compare=False, repr=False)
    elements: np.ndarray | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True)
class InteractionTypes:
    """What a docking energy needs to know of each atom.

    Attributes:
        elements: int16 [N], atomic numbers.
        donor, acceptor: bool [N], of hydrogen bonds; metals are donors.
        hydrophobic: bool [N]: carbon with no bond to anything but carbon and hydrogen, and halogens.
        metal: bool [N].
    """

    elements: np.ndarray
    donor: np.ndarray
    acceptor: np.ndarray
    hydrophobic: np.ndarray
    metal: np.ndarray

    def __len__(self) -> int:
        return len(self.elements)
