"""What models of poses draw for the records of a prepared set, e.g. pieces of proteins that they were not trained on.

    molgen prepare fragments others.csv -o prepared/others
    python -m benchmarks.sampling.prepared_poses --data prepared/others --not-of prepared/fragments \\
        --models flow/weights.safetensors,diffusion/weights.safetensors --steps 1,2,3,5,10,20 --samplers ode,sde

Poses are sampled over the ligands' own template conformers, as in the validation of a training. Records of the families
of ``--not-of``, the sets that the models were trained on, are left out. Needs neither RDKit nor Biopython.
"""

import argparse
import sys
from collections.abc import Sequence
from itertools import product
from pathlib import Path

import numpy as np
import torch

from benchmarks.common import markdown_table
from molgen.datasets.parts.part_files import find_parts
from molgen.datasets.records.complexes import ComplexRecord, load_complexes
from molgen.errors import ConfigError
from molgen.metrics import bootstrap_interval
from molgen.models.pose_flow.data import Augmentation
from molgen.models.pose_flow.model import PoseModel
from molgen.models.pose_flow.task import load_pose_model
from molgen.models.pose_flow.validation import exact_batch, sampled_rmsds, spread_over_clusters
from molgen.sampling import euler
from molgen.sampling.named import check_score, stepper_of

NEAR = 2.0  # Angstrom
COLUMNS = ("model", "sampler", "steps", "samples within 2 Å", "ligands with one", "median RMSD / Å")


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line; returns the exit status."""
    options = _parser().parse_args(arguments)
    torch.set_num_threads(1)
    seen = {record.cluster for path in options.not_of.split(",") if path for record in _records(Path(path))}
    new = [record for record in _records(options.data) if record.cluster not in seen]
    chosen = spread_over_clusters(new, options.limit)
    rows = []
    steps = [int(one) for one in options.steps.split(",")]
    for name, sampler, count in product(options.models.split(","), options.samplers.split(","), steps):
        try:
            rmsds = measured(load_pose_model(name)[0], chosen, options.samples, count, sampler)
        except ConfigError as error:
            print(f"{name}, {sampler}: {error}", file=sys.stderr)
            continue
        rows.append([name, sampler, str(count), *_numbers(rmsds)])
        print(*rows[-1], file=sys.stderr, flush=True)
    print(f"{len(chosen)} ligands of {len({one.cluster for one in chosen})} families, {options.samples} samples each\n")
    print(markdown_table(COLUMNS, rows))
    return 0


def measured(model: PoseModel, records: Sequence[ComplexRecord], samples: int, steps: int, sampler: str) -> np.ndarray:
    """Symmetric RMSD to the true pose, [records, samples], Angstrom.

    Raises:
        ConfigError: the sampler needs a score, and the model has none.
    """
    is_diffusion = model.config.process == "diffusion"
    check_score(sampler, is_diffusion, "a flow of poses")
    stepper = euler if sampler == "ode" else stepper_of(sampler, exploding=is_diffusion)
    exact = Augmentation(
        draws=1, jitter=2.0, protein_noise=0.0, ligand_noise=0.0, pocket_radius=model.config.pocket_radius
    )
    rng = torch.Generator().manual_seed(0)
    rmsds = []
    for place, record in enumerate(records):
        batch = exact_batch(record, place, exact, "cpu")
        rmsds.append(sampled_rmsds(model, batch, record.permutations, samples, steps, rng, stepper).numpy())
    return np.array(rmsds)


def _numbers(rmsds: np.ndarray) -> list[str]:
    near = rmsds <= NEAR
    interval = bootstrap_interval(near.mean(axis=1))
    found = f"{near.any(axis=1).mean():.0%}"
    return [f"{near.mean():.1%} ({interval.low:.1%} - {interval.high:.1%})", found, f"{np.median(rmsds):.2f}"]


def _records(path: Path) -> list[ComplexRecord]:
    return load_complexes(find_parts(path))[0]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="prepared fragments or complexes")
    parser.add_argument("--not-of", default="", help="prepared sets whose families are left out, with commas")
    parser.add_argument("--models", default="default,diffusion", help="default, diffusion or checkpoints, with commas")
    parser.add_argument("--steps", default="10", help="integration steps, with commas")
    parser.add_argument("--samplers", default="ode,sde", help="as of `molgen dock --sampler`, with commas")
    parser.add_argument("--limit", type=int, default=100, help="ligands, the first of each family first")
    parser.add_argument("--samples", type=int, default=16)
    return parser


if __name__ == "__main__":
    sys.exit(main())
