"""Sizes of the equivariant backbone, alone and in a pocket."""

from __future__ import annotations

from dataclasses import dataclass, field

from molgen.config import renamed
from molgen.limits import above, at_least


@dataclass(frozen=True)
class BackboneConfig:
    """Size of the backbone.

    Attributes:
        l_max: highest order of the node features and spherical harmonics, 1 or 2.
        scalars, pseudoscalars: channels of 0e and 0o.
        vectors, pseudovectors: channels of 1o and 1e (and, at l_max 2, of 2e and 2o).
        edge_channels: scalars per edge.
        graph_layers: message-passing rounds over bonds, once per molecule.
        layers: equivariant convolutions, once per step.
        radius: Angstrom; hops: bonds. Atoms nearer than either are joined.
        distance_channels, time_channels: size of the radial and time features.
        mean_neighbors: typical number of edges per atom, for normalization.
    """

    l_max: int = 1
    scalars: int = 48
    pseudoscalars: int = 8
    vectors: int = 16
    pseudovectors: int = 8
    edge_channels: int = 48
    graph_layers: int = 3
    layers: int = 4
    radius: float = 5.0
    hops: int = 3
    distance_channels: int = 16
    time_channels: int = 8
    mean_neighbors: float = renamed("mean_neighbours", 14.0)

    def __post_init__(self) -> None:
        if self.l_max not in (1, 2):
            raise ValueError(f"l_max must be 1 or 2, not {self.l_max}")
        at_least(self, 1, "scalars", "vectors", "edge_channels", "layers", "distance_channels", "time_channels")
        at_least(self, 0, "pseudoscalars", "pseudovectors", "graph_layers", "hops")
        above(self, 0, "radius", "mean_neighbors")

    def channels(self) -> dict[str, int]:
        """irrep name -> number of channels."""
        counts = {"0e": self.scalars, "0o": self.pseudoscalars, "1o": self.vectors, "1e": self.pseudovectors}
        if self.l_max == 2:
            counts |= {"2e": self.vectors, "2o": self.pseudovectors}
        return counts


_LIGAND = BackboneConfig(pseudoscalars=6, pseudovectors=6, radius=4.5, mean_neighbors=24.0)


@dataclass(frozen=True)
class PoseBackboneConfig:
    """Size of the backbone of a ligand in a pocket.

    Attributes:
        ligand: channels, layers and edges of the ligand; ``mean_neighbors`` counts its edges and contacts.
        pocket_layers: rounds of messages inside the pocket, once per pocket.
        contacts: number of nearest pocket atoms that send messages to each ligand atom.
        contact_radius: Angstrom; farther ones send nothing.
    """

    ligand: BackboneConfig = field(default_factory=lambda: _LIGAND)
    pocket_layers: int = 2
    contacts: int = 16
    contact_radius: float = 8.0

    def __post_init__(self) -> None:
        at_least(self, 0, "pocket_layers")
        at_least(self, 1, "contacts")
        above(self, 0, "contact_radius")
