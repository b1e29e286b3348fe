"""How many ligands a second are docked together into 1IA1, by device and by ligands in a batch, with stage times.

    python -m benchmarks.libraries.docking --device cuda --batches 16,64,144 --workers 16
    python -m benchmarks.libraries.docking --device cpu --batches 8 --ligands 8 --workers 1

The library: amides of twelve acids and twelve amines, 19 to 31 heavy atoms. Preparation and the ranking and checks of
the poses run on so many processes; proposals, search and refinement run on the device. The first batch of each size is
left out: it loads kernels. The last line, the mean of the best scores, should be that of the CPU within 0.05 kcal/mol.
"""

import argparse
import multiprocessing
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from multiprocessing.pool import Pool
from pathlib import Path

import numpy as np
import torch
from rdkit import Chem, rdBase

from molgen import read_protein
from molgen.docking.dock import Found, dock_prepared
from molgen.docking.learned import learned_of
from molgen.docking.library.searching import Wanted, find_together
from molgen.docking.ligand import PreparedLigand, prepare_ligand
from molgen.docking.records import DockConfig
from molgen.docking.site import Site, sites_of
from molgen.physics.vina import common_classes
from molgen.runtime.devices import device_of
from molgen.runtime.stages import listening

DATA = Path(__file__).parents[2] / "data"
ACIDS = [
    *("c1ccc2[nH]ccc2c1", "c1ccc(OC)c(OC)c1", "c1ccc(S(N)(=O)=O)cc1", "Cc1ccc(F)cc1", "C1CCN(C(C)=O)CC1"),
    *("c1cnc2ccccc2c1", "Cc1c[nH]c2ccccc12", "c1ccc(-c2ccncc2)cc1", "COc1ccc(Cl)cc1", "c1cc(C(F)(F)F)ccc1"),
    *("CCc1nc2ccccc2[nH]1", "c1csc(-c2ccccc2)n1"),
]
AMINES = [
    *("NCCc1ccccc1", "NCc1ccncc1", "N1CCN(c2ccccc2)CC1", "NC1CCCCC1", "Nc1ccc(C#N)cc1", "NCCN1CCOCC1"),
    *("N1CCC(C(N)=O)CC1", "NCc1ccco1", "Nc1nc2ccccc2s1", "NCCCOC", "N(C)Cc1ccccc1", "NC(C)c1ccc(F)cc1"),
]


def library(count: int) -> list[str]:
    """SMILES of amides, in an order that mixes acids and amines."""
    pairs = [(acid, AMINES[(k + shift) % 12]) for shift in range(12) for k, acid in enumerate(ACIDS)]
    return [f"O=C({amine}){acid}" for acid, amine in pairs][:count]


SITES: list[Site] = []
CONFIG = DockConfig(effort="quick")


def prepared(smiles: str) -> tuple[PreparedLigand, float]:
    """A ligand and its CPU seconds."""
    begin = time.process_time()
    return prepare_ligand(Chem.MolFromSmiles(smiles), CONFIG), time.process_time() - begin


def finished(ligand: PreparedLigand, found: Found) -> tuple[float, float]:
    """The best score, and the CPU seconds of ranking and checks."""
    begin = time.process_time()
    result = dock_prepared(SITES, ligand, CONFIG, found=[found])
    return min(pose.score for pose in result.poses), time.process_time() - begin


def found_of(ligands: Sequence[PreparedLigand], config: DockConfig) -> tuple[list[Found], dict[str, float]]:
    """What is found for some ligands, and seconds of each stage."""
    device, seconds = device_of(config.device), defaultdict[str, float](float)
    last = ["", time.perf_counter()]

    def heard(stage: str) -> None:
        if device.type == "cuda":
            torch.cuda.synchronize()
        now = time.perf_counter()
        seconds[str(last[0])] += now - float(last[1])
        last[:] = [stage, now]

    with listening(heard):
        found = find_together(SITES[0], [Wanted(own.ligand) for own in ligands], config, learned_of(config))
        heard("end")
    del seconds[""]
    return [one for one in found if one is not None], dict(seconds)


def rows(given: argparse.Namespace, pool: Pool) -> Iterator[str]:
    """One line for each measurement."""
    begin = time.perf_counter()
    made = pool.map(prepared, library(given.ligands), chunksize=1)
    wall, ligands = time.perf_counter() - begin, [ligand for ligand, _ in made]
    yield _line("preparation", given, len(ligands) / wall, f"{sum(cpu for _, cpu in made) / len(made):.2f} CPU s each")
    config = replace(CONFIG, device=given.device)
    results: list[Found] = []
    for size in given.batches:
        found_of(ligands[:size], replace(config, seed=1))
        begin, seconds, results = time.perf_counter(), defaultdict[str, float](float), []
        for first in range(0, len(ligands), size):
            found, spent = found_of(ligands[first : first + size], config)
            results += found
            for name, value in spent.items():
                seconds[name] += value
        rate = len(ligands) / (time.perf_counter() - begin)
        peak = f"; peak {torch.cuda.max_memory_allocated() / 2**30:.1f} GiB" if torch.cuda.is_initialized() else ""
        stages = ", ".join(f"{name} {1000 * value / len(ligands):.0f}" for name, value in seconds.items())
        yield _line(f"search, {size} together", given, rate, f"ms each: {stages}{peak}")
    begin = time.perf_counter()
    ended = pool.starmap(finished, zip(ligands, results, strict=True), chunksize=1)
    wall = time.perf_counter() - begin
    each = sum(cpu for _, cpu in ended) / len(ended)
    yield _line("ranking and checks", given, len(ended) / wall, f"{each:.2f} CPU s each")
    yield f"mean of the best scores: {np.mean([score for score, _ in ended]):.3f} kcal/mol"


def _line(what: str, given: argparse.Namespace, rate: float, more: str) -> str:
    return f"| {what} | {given.device}, {given.workers} workers | {rate:.2f} ligands/s | {more} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--device", default="auto")
    parser.add_argument("--ligands", type=int, default=144)
    parser.add_argument("--batches", default="16,64,144", help="ligands together")
    parser.add_argument("--workers", type=int, default=1, help="processes for preparation and for ranking")
    given = parser.parse_args()
    given.batches = [int(text) for text in given.batches.split(",")]
    torch.set_num_threads(1)
    rdBase.DisableLog("rdApp.*")
    site = sites_of(read_protein(DATA / "1ia1.pdb"), str(DATA / "1ia1_ligand.sdf")).searched[0]
    SITES.append(site.with_maps(common_classes()))
    learned_of(CONFIG)
    with multiprocessing.get_context("fork").Pool(given.workers) as pool:  # before the GPU is touched
        for line in rows(given, pool):
            print(line, flush=True)


if __name__ == "__main__":
    main()
