"""How much is searched."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class SearchConfig:
    """How much is searched.

    Attributes:
        starts: random poses that are minimized; may be 0 where there are proposals.
        chains: lowest of them, which basin hopping continues.
        rounds: of basin hopping, at most.
        patience: rounds without a better best pose after which the search stops.
        screen_steps: evaluations for every start; the best go on, two for each chain.
        start_steps: evaluations for these.
        hop_steps: evaluations after a kick.
        renewal, renewed_share, elite: after every ``renewal`` rounds this share of the chains, those of highest
            energy, restarts from the ``elite`` lowest distinct minima.
        ceiling: kcal/mol an atom can cost at most in a first, softened minimization of the starts; None: none.
        temperature: of Metropolis' rule, kcal/mol.
        torsion_share: of kicks that turn one torsion; the others move the whole ligand.
        shift: standard deviation of a kick's translation, Angstrom.
        turn: standard deviation of each component of a kick's rotation, radian.
    """

    starts: int = 3072
    chains: int = 256
    rounds: int = 120
    patience: int = 30
    screen_steps: int = 12
    start_steps: int = 20
    hop_steps: int = 20
    renewal: int = 3
    renewed_share: float = 0.25
    elite: int = 8
    ceiling: float | None = None
    temperature: float = 1.2
    torsion_share: float = 0.6
    shift: float = 1.2
    turn: float = 1.0


EFFORT = {
    "quick": SearchConfig(starts=768, chains=64, rounds=30, patience=10),
    "normal": SearchConfig(),
    "thorough": SearchConfig(starts=8192, chains=512, rounds=300, patience=60),
}
