"""Search effort."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class SearchConfig:
    """The parameters of a search.

    Attributes:
        starts: random poses that are minimized; may be 0 where there are proposals.
        chains: lowest of them, which basin hopping continues.
        rounds: of basin hopping, at most.
        patience, patience_per_torsion: rounds without a better best pose after which the search stops, and how many
            more for each torsion of the ligand: rigid ligands are found at once.
        screen_steps: evaluations for every start; the best go on, two for each chain.
        start_steps: evaluations for these.
        hop_steps: evaluations after a kick.
        renewal, renewed_share, elite: after every ``renewal`` rounds this share of the chains, those of highest
            energy, restarts from the ``elite`` lowest distinct minima.
        ceiling: largest energy of an atom in a first, softened minimization of the starts, kcal/mol; None: skip it.
        temperature: of Metropolis' rule, kcal/mol.
        torsion_share: of kicks that turn one torsion; the others move the whole ligand.
        root_share: share of torsion kicks that turn the side of the root and keep the other fixed.
        shift: standard deviation of a kick's translation, Angstrom.
        turn: standard deviation of each component of a kick's rotation, radian.
    """

    starts: int = 3072
    chains: int = 256
    rounds: int = 160
    patience: int = 16
    patience_per_torsion: int = 3
    screen_steps: int = 12
    start_steps: int = 20
    hop_steps: int = 20
    renewal: int = 3
    renewed_share: float = 0.25
    elite: int = 8
    ceiling: float | None = None
    temperature: float = 1.2
    torsion_share: float = 0.6
    root_share: float = 0.5
    shift: float = 1.2
    turn: float = 1.0

    def patience_with(self, torsions: int) -> int:
        """Rounds without a better best pose after which the search of a ligand with so many torsions stops."""
        return self.patience + self.patience_per_torsion * torsions


EFFORT = {
    "quick": SearchConfig(starts=768, chains=64, rounds=40, patience=5, patience_per_torsion=1),
    "normal": SearchConfig(),
    "thorough": SearchConfig(starts=8192, chains=512, rounds=300, patience=32, patience_per_torsion=6),
}
