"""Samples of a conformer model before anything is chosen or minimized: recall and precision, by network evaluations.

    python -m benchmarks.sampling.torsions --data crystal_dev.sdf.gz --models default,uniform,run/weights.safetensors \\
        --steps 1,2,4,20 --spread sobol,independent,guided

Torsions are drawn on embedded template conformers, as in use. (On those of the references a model that reads torsions
off bond angles looks better than it is.) ``to template`` is the mean cosine between a drawn torsion and that of the
template conformer under it: what it is above that of other models is such reading. ``--spread`` is how samples are kept
apart: starts from a low-discrepancy sequence or drawn independently, or independent ones that repel each other on the
way (particle guidance, Corso et al. 2024, arXiv:2310.13102).
"""

import argparse
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import product
from operator import attrgetter
from pathlib import Path
from typing import Any

import numpy as np
import torch
from rdkit import Chem
from torch import Tensor

from benchmarks.common import chosen
from benchmarks.conformers.scores import load_references
from molgen.chem.features.molecule_features import heavy_atoms, molecule_graph
from molgen.chem.features.molecule_graph import MoleculeGraph
from molgen.chem.molecules.standardize import prepare_molecule
from molgen.chem.molecules.stereo import enumerate_stereo
from molgen.conformers.prepare.matching import reference_positions
from molgen.conformers.templates.embedding import template_conformers
from molgen.errors import ConfigError, MolgenError
from molgen.geometry.internal_coordinates import batch_coordinates
from molgen.graphs.batch import GraphBatch, batch_graphs
from molgen.metrics import coverage, rmsd_matrix
from molgen.metrics.coverage import Coverage
from molgen.metrics.symmetry import automorphisms
from molgen.models.torsion_flow.model import TorsionModel
from molgen.models.torsion_flow.sample import sample_torsions, time_grid
from molgen.processes.base import Process
from molgen.sampling import Stepper, adams_bashforth, torus_points
from molgen.sampling.named import check_score, stepper_of
from molgen.sampling.steppers import Field

THRESHOLD = 0.75  # Angstrom, for COV
MAX_PERMUTATIONS = 32
KERNEL_WIDTH = 0.2
PLAIN = adams_bashforth()


@dataclass(frozen=True)
class Case:
    """A molecule: references [k, n, 3], embedded template conformers [t, n, 3], symmetric atom orders [p, n]."""

    graph: GraphBatch
    references: Tensor
    templates: Tensor
    permutations: np.ndarray


def cases(data: Path, limit: int, templates: int, largest: int = 45) -> Iterator[Case]:
    """Molecules with rotatable bonds of a reference file; those that cannot be prepared or matched are passed over."""
    for name, mol, graph, truth in molecules(data, limit, largest):
        try:
            local = template_conformers(mol, templates, steps=100, loose=True).positions[:, heavy_atoms(mol)]
        except MolgenError as error:
            print(f"{name}: {error}")
            continue
        permutations = automorphisms(mol, MAX_PERMUTATIONS).permutations
        yield Case(batch_graphs([graph]), torch.from_numpy(truth), torch.from_numpy(local).float(), permutations)


def molecules(data: Path, limit: int, largest: int = 45) -> Iterator[tuple[str, Chem.Mol, MoleculeGraph, np.ndarray]]:
    """Name, molecule, graph and references [k, n, 3] of those with rotatable bonds that can be prepared and matched."""
    for reference in chosen(load_references(data), attrgetter("mol_id"), limit, 0):
        try:
            mol = enumerate_stereo(prepare_molecule(Chem.MolFromSmiles(reference.smiles)), "one")[0][0]
            found = [reference_positions(s, mol) for s in reference.structures]
        except MolgenError as error:
            print(f"{reference.mol_id}: {error}")
            continue
        graph, truth = molecule_graph(mol), np.array([f for f in found if f is not None], dtype=np.float32)
        if len(truth) and graph.n_torsions and graph.n_atoms <= largest:
            yield reference.mol_id, mol, graph, truth


@dataclass(frozen=True)
class Repelled:
    """Adams-Bashforth steps of a field with particle guidance: samples repel each other, less towards the data.

    The potential is -log of the sum of kernels exp((mean cos(difference of torsions) - 1) / width) over the others.
    """

    strength: float

    def init(self, process: Process[Tensor], x: Tensor) -> Any:
        return PLAIN.init(process, x)

    def step(self, field: Field, process: Process[Tensor], x: Tensor, *rest: Any) -> tuple[Tensor, Any]:
        def guided(x: Tensor, t: Tensor) -> Tensor:
            return field(x, t) - self.strength * t * repulsion(x)  # time runs down, so that minus moves apart

        return PLAIN.step(guided, process, x, *rest)


def repulsion(x: Tensor) -> Tensor:
    """Away from the other samples: mean sine of the differences by kernel weight, [S, m]."""
    difference = x[:, None] - x[None]
    kernel = ((difference.cos().mean(-1) - 1) / KERNEL_WIDTH).exp().fill_diagonal_(0.0)
    return (kernel[..., None] * difference.sin()).sum(1) / kernel.sum(1, keepdim=True).clamp_min(1e-12)


def starts(spread: str, samples: int, torsions: int) -> Tensor:
    """Torsions [samples, torsions] at t = 1, radian."""
    if spread == "sobol":
        return torus_points(samples, torsions, seed=0).float()
    return 2 * torch.pi * torch.rand(samples, torsions, generator=torch.Generator().manual_seed(0)) - torch.pi


def drawn(
    model: TorsionModel | None, case: Case, samples: int, steps: int, spread: str, stepper: Callable[[], Stepper]
) -> tuple[Coverage, float]:
    """How the samples of a molecule cover its references, and the mean cosine to the torsions of their templates."""
    template = case.templates[torch.arange(samples) % len(case.templates)]
    shape = batch_coordinates(template[None], case.graph)
    own = shape.start[0]
    torsions = starts(spread, samples, own.shape[1])
    if model is not None:
        times = time_grid(model, steps)
        rng = torch.Generator().manual_seed(0)
        torsions = sample_torsions(model, case.graph, template, torsions, times=times, stepper=stepper, rng=rng)
    made = shape.positions(torsions[None])[0]
    row = coverage(rmsd_matrix(case.references, made, case.permutations), THRESHOLD)
    return row, float((torsions - own).cos().mean())


def measure(
    model: TorsionModel | None, data: list[Case], samples: int, steps: int, spread: str, guidance: float, sampler: str
) -> str:
    """One line of means over molecules; model None: uniform torsions.

    Raises:
        ConfigError: the sampler needs a score, and the model has none.
    """
    exploding = model is not None and model.config.process == "diffusion"
    check_score(sampler, exploding or model is None, "a flow of torsions")
    plain = partial(stepper_of, sampler, exploding=exploding)
    stepper = partial(Repelled, guidance) if spread == "guided" else plain
    begin = time.process_time()
    rows, likeness = zip(*(drawn(model, case, samples, steps, spread, stepper) for case in data), strict=True)
    spent = 1e3 * (time.process_time() - begin) / (samples * len(data))
    recall = np.mean([np.mean(row.recall) for row in rows])
    return (
        f"COV-R {recall:.1%}  AMR-R {np.mean([r.recall_rmsd for r in rows]):.3f}  "
        f"AMR-P {np.mean([r.precision_rmsd for r in rows]):.3f}  to template {np.mean(likeness):.3f}  {spent:.1f} ms"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="reference SDF(.gz) with tags mol_id and smiles")
    parser.add_argument("--models", default="default", help="default, uniform or checkpoints, with commas")
    parser.add_argument(
        "--steps", default="4", help="steps, with commas; heun and predictor-corrector take two evaluations each"
    )
    parser.add_argument("--samplers", default="ode", help="as of `molgen conformers --sampler`, with commas")
    parser.add_argument("--limit", type=int, default=150, help="only the first molecules of a seeded shuffle")
    parser.add_argument("--samples", type=int, default=36)
    parser.add_argument("--templates", type=int, default=6)
    parser.add_argument("--spread", default="sobol", help="sobol, independent or guided, with commas")
    parser.add_argument("--guidance", type=float, default=1.0, help="strength of the repulsion")
    options = parser.parse_args()
    from molgen.conformers.generate import resolve_model

    torch.set_num_threads(1)
    data = list(cases(options.data, options.limit, options.templates))
    print(f"{len(data)} molecules of {options.data.name}, {options.samples} samples on {options.templates} templates")
    for name in options.models.split(","):
        model = resolve_model(name)
        settings = (options.samplers.split(","), map(int, options.steps.split(",")), options.spread.split(","))
        for sampler, steps, spread in product(*settings):
            try:
                row = measure(model, data, options.samples, steps, spread, options.guidance, sampler)
            except ConfigError as error:
                row = str(error)
            how = "" if sampler == "ode" else f", {sampler}"
            print(f"{name}, {steps} evaluations, {spread}{how}: {row}", flush=True)


if __name__ == "__main__":
    main()
