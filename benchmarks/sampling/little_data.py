"""How far a few structures go: recall after training on a part of them, over and over, against uniform torsions.

    python -m benchmarks.sampling.little_data --train prepared/crystal --data crystal_dev.sdf.gz --out little.jsonl
    python -m benchmarks.sampling.little_data --report little.jsonl --figure docs/images/little-data.png

One small network for each process and each part of the set is trained at a constant rate, and measured with averaged
weights whenever it has seen its structures another few times (with replacement, so often on average). Smaller parts are
within larger ones. Along a diagonal of the table as many structures were seen, fewer of them more often.
"""

import argparse
import random
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch

from benchmarks.common import Results, Row, names_among
from benchmarks.sampling.little_data_report import report
from benchmarks.sampling.torsions import Case, cases, drawn
from molgen.datasets.mixture import MixtureDataset, MixtureSource
from molgen.datasets.parts.part_files import find_parts
from molgen.datasets.records.conformers import ConformerRecord, load_conformers
from molgen.models.torsion_flow.config import ModelConfig
from molgen.models.torsion_flow.data import CollateConformers, ConformerBatch
from molgen.models.torsion_flow.loss import torsion_loss
from molgen.models.torsion_flow.model import TorsionModel
from molgen.nets.config import BackboneConfig
from molgen.sampling.named import stepper_of
from molgen.training.ema import MovingAverage

PERCENT, PASSES = (1, 3, 10, 30, 100), (1, 3, 10, 30, 100, 300)
PROCESSES = ("flow", "diffusion")
SIZE = BackboneConfig(1, 24, 4, 8, 4, 16, graph_layers=2, layers=1, radius=4.0, mean_neighbors=9.0)
BATCH, RATE, WARMUP, DECAY, NOISE = 8, 2e-3, 30, 0.999, 0.06
"""Molecules, peak rate, steps, decay of the averaged weights, noise on template conformers in Angstrom."""


class Training:
    """A small network in the making on some structures.

    Attributes:
        steps: behind it.
    """

    def __init__(self, process: str, records: Sequence[ConformerRecord], seed: int) -> None:
        torch.manual_seed(seed)
        self.model = TorsionModel(ModelConfig(process, SIZE, 4))  # type: ignore[arg-type]
        self.average = MovingAverage(self.model, DECAY)
        self.batch, self.size, self.steps = min(BATCH, len(records)), len(records), 0
        self.batches = iter(MixtureDataset([MixtureSource(records)], self.batch, CollateConformers(1), seed=seed))
        self.rng = torch.Generator().manual_seed(seed)
        self.optimizer = torch.optim.AdamW(self.model.parameters(), lr=RATE, weight_decay=0.0)

    def steps_of(self, passes: int) -> int:
        """After how many steps every structure was seen so often."""
        return max(1, round(passes * self.size / self.batch))

    def run(self, steps: int) -> None:
        """Train until so many steps are behind it."""
        while self.steps < steps:
            self.steps += 1
            batch = ConformerBatch.padded(next(self.batches))
            loss = torsion_loss(self.model, batch, self.rng, geometry_noise=NOISE)
            self.optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
            self.optimizer.param_groups[0]["lr"] = RATE * min(1.0, self.steps / WARMUP)
            self.optimizer.step()
            self.average.update(self.model)


def recall(model: TorsionModel | None, data: Sequence[Case], samples: int, steps: int) -> dict[str, float]:
    """AMR-R and AMR-P (Angstrom) and COV-R at 0.75 Angstrom, means over molecules; model None: uniform torsions."""
    exploding = model is not None and model.config.process == "diffusion"
    sampler = partial(stepper_of, "ode", exploding=exploding)
    rows = [drawn(model, case, samples, steps, "sobol", sampler)[0] for case in data]
    return {
        "recall_rmsd": float(np.mean([row.recall_rmsd for row in rows])),
        "precision_rmsd": float(np.mean([row.precision_rmsd for row in rows])),
        "coverage": float(np.mean([np.mean(row.recall) for row in rows])),
    }


def measured(training: Training, data: Sequence[Case], samples: int, steps: int) -> dict[str, float]:
    """Recall with averaged weights."""
    training.average.swap(training.model)
    try:
        return recall(training.model.eval(), data, samples, steps)
    finally:
        training.average.swap(training.model.train())


def points(trainings: dict[tuple[str, int], Training], most_steps: int) -> Iterator[tuple[str, int, int, int]]:
    """(process, percent, passes, steps) of all that is measured, the quickest first."""
    found = [
        (training.steps_of(passes), process, percent, passes)
        for (process, percent), training in trainings.items()
        for passes in PASSES
        if training.steps_of(passes) <= most_steps
    ]
    for steps, process, percent, passes in sorted(found, key=lambda one: one[0]):
        yield process, percent, passes, steps


def run(options: argparse.Namespace) -> None:
    """Train and measure; one row of JSON for each point."""
    records = [one for one in load_conformers(find_parts(options.train))[0] if one.graph.n_torsions]
    random.Random(options.seed).shuffle(records)
    data = list(cases(options.data, options.limit, options.templates, largest=35))
    trainings = {
        (process, percent): Training(process, records[: max(1, round(len(records) * percent / 100))], options.seed)
        for process in options.processes
        for percent in PERCENT
    }
    quality = partial(recall, data=data, samples=options.samples, steps=options.steps)
    with Results(options.out, key) as results:
        base = {"seed": options.seed, "molecules": len(data), "samples": options.samples, "evaluations": options.steps}
        add(results, base | {"process": "uniform", "percent": 0, "passes": 0} | quality(None))
        for process, percent, passes, steps in points(trainings, options.most_steps):
            training = trainings[process, percent]
            training.run(steps)
            row = base | {"process": process, "percent": percent, "passes": passes, "steps": steps}
            add(results, row | {"structures": training.size} | measured(training, data, options.samples, options.steps))


def add(results: Results, row: Row) -> None:
    results.add(row, f"{row['process']} {row['percent']} % x {row['passes']}: {row['recall_rmsd']:.3f} A")


def key(row: Row) -> tuple[Any, ...]:
    return row["process"], row["percent"], row["passes"], row["seed"]


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--train", type=Path, help="prepared conformers")
    options.add_argument("--data", type=Path, help="reference SDF(.gz) with tags mol_id and smiles, to measure on")
    options.add_argument("--processes", type=names_among(PROCESSES), default=list(PROCESSES))
    options.add_argument("--most-steps", type=int, default=20000, help="leave out what takes more steps of training")
    options.add_argument("--limit", type=int, default=40, help="molecules to measure on")
    options.add_argument("--samples", type=int, default=12, help="conformers of each")
    options.add_argument("--templates", type=int, default=4, help="template conformers of each")
    options.add_argument("--steps", type=int, default=5, help="network evaluations")
    options.add_argument("--seed", type=int, default=0, help="of the parts of the set and the networks")
    options.add_argument("--out", type=Path, help="JSON lines, appended to")
    options.add_argument("--report", type=Path, nargs="+", help="print the tables of these files and stop")
    options.add_argument("--figure", type=Path, help="with --report: also draw them here")
    given = options.parse_args()
    torch.set_num_threads(1)
    if given.report:
        report(given.report, given.figure)
    elif given.train and given.data and given.out:
        run(given)
    else:
        options.error("--train, --data and --out, or --report")


if __name__ == "__main__":
    main()
