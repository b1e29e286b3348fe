"""What is compared: ten molecules, three complexes, and the numbers that are taken of each."""

from dataclasses import replace

import numpy as np
import torch
from complexes import INHIBITOR, TYROSINE, ligand_path, protein_of
from rdkit import Chem

from molgen.chem.features.molecule_features import heavy_atoms, molecule_graph
from molgen.chem.molecules.standardize import prepare_molecule
from molgen.chem.molecules.stereo import enumerate_stereo
from molgen.conformers.generate import generate_conformers
from molgen.docking.dock import dock_prepared
from molgen.docking.ligand import prepare_ligand
from molgen.docking.proposals import pocket_batch
from molgen.docking.records import DockConfig
from molgen.docking.site import sites_of
from molgen.graphs.batch import batch_graphs
from molgen.models.pose_flow.sample import prior_states, sample_poses
from molgen.models.pose_flow.sample import time_grid as time_grid_of_poses
from molgen.models.pose_flow.task import load_pose_model
from molgen.models.torsion_flow.sample import sample_torsions, time_grid
from molgen.models.torsion_flow.task import load_model
from molgen.sampling import torus_points

MOLECULES = {
    "aspirin": "CC(=O)Oc1ccccc1C(=O)O",
    "ibuprofen": "CC(C)Cc1ccc(cc1)[C@@H](C)C(=O)O",
    "caffeine": "CN1C=NC2=C1C(=O)N(C(=O)N2C)C",
    "dopamine": "NCCc1ccc(O)c(O)c1",
    "lidocaine": "CCN(CC)CC(=O)Nc1c(C)cccc1C",
    "naproxen": "COc1ccc2cc(ccc2c1)[C@H](C)C(=O)O",
    "sulfanilamide": "NS(=O)(=O)c1ccc(N)cc1",
    "menthol": "C[C@@H]1CC[C@H]([C@@H](C1)O)C(C)C",
    "zidovudine": "CC1=CN(C(=O)NC1=O)[C@H]1C[C@@H]([C@H](O1)CO)N=[N+]=[N-]",
    "paracetamol": "CC(=O)Nc1ccc(O)cc1",
}
COMPLEXES = {"1ia1": INHIBITOR, "1of6": TYROSINE, "1s3v": ""}
SAMPLES, STEPS, N = 8, 4, 5


def conformers(name: str, seed: int = 0) -> np.ndarray:
    """Heavy atoms of the conformers as a user gets them, float32 [k, n, 3], Angstrom."""
    mol = generate_conformers(MOLECULES[name], N, seed=seed)
    return heavy(mol)


def heavy(mol: Chem.Mol) -> np.ndarray:
    positions = np.array([conformer.GetPositions() for conformer in mol.GetConformers()])
    return positions[:, heavy_atoms(mol)].astype(np.float32)


def sampled(name: str, dtype: torch.dtype = torch.float32, rows: slice = slice(None)) -> np.ndarray:
    """Torsions of the model alone, radian [SAMPLES, m] or some rows, over a template conformer made by arithmetic.

    Nothing chaotic is between the input and these numbers: no embedding, no minimizer, no choice.
    """
    mol = enumerate_stereo(prepare_molecule(Chem.MolFromSmiles(MOLECULES[name])), "one")[0][0]
    record = molecule_graph(mol)
    graph = batch_graphs([record])
    index = torch.arange(record.n_atoms, dtype=dtype)
    helix = torch.stack([1.2 * index, (2.3 * index).sin(), (2.3 * index).cos()], -1)
    template = helix.expand(SAMPLES, -1, -1)
    start = torus_points(SAMPLES, record.n_torsions, seed=3).to(dtype)
    model = load_model().to(dtype)
    return sample_torsions(model, graph, template[rows], start[rows], times=time_grid(model, STEPS)).numpy()


def ligand(code: str) -> Chem.Mol:
    if COMPLEXES[code]:
        return Chem.MolFromSmiles(COMPLEXES[code])
    mol = Chem.Mol(Chem.SDMolSupplier(str(ligand_path(code)))[0])
    mol.RemoveAllConformers()
    return mol


def docked(code: str, seed: int = 0) -> np.ndarray:
    """Heavy atoms of the ranked poses, float32 [k, n, 3], Angstrom."""
    config = DockConfig(n=N, seed=seed, effort="quick")
    prepared = prepare_ligand(ligand(code), config)
    sites = sites_of(protein_of(code), str(ligand_path(code))).searched
    return heavy(dock_prepared(sites, prepared, config).mol)


def proposed(code: str, dtype: torch.dtype = torch.float32) -> np.ndarray:
    """Poses that the model alone samples, from the center of the pocket, [SAMPLES, n, 3], Angstrom."""
    prepared = prepare_ligand(ligand(code), DockConfig())
    (site,) = sites_of(protein_of(code), str(ligand_path(code))).searched[:1]
    model, _ = load_pose_model()
    templates = prepared.ligand.templates[torch.arange(SAMPLES) % len(prepared.ligand.templates)]
    record = prepared.ligand.graph
    start = prior_states(model, templates, record.n_torsions, torch.Generator().manual_seed(5))
    pocket = pocket_batch(site, model.config.pocket_radius)
    pocket = replace(pocket, positions=pocket.positions.to(dtype))
    begin = {name: value.to(dtype) for name, value in start.items()}
    graph = batch_graphs([record])
    found = sample_poses(model.to(dtype), graph, pocket, templates.to(dtype), begin, time_grid_of_poses(STEPS))
    return found.numpy()


def turn(first: np.ndarray, second: np.ndarray) -> float:
    """Largest difference of two sets of angles, radian."""
    difference = (first.astype(float) - second + np.pi) % (2 * np.pi) - np.pi
    return float(np.abs(difference).max(initial=0.0))


def rmsd(first: np.ndarray, second: np.ndarray) -> float:
    """Largest RMSD of conformers or poses in order, [k, n, 3] each, where they are; infinite if the numbers differ."""
    if first.shape != second.shape:
        return float("inf")
    return float(np.sqrt(((first.astype(float) - second) ** 2).sum(-1).mean(-1)).max())
