"""The kernels of docking many ligands take their device from their inputs: nothing is made on a fixed one.

What is drawn or listed on the CPU (random numbers, graphs, index tables) is moved before they are called.
"""

from functools import wraps
from types import ModuleType

import pytest
import torch
from complexes import CHAIN_A, site_in
from named_devices import DevicesAreNamed
from rdkit import Chem
from small_pockets import pose_model

from molgen.docking.library import proposals, refinement
from molgen.docking.ligand import ligand_of
from molgen.docking.search import SearchConfig, hopping
from molgen.docking.search.energies import LigandEnergies
from molgen.docking.search.hopping import Searched
from molgen.docking.search.moves import Shape

KERNELS: tuple[tuple[ModuleType, tuple[str, ...]], ...] = (
    (proposals, ("sample_together",)),
    (hopping, ("placed_starts", "minimized_starts", "minimized", "metropolis")),
    (hopping, ("lowest", "distinct_of_each", "renewed")),
    (refinement, ("minimize", "pair_energy")),
)
SMILES = ("OCCCCN", "Oc1ccccc1")
FEW = SearchConfig(starts=16, chains=16, rounds=4, patience=4, renewal=2, screen_steps=3, start_steps=4, hop_steps=4)


@pytest.fixture
def called(monkeypatch) -> set[str]:
    """The kernels that were called, each in the mode."""
    names: set[str] = set()

    def watched(kernel):
        @wraps(kernel)
        def within(*arguments, **options):
            names.add(kernel.__name__)
            with DevicesAreNamed():
                return kernel(*arguments, **options)

        return within

    for module, kernels in KERNELS:
        for name in kernels:
            monkeypatch.setattr(module, name, watched(getattr(module, name)))
    return names


def test_proposals_search_and_refinement_of_several_ligands(called):
    ligands = [ligand_of(Chem.AddHs(Chem.MolFromSmiles(smiles))) for smiles in SMILES]
    site = site_in("1ia1", CHAIN_A)
    for own in ligands:
        site = site.with_maps(own.classes)
    proposed = proposals.propose_together(pose_model(), site, ligands, 4, 2, 1)
    energies = LigandEnergies(site, ligands, [()] * len(ligands), torch.device("cpu"))
    searched = [
        Searched(Shape(own.tree.n_torsions, len(own.templates), False), own.templates, starts)
        for own, starts in zip(ligands, proposed, strict=True)
    ]
    minima = [result.minima for result in hopping.search_together(searched, energies, FEW, 0)]
    refined = refinement.refine_together(energies, minima, 1.0)
    assert all(torch.isfinite(poses.total).all() for poses in refined)
    assert called == {name for _, kernels in KERNELS for name in kernels}
