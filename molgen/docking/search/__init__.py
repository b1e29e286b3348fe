"""Search for low-energy poses: random starts and basin hopping, every pose of every ligand of a batch at once.

Random starts (a template conformer, torsions, orientation and place each) are minimized; the best become chains. A
round of basin hopping (Wales and Doye, J. Phys. Chem. A 101, 5111, 1997; the Monte-Carlo moves are those of Vina) kicks
every chain, minimizes it and keeps the new minimum by Metropolis' rule.
"""

from molgen.docking.search.config import EFFORT, SearchConfig
from molgen.docking.search.hopping import SearchResult, search, search_together
from molgen.docking.search.moves import kick, metropolis
from molgen.docking.search.starts import Starts, random_starts

__all__ = [
    "EFFORT",
    "SearchConfig",
    "SearchResult",
    "Starts",
    "kick",
    "metropolis",
    "random_starts",
    "search",
    "search_together",
]
