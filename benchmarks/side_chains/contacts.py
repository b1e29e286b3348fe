"""Fit the contacts that packing adds to the probabilities of the network.

    python -m benchmarks.side_chains.contacts --data prepared/proteins --structures 300 -o molgen/packing/contacts.json

One structure of each cluster, of 50 to 400 residues. Each residue is given the rotamers of the network; the nearest one
to the crystal, within 30 degrees, is the right one, and all other side chains are the nearest ones or, where none is
near, those of the crystal. Maximizes the pseudo-likelihood of the right ones.
"""

import argparse
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from benchmarks.side_chains.__main__ import problem_of
from molgen.chem.side_chains.geometry import chi_difference, table
from molgen.chem.side_chains.residues import HAS_ATOM, HAS_CHI, INDEX
from molgen.datasets.parts.part_files import find_parts
from molgen.datasets.records.side_chains import SideChainEntry, load_side_chains
from molgen.models.side_chains.model import SideChainModel
from molgen.models.side_chains.task import TASK
from molgen.packing.search.contacts import KINDS, REACH, atom_kinds
from molgen.packing.search.energy import POLAR_CLOSER, overlap, tails
from molgen.packing.search.neighbors import near_pairs
from molgen.packing.search.rotamers import likely_rotamers
from molgen.packing.search.solve import SearchSettings, node_features

KNOTS = torch.tensor([2.5, 2.8, 3.1, 3.4, 3.7, 4.0, 4.4, 4.8, 5.4, REACH])
BELOW = [0.0, 0.5, 1.0, 1.5, 2.0, 2.25]
MOVING = 9
RADII = torch.tensor([1.75, 1.75, 1.75, 1.55, 1.55, 1.45, 1.45, 1.45, 1.75, 1.55, 1.75, 1.45])
POLAR = torch.tensor([kind.removeprefix("backbone ")[0] in "NO" for kind in KINDS])
NEAR = np.deg2rad(30.0)
RIDGE = 1e-4


@dataclass(frozen=True)
class Sample:
    """Residues and their rotamers: features [N, B, F], overlap and log probability [N, B], and the right one [N]."""

    features: Tensor
    overlap: Tensor
    log_probability: Tensor
    right: Tensor


def least_distance() -> Tensor:
    """[9, 12], Angstrom."""
    least = RADII[:MOVING, None] + RADII - POLAR_CLOSER * (POLAR[:MOVING, None] & POLAR)
    least[KINDS.index("S"), KINDS.index("S")] = 2.05  # a disulfide
    return least


def pair_numbers() -> Tensor:
    """int64 [9, 12], counts pairs of kinds; the same one for both orders."""
    first, second = torch.triu_indices(MOVING, len(KINDS))
    numbers = torch.zeros(MOVING, len(KINDS), dtype=torch.long)
    numbers[first, second] = torch.arange(len(first))
    inner = numbers[:, :MOVING]
    inner.copy_(torch.maximum(inner, inner.T.clone()))
    return numbers


@torch.no_grad()
def sample_of(entry: SideChainEntry, model: SideChainModel) -> Sample:
    """What one structure tells."""
    problem = problem_of(entry, model)
    types, kinds, present = problem.graph.types, atom_kinds(problem.graph.types), torch.from_numpy(entry.present)
    most = SearchSettings().rotamers
    rotamers = likely_rotamers(model, node_features(model, problem), types, problem.ideal, most)
    error = chi_difference(types[:, None].expand(-1, most), rotamers.chi, problem.chi[:, None])
    error = torch.where(table(HAS_CHI, types)[:, None], error, 0.0).amax(-1)
    best, right = torch.where(rotamers.log_probability > -100, error, torch.inf).min(1)
    whole = (present | ~table(HAS_ATOM, types)).all(-1) & problem.moves
    found = whole & (best < NEAR)
    around = torch.where(found[:, None, None], rotamers.pick(right)[1], problem.atoms)
    owner, place = torch.nonzero(found[:, None] & table(HAS_ATOM, types) | present, as_tuple=True)
    residue, slot = torch.nonzero(tails(types) & (found & (types != INDEX["PRO"]))[:, None], as_tuple=True)
    places = rotamers.atoms[residue, :, slot].flatten(0, 1)
    row, other = near_pairs(places, around[owner, place], REACH)
    kept = residue[row // most] != owner[other]
    row, other = row[kept], other[kept]
    distance = (places[row] - around[owner, place][other]).norm(dim=-1)
    first, second = kinds[residue, slot][row // most], kinds[owner, place][other]
    where = residue[row // most] * most + row % most
    count, width = len(types) * most, (len(KNOTS) - 1) * (int(pair_numbers().max()) + 1)
    features = torch.zeros(count * width)
    cell = (torch.bucketize(distance, KNOTS, right=True) - 1).clamp(0, len(KNOTS) - 2)
    share = ((distance - KNOTS[cell]) / (KNOTS[cell + 1] - KNOTS[cell])).clamp(0, 1)
    column = where * width + pair_numbers()[first, second] * (len(KNOTS) - 1) + cell
    inside = cell + 1 < len(KNOTS) - 1  # the last knot is where contacts end
    features.index_add_(0, column, 1 - share).index_add_(0, column[inside] + 1, share[inside])
    overlaps = torch.zeros(count).index_add(0, where, overlap(distance, least_distance()[first, second]))
    used = torch.unique(residue)
    return Sample(
        features.reshape(-1, most, width)[used].half(),
        overlaps.reshape(-1, most)[used],
        rotamers.log_probability[used].clamp(min=-50),
        right[used],
    )


def fitted(samples: list[Sample]) -> tuple[Tensor, float, float]:
    """Terms [pairs, knots - 1], weight of the overlap, and of the log probabilities."""
    features, overlaps, log_p, right = (
        torch.cat([getattr(one, name) for one in samples])
        for name in ("features", "overlap", "log_probability", "right")
    )
    features = features.float()
    terms = torch.zeros(features.shape[-1], requires_grad=True)
    weights = torch.tensor([2.0, 1.0], requires_grad=True)
    optimizer = torch.optim.LBFGS([terms, weights], max_iter=60, history_size=20, line_search_fn="strong_wolfe")

    def loss() -> Tensor:
        optimizer.zero_grad()
        energy = features @ terms + weights[0] * overlaps - weights[1] * log_p
        shape = terms.reshape(-1, len(KNOTS) - 1)
        rough = (shape[:, 1:] - shape[:, :-1]).square().sum() + shape[:, -1].square().sum()
        total = torch.nn.functional.cross_entropy(-energy, right) + RIDGE * (0.3 * terms.square().sum() + rough)
        total.backward()
        return total

    optimizer.step(loss)
    repulsion, network = weights.tolist()
    return terms.detach().reshape(-1, len(KNOTS) - 1), repulsion, network


def as_text(terms: Tensor, repulsion: float, network: float) -> str:
    """The file that packing reads: the learned terms and the overlap together, at the knots and below them."""
    grid = torch.cat((torch.tensor(BELOW), KNOTS))
    numbers, least = pair_numbers(), least_distance()
    lines = []
    for i, j in torch.triu_indices(MOVING, len(KINDS)).T.tolist():
        values = torch.cat((terms[numbers[i, j], :1].expand(len(BELOW)), terms[numbers[i, j]], torch.zeros(1)))
        values = values + repulsion * overlap(grid, least[i, j])
        listed = [round(x, 3) for x in values.tolist()]
        lines.append(f'  "{KINDS[i]} - {KINDS[j]}": {json.dumps(listed)}')
    head = f' "network": {network:.3f},\n "Angstrom": {json.dumps([round(x, 3) for x in grid.tolist()])},\n "kT": {{\n'
    return "{\n" + head + ",\n".join(lines) + "\n }\n}\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="set of `molgen prepare side-chains`")
    parser.add_argument("--structures", type=int, default=300)
    parser.add_argument("--model", default="default")
    parser.add_argument("-o", "--output", type=Path, required=True)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    model = TASK.load(arguments.model)[0]
    entries = load_side_chains(find_parts(arguments.data))[0]
    shuffled = [entries[k] for k in np.random.default_rng(1).permutation(len(entries)) if 50 <= len(entries[k]) <= 400]
    one_each = list({entry.cluster: entry for entry in reversed(shuffled)}.values())[::-1]
    samples = [sample_of(entry, model) for entry in one_each[: arguments.structures]]
    arguments.output.write_text(as_text(*fitted(samples)), encoding="utf-8")


if __name__ == "__main__":
    main()
