"""What the model of coordinates draws, before anything is chosen or minimized, beside torsions over templates.

    python -m benchmarks.sampling.cartesian --data crystal_dev.sdf.gz --models cartesian.safetensors --steps 5,10,20

Molecules, samples per molecule and measures are those of :mod:`benchmarks.sampling.torsions`; ``right`` is the share of
samples with the stereo of the molecule, ``bonds`` the mean difference of bond lengths from the first reference,
Angstrom. Samples of the wrong stereo count in recall and precision as they are, unless ``--redraw`` is given.
"""

import argparse
import time
from itertools import product
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from rdkit import Chem
from torch import Tensor

from benchmarks.sampling.torsions import MAX_PERMUTATIONS, THRESHOLD, molecules
from molgen.chem.features.polar_features import PolarGraph, polar_graph
from molgen.chem.features.stereo_marks import stereo_is_right
from molgen.conformers.config import GenerateConfig
from molgen.conformers.samples import sample_conformers
from molgen.graphs.stereo_batch import StereoBatch, batch_stereo_graphs
from molgen.manifolds import center_free
from molgen.metrics import coverage, rmsd_matrix
from molgen.metrics.symmetry import automorphisms
from molgen.models.cartesian.model import CartesianModel
from molgen.models.cartesian.sample import refined, sample_coordinates, time_grid
from molgen.models.cartesian.task import load_cartesian_model
from molgen.models.torsion_flow.task import load_model
from molgen.sampling import Stepper, adams_bashforth, euler_maruyama
from molgen.sampling.steppers import euler, heun

STEPPERS: dict[str, Stepper] = {"euler": euler, "ode": adams_bashforth(), "heun": heun, "sde": euler_maruyama}


class Case(NamedTuple):
    """A molecule: with hydrogens; its graph; stereo; references [k, n, 3], heavy atoms; symmetric orders [p, n]."""

    mol: Chem.Mol
    polar: PolarGraph
    batch: StereoBatch
    references: Tensor
    permutations: np.ndarray


def cases(data: Path, limit: int) -> list[Case]:
    """The molecules of :func:`benchmarks.sampling.torsions.molecules`."""
    made = []
    for _, mol, _, truth in molecules(data, limit):
        polar = polar_graph(mol)
        batch = batch_stereo_graphs([polar.graph], [polar.marks])
        permutations = automorphisms(mol, MAX_PERMUTATIONS).permutations
        made.append(Case(mol, polar, batch, torch.from_numpy(truth), permutations))
    return made


def measure(
    model: CartesianModel, data: list[Case], samples: int, steps: int, sampler: str, redraw: bool, begin: float
) -> str:
    """One line of means over molecules; with ``begin`` below 1, torsional samples are refined from that time on."""
    rows, right, bonds = [], [], []
    start = time.process_time()
    for number, case in enumerate(data):
        rng = torch.Generator().manual_seed(number)
        if begin < 1:
            given = torsional(case, samples)
            drawn = refined(model, case.batch, given, rng, begin=begin, steps=steps) if begin > 0 else given
        else:
            times = time_grid(steps)
            drawn = sample_coordinates(model, case.batch, samples, rng, times=times, stepper=STEPPERS[sampler])
        good = stereo_is_right(drawn.numpy(), case.polar.marks)
        right.append(good.mean())
        heavy = case.polar.graph.atoms[:, 0] > 0
        made = drawn[:, torch.from_numpy(heavy)]
        bonds.append(bond_error(case, made))
        made = made[torch.from_numpy(good)] if redraw and good.any() else made
        rows.append(coverage(rmsd_matrix(case.references, made, case.permutations), THRESHOLD))
    spent = 1e3 * (time.process_time() - start) / (samples * len(data))
    return (
        f"COV-R {np.mean([np.mean(r.recall) for r in rows]):.1%}  AMR-R {np.mean([r.recall_rmsd for r in rows]):.3f}  "
        f"AMR-P {np.mean([r.precision_rmsd for r in rows]):.3f}  right {np.mean(right):.1%}  "
        f"bonds {np.mean(bonds):.3f}  {spent:.1f} ms"
    )


def torsional(case: Case, samples: int) -> Tensor:
    """Samples [S, n, 3] of the torsional model, not minimized, centered."""
    config = GenerateConfig(n=1, samples=samples, templates=6, strain_steps=0)
    drawn = sample_conformers(case.mol, load_model(), config).positions[:, case.polar.atoms]
    return center_free(torch.from_numpy(drawn).float())


def bond_error(case: Case, made: Tensor) -> float:
    """Mean difference of the lengths of bonds between heavy atoms from those of the first reference, Angstrom."""
    ends = torch.from_numpy(case.polar.graph.bond_index.astype(np.int64))
    first, second = ends[:, (ends < made.shape[1]).all(0)]  # heavy atoms come first
    lengths = [(x[:, first] - x[:, second]).norm(dim=-1) for x in (made, case.references[:1])]
    return float((lengths[0] - lengths[1]).abs().mean())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="reference SDF(.gz) with tags mol_id and smiles")
    parser.add_argument("--models", default="default", help="default or checkpoints, with commas")
    parser.add_argument("--steps", default="10", help="network evaluations, with commas")
    parser.add_argument("--samplers", default="ode", help=f"{', '.join(STEPPERS)}, with commas")
    parser.add_argument("--limit", type=int, default=60, help="only the first molecules of a seeded shuffle")
    parser.add_argument("--samples", type=int, default=36)
    parser.add_argument("--begin", default="1", help="refine torsional samples from these times on, with commas")
    parser.add_argument("--redraw", action="store_true", help="leave out samples of the wrong stereo")
    options = parser.parse_args()
    torch.set_num_threads(1)
    data = cases(options.data, options.limit)
    print(f"{len(data)} molecules of {options.data.name}, {options.samples} samples")
    for name in options.models.split(","):
        model = load_cartesian_model(name)[0]
        settings = (
            map(int, options.steps.split(",")),
            options.samplers.split(","),
            map(float, options.begin.split(",")),
        )
        for steps, sampler, begin in product(*settings):
            row = measure(model, data, options.samples, steps, sampler, options.redraw, begin)
            print(f"{name}, {steps} evaluations, {sampler}, from {begin:g}: {row}", flush=True)


if __name__ == "__main__":
    main()
