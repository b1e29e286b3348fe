"""What a conformer model draws, before anything is chosen or relaxed: recall and precision against network evaluations.

    python -m benchmarks.torsion_sampling --data crystal_dev.sdf.gz --models default,uniform,run/weights.safetensors \\
        --steps 1,2,4,20

Torsions are drawn on embedded local structures, as in use. (On those of the references a model that reads torsions off
bond angles looks better than it is.) ``to template`` is the mean cosine between a drawn torsion and that of the local
structure under it: what it is above that of other models is such reading.
"""

import argparse
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from rdkit import Chem

from benchmarks.conformer_scores import load_references
from benchmarks.conformers import chosen
from molgen.chem.features import heavy_atoms, molecule_graph
from molgen.chem.standardise import prepare_molecule
from molgen.chem.stereo import enumerate_stereo
from molgen.conformers.local import local_structures
from molgen.conformers.matching import reference_positions
from molgen.conformers.model import Conformation, TorsionModel
from molgen.conformers.sample import sample_torsions, time_grid
from molgen.errors import MolgenError
from molgen.geometry.torsions import dihedral_angles
from molgen.graphs.batch import GraphBatch, batch_graphs
from molgen.metrics import coverage, rmsd_matrix
from molgen.metrics.symmetry import automorphisms
from molgen.sampling import torus_points

THRESHOLD = 0.75  # Angstrom, for COV
MAX_PERMUTATIONS = 32


@dataclass(frozen=True)
class Case:
    """A molecule: references [k, n, 3], embedded local structures [t, n, 3], symmetric atom orders [p, n]."""

    graph: GraphBatch
    references: torch.Tensor
    templates: torch.Tensor
    permutations: np.ndarray


def cases(data: Path, limit: int, templates: int, largest: int = 45) -> Iterator[Case]:
    """Molecules with rotatable bonds of a reference file; those that cannot be prepared or matched are passed over."""
    for reference in chosen(list(load_references(data)), limit, 0):
        try:
            mol = enumerate_stereo(prepare_molecule(Chem.MolFromSmiles(reference.smiles)), "one")[0][0]
            graph = molecule_graph(mol)
            found = [reference_positions(s, mol) for s in reference.structures]
            truth = np.array([f for f in found if f is not None], dtype=np.float32)
            if not len(truth) or not graph.n_torsions or graph.n_atoms > largest:
                continue
            local = local_structures(mol, templates, iterations=100, loose=True).positions[:, heavy_atoms(mol)]
        except MolgenError as error:
            print(f"{reference.mol_id}: {error}")
            continue
        permutations = automorphisms(mol, MAX_PERMUTATIONS).permutations
        yield Case(batch_graphs([graph]), torch.from_numpy(truth), torch.from_numpy(local).float(), permutations)


def measure(model: TorsionModel | None, data: list[Case], samples: int, steps: int) -> str:
    """One line of means over molecules; model None: uniform torsions."""
    rows, likeness = [], []
    begin = time.process_time()
    for case in data:
        template = case.templates[torch.arange(samples) % len(case.templates)]
        own = dihedral_angles(template, case.graph.torsions[0])
        torsions = torus_points(samples, own.shape[1], seed=0).float()
        if model is not None:
            torsions = sample_torsions(model, case.graph, template, torsions, times=time_grid(model, steps))
        made = Conformation(template[None], own[None]).positions(torsions[None], case.graph)[0]
        likeness.append(float((torsions - own).cos().mean()))
        rows.append(coverage(rmsd_matrix(case.references, made, case.permutations), THRESHOLD))
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
    parser.add_argument("--steps", default="4", help="network evaluations, with commas")
    parser.add_argument("--limit", type=int, default=150, help="only the first molecules of a seeded shuffle")
    parser.add_argument("--samples", type=int, default=36)
    parser.add_argument("--templates", type=int, default=6)
    options = parser.parse_args()
    from molgen.conformers.generate import resolve_model

    torch.set_num_threads(1)
    data = list(cases(options.data, options.limit, options.templates))
    print(f"{len(data)} molecules of {options.data.name}, {options.samples} samples on {options.templates} templates")
    for name in options.models.split(","):
        model = resolve_model(name)
        for steps in map(int, options.steps.split(",")):
            print(f"{name}, {steps} evaluations: {measure(model, data, options.samples, steps)}", flush=True)


if __name__ == "__main__":
    main()
