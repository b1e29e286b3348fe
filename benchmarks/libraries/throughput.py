"""How many conformers a second a device gives, by the size of the molecule and of the batch, and where the time goes.

    python -m benchmarks.libraries.throughput --device cuda --seconds 90
    python -m benchmarks.libraries.throughput --device cpu --batches 4,16 --poses

Rows: molecules of 10, 25 and 40 heavy atoms, 50 conformers each, so many molecules at a time. Template conformers are
made before (`prepare`, CPU seconds of one molecule on one core, which workers share out); `flow`, `minimize` and
`select` are the wall time of a batch in the network, the force field and the distances and the choice between
conformers; `host` is the rest: Python, NumPy and RDKit on one core. The first call, which loads kernels, is left out.
With --poses, poses proposed in the pocket of 1IA1, too.
"""

import argparse
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial, wraps
from pathlib import Path
from unittest.mock import patch

import torch
from rdkit import Chem

from molgen.chem.molecules.standardize import prepare_molecule
from molgen.conformers import force_field, samples
from molgen.conformers.batching import flow, minimization
from molgen.conformers.batching.meeting import run_together
from molgen.conformers.config import GenerateConfig
from molgen.conformers.generate import resolve_model
from molgen.conformers.samples import Prepared, prepare_templates, sample_torsions_over
from molgen.conformers.selection import select as selection
from molgen.models.torsion_flow.model import TorsionModel
from molgen.runtime.allocation import keep_freed_memory
from molgen.runtime.devices import device_of

MOLECULES = {
    10: "CCOC(=O)CCCNC",
    25: "CC(C)NCC(O)COc1ccc(CCOCC2CC2)cc1C(=O)N",
    40: "CC(C)NCC(O)COc1ccc(CCOCC2CC2)cc1C(=O)NCCOc1ccc(CC(=O)NC)cc1F",
}
DATA = Path(__file__).parents[2] / "data"
POSE_STEPS, POSES = 10, 1024
STAGES = (
    (samples, "flow_together", "flow"),
    (force_field, "minimize_together", "minimize"),
    (selection, "symmetric_distances", "select"),
    (selection, "facility_location", "select"),
)


@contextmanager
def stage_times() -> Iterator[dict[str, float]]:
    """Seconds of wall time in every stage meanwhile."""
    seconds: dict[str, float] = defaultdict(float)

    def timed(function: Callable, stage: str) -> Callable:
        @wraps(function)
        def measured(*arguments, **options):
            begin = time.perf_counter()
            try:
                return function(*arguments, **options)
            finally:
                seconds[stage] += time.perf_counter() - begin

        return measured

    patches = [patch.object(module, name, timed(getattr(module, name), stage)) for module, name, stage in STAGES]
    for one in patches:
        one.start()
    try:
        yield seconds
    finally:
        for one in patches:
            one.stop()


def conformers(prepared: Prepared, model: TorsionModel, config: GenerateConfig) -> int:
    """How many conformers of a molecule came out."""
    return selection.select_conformers(sample_torsions_over(prepared, model, config), config).GetNumConformers()


def batch(prepared: Prepared, model: TorsionModel, config: GenerateConfig, molecules: int) -> tuple[int, float]:
    """Conformers of so many copies of a molecule, each with a seed of its own, and the seconds of wall time."""
    begin = time.perf_counter()
    counts = run_together([partial(conformers, prepared, model, replace(config, seed=k)) for k in range(molecules)])
    return sum(counts), time.perf_counter() - begin


def conformer_rows(config: GenerateConfig, batches: list[int], sizes: list[int], end: float) -> Iterator[str]:
    """One line for each measurement that ends in time."""
    model = resolve_model("default", config.device)
    assert isinstance(model, TorsionModel)
    for atoms in sizes:
        mol = prepare_molecule(Chem.MolFromSmiles(MOLECULES[atoms]))
        begin = time.process_time()
        prepared = prepare_templates(mol, config)
        ready = time.process_time() - begin
        batch(prepared, model, config, 1)
        last = 0.0
        for molecules, before in zip(batches, [0, *batches], strict=False):
            if before and time.perf_counter() + last * molecules / before > end:
                yield f"| {atoms} heavy atoms | {config.device} | {molecules} molecules | left out: no time |"
                break
            with stage_times() as seconds:
                count, last = batch(prepared, model, config, molecules)
            host = last - sum(seconds.values())
            parts = ", ".join(f"{stage} {seconds[stage]:.2f}" for stage in ("flow", "minimize", "select"))
            yield (
                f"| {atoms} heavy atoms | {config.device} | {molecules} molecules at a time | {count / last:,.0f} "
                f"conformers/s | {parts}, host {host:.2f} s | prepare {ready:.2f} CPU s a molecule | {_memory()} |"
            )


def _memory() -> str:
    if not torch.cuda.is_available():
        return ""
    most = torch.cuda.max_memory_allocated() / 2**30
    torch.cuda.reset_peak_memory_stats()
    return f"{most:.1f} GB"


def pose_row(device: str) -> str:
    """The flow of poses on the ligand of the crystal in 1IA1."""
    from molgen import read_protein  # Biopython, which conformers do without
    from molgen.docking.learned import learned_of
    from molgen.docking.ligand import prepare_ligand
    from molgen.docking.proposals import propose
    from molgen.docking.records import DockConfig
    from molgen.docking.site import sites_of

    config = DockConfig(device=device, rank="energy")
    site = sites_of(read_protein(DATA / "1ia1.pdb"), str(DATA / "1ia1_ligand.sdf")).searched[0]
    ligand = prepare_ligand(next(Chem.SDMolSupplier(str(DATA / "1ia1_ligand.sdf"))), config).ligand
    model = learned_of(config).poses
    assert model is not None
    begin = 0.0
    for _ in range(2):
        begin = time.perf_counter()
        propose(model, site, ligand, POSES, POSE_STEPS, torch.Generator().manual_seed(0))
        if device_of(device).type == "cuda":
            torch.cuda.synchronize()
    return f"| poses in 1IA1 | {device} | | {POSES / (time.perf_counter() - begin):,.0f} /s |"


def numbers(text: str) -> list[int]:
    return [int(part) for part in text.split(",")]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--device", default="auto")
    parser.add_argument("-n", type=int, default=50, help="conformers of each molecule")
    parser.add_argument("--batches", type=numbers, default=[16, 64, 256], help="molecules at a time, ascending")
    parser.add_argument("--sizes", type=numbers, default=[25, 10, 40], help="heavy atoms")
    parser.add_argument("--seconds", type=float, default=90.0, help="no batch begins that would end later")
    parser.add_argument("--edges", type=int, default=flow.GPU_EDGES, help="edges at a time in the network, on a GPU")
    parser.add_argument("--pairs", type=int, default=minimization.GPU_PAIRS, help="pairs of atoms in the force field")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--poses", action="store_true", help="measure poses, too")
    given = parser.parse_args()
    end = time.perf_counter() + given.seconds
    keep_freed_memory()
    torch.set_num_threads(given.threads)
    flow.GPU_EDGES, minimization.GPU_PAIRS = given.edges, given.pairs
    config = GenerateConfig(n=given.n, device=str(device_of(given.device)))
    for line in conformer_rows(config, given.batches, given.sizes, end):
        print(line, flush=True)
    if given.poses:
        print(pose_row(config.device), flush=True)


if __name__ == "__main__":
    main()
