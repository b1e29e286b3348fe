"""How many samples a second the networks give on a device, by the size of the molecule and of the batch.

    python -m benchmarks.throughput --device cuda --edges 20000,200000,1000000

Rows: conformers drawn by the torsional flow at 10, 25 and 40 heavy atoms, poses proposed in the pocket of 1IA1. Only
the networks are timed, as only they run on the device; the first call, which loads kernels, is left out. Beside another
device run the CPU on the same machine: --device cpu --threads 1.
"""

import argparse
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import torch
from rdkit import Chem

from molgen import load_model, read_protein
from molgen.chem.features.molecule_features import heavy_atoms, molecule_graph
from molgen.conformers.templates import template_conformers
from molgen.devices import device_of
from molgen.docking.learned import learned_of
from molgen.docking.ligand import prepare_ligand
from molgen.docking.proposals import propose
from molgen.docking.records import DockConfig
from molgen.docking.site import sites_of
from molgen.graphs.batch import batch_graphs
from molgen.models.torsion_flow import sample
from molgen.sampling import torus_points

MOLECULES = {
    10: "CCOC(=O)CCCNC",
    25: "CC(C)NCC(O)COc1ccc(CCOCC2CC2)cc1C(=O)N",
    40: "CC(C)NCC(O)COc1ccc(CCOCC2CC2)cc1C(=O)NCCOc1ccc(CC(=O)NC)cc1F",
}
DATA = Path(__file__).parents[1] / "data"
STEPS = {"conformers": 3, "poses": 10}


def per_second(work: Callable[[], object], count: int, seconds: float, device: torch.device) -> float:
    """How many of ``count`` results of each call there are in a second, after a first call that does not count."""
    work()
    _wait_for(device)
    begin, calls = time.perf_counter(), 0
    while calls == 0 or time.perf_counter() - begin < seconds:
        work()
        calls += 1
        _wait_for(device)
    return calls * count / (time.perf_counter() - begin)


def _wait_for(device: torch.device) -> None:
    if device.type != "cpu":
        getattr(torch, device.type).synchronize()


def conformer_work(atoms: int, samples: int, device: torch.device) -> Callable[[], object]:
    """The torsional flow on a molecule of so many heavy atoms."""
    mol = Chem.AddHs(Chem.MolFromSmiles(MOLECULES[atoms]))
    record = molecule_graph(mol)
    templates = torch.from_numpy(template_conformers(mol, 4, seed=0).positions[:, heavy_atoms(mol)]).float()
    template = templates[torch.arange(samples) % len(templates)].to(device)
    start = torus_points(samples, record.n_torsions, 0).float().to(device)
    model, graph = load_model().to(device), batch_graphs([record]).to(device)
    times = sample.time_grid(model, STEPS["conformers"])
    return lambda: sample.sample_torsions(model, graph, template, start, times=times)


def pose_work(samples: int, device: str) -> Callable[[], object]:
    """The flow of poses on the ligand of the crystal in 1IA1."""
    config = DockConfig(device=device, rank="energy")
    site = sites_of(read_protein(DATA / "1ia1.pdb"), str(DATA / "1ia1_ligand.sdf")).searched[0]
    ligand = prepare_ligand(next(Chem.SDMolSupplier(str(DATA / "1ia1_ligand.sdf"))), config).ligand
    model = learned_of(config).poses
    assert model is not None
    return lambda: propose(model, site, ligand, samples, STEPS["poses"], torch.Generator().manual_seed(0))


def rows(device: str, samples: int, seconds: float, edges: list[int], sizes: list[int]) -> Iterator[str]:
    """One line for each measurement."""
    place = device_of(device)
    for atoms in sizes:
        for number in edges:
            sample.CHUNK_EDGES = sample.GPU_EDGES = number
            rate = per_second(conformer_work(atoms, samples, place), samples, seconds, place)
            yield f"| conformers, {atoms} heavy atoms | {place} | {number:,} edges at once | {rate:,.0f} /s |"
    rate = per_second(pose_work(samples, device), samples, seconds, place)
    yield f"| poses in 1IA1 | {place} | | {rate:,.0f} /s |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--device", default="auto")
    parser.add_argument("--samples", type=int, default=1024)
    parser.add_argument("--seconds", type=float, default=3.0, help="of every measurement, at least")
    parser.add_argument("--edges", default="20000,1000000", help="edges that go through the network together")
    parser.add_argument("--sizes", default="10,25,40", help="heavy atoms")
    parser.add_argument("--threads", type=int, default=1)
    given = parser.parse_args()
    torch.set_num_threads(given.threads)
    edges, sizes = (np.array(text.split(","), dtype=int).tolist() for text in (given.edges, given.sizes))
    for line in rows(given.device, given.samples, given.seconds, edges, sizes):
        print(line, flush=True)


if __name__ == "__main__":
    main()
