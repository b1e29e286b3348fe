"""Compiled minimization of poses: energies and steps are those of torch, for one ligand and for several."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
import torch
from small_ligands import ligand
from small_receptors import pocket_atoms
from torch import Tensor

from molgen.physics.direct import direct_energy
from molgen.physics.energy import DockingEnergy
from molgen.physics.maps import MapField, build_maps
from molgen.physics.poses.arrays import can_be_compiled
from molgen.physics.restraints import OfOneLigand, PointRestraint
from molgen.physics.rigid_bfgs import minimize
from molgen.physics.side_by_side import pairs_side_by_side, stacked, trees_side_by_side
from molgen.physics.torsion_terms import BINS, TorsionTerms, terms_side_by_side, torsion_terms
from molgen.physics.torsion_tree import move
from molgen.physics.vina import common_classes

SMILES = "COC(=O)C(Cc1ccccc1)NC(=O)C(N)CCCC"
POCKET = pocket_atoms()
LOWER, UPPER = torch.tensor([-3.0, -3.5, -3.0]), torch.tensor([3.0, 3.5, 4.0])
HELD = PointRestraint(torch.tensor([[0, 4], [6, 4]]), torch.tensor([[1.0, 1, 0], [0, -2, 1]]), torch.tensor([0.5, 0.3]))


def energy(smiles: str = SMILES) -> DockingEnergy:
    """With maps."""
    own = ligand(smiles)
    maps = build_maps(POCKET.positions, POCKET.classes, own.classes, np.zeros(3), np.full(3, 14.0))
    return DockingEnergy(own.tree, MapField(maps, own.classes.index), own.pairs, LOWER, UPPER)


def poses(smiles: str = SMILES, count: int = 40, seed: int = 0) -> Tensor:
    """float32 [n, 3, count], some atoms outside the box and the maps."""
    own = ligand(smiles)
    start = own.templates[:1].permute(1, 2, 0).repeat(1, 1, count)
    motion = torch.randn(own.tree.freedom, count, generator=torch.Generator().manual_seed(seed))
    return move(own.tree, start - start.mean(0), 2 * motion).contiguous()


def by_torch(own: DockingEnergy) -> Callable[[Tensor], tuple[Tensor, Tensor]]:
    """The same energy as something that compiled code does not know."""
    return lambda x: own(x)


def terms(smiles: str = SMILES) -> TorsionTerms:
    """Tables that prefer some angle of every torsion."""
    graph = ligand(smiles).graph
    angles = np.linspace(-np.pi, np.pi, BINS, endpoint=False)
    return torsion_terms(
        graph.torsions[:, [0, 0, 1, 2, 3, 3]],
        np.array([2 - np.cos(angles - k) - np.cos(3 * angles) for k in range(graph.n_torsions)]),
    )


VARIANTS = {
    "maps": lambda own: own,
    "pair sums": lambda own: own.with_field(direct_energy(POCKET, ligand(SMILES).classes)),
    "a ceiling": lambda own: own.softened(3.0),
    "a fixed root": lambda own: replace(own, tree=replace(own.tree, is_fixed=True)),
    "few atoms counted": lambda own: replace(own, counted=(torch.arange(len(own.tree.fragment)) > 3).float()),
    "restraints": lambda own: replace(own, restraints=(HELD, HELD)),
    "torsions": lambda own: replace(own, torsions=terms()),
}


@pytest.mark.parametrize("variant", VARIANTS.values(), ids=VARIANTS)
def test_energies_and_first_steps_are_those_of_torch(variant):
    own, x = variant(energy()), poses()
    assert can_be_compiled(own, x)
    for steps, tolerance in ((0, 2e-3), (2, 2e-2)):
        found, expected = minimize(own, own.tree, x, steps), minimize(by_torch(own), own.tree, x, steps)
        torch.testing.assert_close(found.energies, expected.energies, atol=tolerance, rtol=1e-3)
    one = minimize(own, own.tree, x, 1).positions
    torch.testing.assert_close(one, minimize(by_torch(own), own.tree, x, 1).positions, atol=2e-3, rtol=0)


@pytest.mark.parametrize("variant", VARIANTS.values(), ids=VARIANTS)
def test_minima_are_as_low_as_those_of_torch(variant):
    """In the median of 200 starts; single ones may take another way."""
    own, x = variant(energy()), poses(count=200)
    found, expected = minimize(own, own.tree, x, 60), minimize(by_torch(own), own.tree, x, 60)
    assert float(found.energies.median()) == pytest.approx(float(expected.energies.median()), abs=0.3, rel=0.05)
    torch.testing.assert_close(found.energies, by_torch(own)(found.positions)[0], atol=5e-3, rtol=1e-3)


def test_no_pose_ends_higher_than_it_began_and_shapes_stay():
    own, x = energy(), poses()
    start = minimize(own, own.tree, x, 0).energies
    found = minimize(own, own.tree, x, 25)
    assert (found.energies <= start).all()
    assert found.evaluations == 26
    bonds = ligand(SMILES).graph.bond_index
    lengths = [torch.linalg.vector_norm(part[bonds[0]] - part[bonds[1]], dim=1) for part in (x, found.positions)]
    torch.testing.assert_close(*lengths, atol=1e-4, rtol=0)


@pytest.mark.parametrize("company", [["C", SMILES], ["OCCCCN", "Oc1ccccc1", SMILES, "CCCC"]], ids=len)
def test_a_ligand_comes_out_the_same_beside_others(company):
    own, common = [ligand(smiles) for smiles in company], common_classes()
    maps = build_maps(POCKET.positions, POCKET.classes, common, np.zeros(3), np.full(3, 14.0))
    keys = torch.stack([common.radius, common.hydrophobic, common.donor, common.acceptor], 1)

    def rows(one):
        classes = one.classes
        wanted = torch.stack([classes.radius, classes.hydrophobic, classes.donor, classes.acceptor], 1)
        return (wanted[:, None] == keys).all(2).int().argmax(1)[classes.index]

    atoms = max(one.graph.n_atoms for one in own)
    both = DockingEnergy(
        trees_side_by_side([one.tree for one in own]),
        MapField(maps, stacked([rows(one) for one in own], atoms)),
        pairs_side_by_side([one.pairs for one in own], atoms),
        LOWER,
        UPPER,
        (OfOneLigand(1, len(own), own[1].graph.n_atoms, HELD),),
        torsions=terms_side_by_side([terms(smiles) for smiles in company]),
    )
    x = [poses(smiles, 5) for smiles in company]
    padded = torch.cat([torch.nn.functional.pad(one, (0, 0, 0, 0, 0, atoms - len(one))) for one in x], 2)
    together = minimize(both, both.tree, padded, 20)
    for k, one in enumerate(own):
        held = (HELD,) if k == 1 else ()
        alone = DockingEnergy(
            one.tree, MapField(maps, rows(one)), one.pairs, LOWER, UPPER, held, torsions=terms(company[k])
        )
        found = minimize(alone, one.tree, x[k], 20)
        assert torch.equal(found.energies, together.energies.view(len(own), 5)[k])
        assert torch.equal(found.positions, together.positions[: one.graph.n_atoms, :, 5 * k : 5 * k + 5])


def test_a_pose_that_is_not_finite_spoils_no_other():
    own, x = energy(), poses(count=4)
    spoiled = x.clone()
    spoiled[3, 1, 2] = np.nan
    found, clean = minimize(own, own.tree, spoiled, 10), minimize(own, own.tree, x, 10)
    assert not torch.isfinite(found.energies[2])
    kept = [0, 1, 3]
    assert torch.equal(found.energies[kept], clean.energies[kept])
    assert torch.equal(found.positions[..., kept], clean.positions[..., kept])


def test_other_energies_and_precisions_are_left_to_torch():
    own, x = energy(), poses(count=2)
    assert not can_be_compiled(own, x.double())
    assert not can_be_compiled(by_torch(own), x)
    assert not can_be_compiled(replace(own, restraints=(lambda _: (torch.zeros(2), torch.zeros(3)),)), x)
