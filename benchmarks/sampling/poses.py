"""What the models of poses draw, before anything is minimized or ranked: near-native samples against evaluations.

    python -m benchmarks.sampling.poses --data complexes/dev --models default,diffusion --steps 1,2,3,5,10,20

The box around the crystal ligand, the protein and the SMILES go in; the median and least RMSD of the samples of each
complex come out, and the share of samples and of complexes with one within 2 Angstrom.
"""

import argparse
import time
from itertools import product
from operator import attrgetter
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from rdkit import Chem, rdBase

from benchmarks.common import chosen
from benchmarks.docking.scores import DATA, Complex, load_complexes
from molgen.chem.proteins.reading import read_protein
from molgen.chem.proteins.structure import Pocket
from molgen.docking.ligand import Ligand, prepare_ligand
from molgen.docking.proposals import propose
from molgen.docking.records import config_of
from molgen.docking.site import Site, site_of
from molgen.errors import ConfigError
from molgen.metrics.poses import pose_matches, pose_rmsd_matrix
from molgen.models.pose_flow.model import PoseModel
from molgen.models.pose_flow.task import load_pose_model

RIGHT = 2.0  # Angstrom


class Case(NamedTuple):
    """A complex: where the ligand is docked, and its crystal pose [atoms, 3] with the symmetric orders of its atoms."""

    site: Site
    ligand: Ligand
    crystal: np.ndarray
    orders: np.ndarray


def case_of(item: Complex) -> Case:
    """A complex, prepared as for docking."""
    task = item.task(1, 0, with_crystal=False)
    ligand = prepare_ligand(Chem.MolFromSmiles(task.smiles), config_of(seed=0)).ligand
    pocket = Pocket(np.array(task.center), np.full(3, task.size), "box")
    orders = pose_matches(item.crystal, ligand.mol).permutations
    return Case(site_of(read_protein(task.protein), pocket), ligand, item.crystal.GetConformer().GetPositions(), orders)


def measure(model: PoseModel, cases: list[Case], count: int, steps: int, sampler: str) -> str:
    """One line over all complexes."""
    begin, rows = time.process_time(), []
    for case in cases:
        rng = torch.Generator().manual_seed(0)
        poses = propose(model, case.site, case.ligand, count, steps, rng, sampler=sampler).positions
        rows.append(np.asarray(pose_rmsd_matrix(case.crystal[None], poses.permute(2, 0, 1).numpy(), case.orders)[0]))
    spent = 1e3 * (time.process_time() - begin) / (count * len(cases))
    near = [(row <= RIGHT).mean() for row in rows]
    best = [row.min() for row in rows]
    return (
        f"samples within 2 A {np.mean(near):.1%}  complexes with one {np.mean(np.array(best) <= RIGHT):.0%}  "
        f"median RMSD {np.median([np.median(row) for row in rows]):.2f}  least {np.median(best):.2f}  {spent:.0f} ms"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--models", default="default,diffusion", help="default, diffusion or checkpoints, with commas")
    parser.add_argument("--steps", default="10", help="integration steps, with commas")
    parser.add_argument("--samplers", default="ode,sde", help="as of `molgen dock --sampler`, with commas")
    parser.add_argument("--limit", type=int, default=30, help="only the first complexes of a seeded shuffle")
    parser.add_argument("--samples", type=int, default=16)
    options = parser.parse_args()
    torch.set_num_threads(1)
    rdBase.DisableLog("rdApp.*")
    cases = [case_of(item) for item in chosen(load_complexes(options.data), attrgetter("complex_id"), options.limit, 0)]
    print(f"{len(cases)} complexes, {options.samples} samples of each")
    for name in options.models.split(","):
        model = load_pose_model(name)[0]
        for sampler, steps in product(options.samplers.split(","), map(int, options.steps.split(","))):
            try:
                row = measure(model, cases, options.samples, steps, sampler)
            except ConfigError as error:
                row = str(error)
            print(f"{name}, {steps} steps, {sampler}: {row}", flush=True)


if __name__ == "__main__":
    main()
