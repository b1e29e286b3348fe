"""Docking and pose ranking by Rustina (MIT; its bundled weights of GNINA's fast CNN are Apache-2.0)."""

import gzip
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from rdkit import Chem

from benchmarks.docking.methods import Dock, Docked, Task, make_molgen, start_conformer
from benchmarks.docking.vina.files import ligand_pdbqt, poses_of


def make_rustina() -> Dock:
    """Rustina with its defaults on one thread: search with Vinardo's energy, ranked by the CNN and the energy."""
    import rustina

    def dock(task: Task) -> Docked:
        begin = time.process_time()
        receptor, ligand = _receptor(task), ligand_pdbqt(start_conformer(task.smiles))
        start = time.process_time()
        box = dict(zip(("cx", "cy", "cz", "sx", "sy", "sz"), (*task.center, *[task.size] * 3), strict=True))
        poses = rustina.dock(receptor, ligand, **box, seed=task.seed + 1, threads=1, num_modes=task.n)
        spent = time.process_time() - start
        mol = poses_of(poses[0]["pdbqt"])
        for pose in poses[1:]:
            mol.AddConformer(poses_of(pose["pdbqt"]).GetConformer(), assignId=True)
        extra = {
            "prepare_cpu_s": round(start - begin, 4),
            "cnn": [round(pose["cnn_score"], 4) for pose in poses],
        }
        return Docked(mol, [pose["affinity"] for pose in poses], spent, extra)

    return dock


def make_molgen_cnn() -> Dock:
    """molgen's poses in the order of the CNN's score; the time is that of both."""
    import rustina

    molgen = make_molgen()

    def dock(task: Task) -> Docked:
        docked, receptor = molgen(task), _receptor(task)
        texts = [ligand_pdbqt(pose, rigid_macrocycles=True) for pose in _apart(docked.mol)]
        start = time.process_time()
        chances = [rustina.score_cnn(receptor, text)["cnn_score"] for text in texts]
        spent = docked.cpu_s + time.process_time() - start
        order = np.argsort(-np.array(chances), kind="stable").tolist()
        extra = {"cnn": [round(chances[k], 4) for k in order]}
        return Docked(_ordered(docked.mol, order), [docked.scores[k] for k in order], spent, extra)

    return dock


def _receptor(task: Task) -> str:
    """The receptor as Rustina prepares it, by Meeko."""
    import rustina

    size = task.size, task.size, task.size
    return rustina.prepare_receptor(_text(task.protein), task.center, size)["pdbqt"]


def _text(path: Path) -> str:
    data = path.read_bytes()
    return (gzip.decompress(data) if path.suffix == ".gz" else data).decode()


def _apart(mol: Chem.Mol) -> list[Chem.Mol]:
    """A molecule for each of its conformers."""
    return [Chem.Mol(mol, False, conformer.GetId()) for conformer in mol.GetConformers()]


def _ordered(mol: Chem.Mol, order: Sequence[int]) -> Chem.Mol:
    """The molecule with its conformers in another order."""
    conformers = mol.GetConformers()
    found = Chem.Mol(mol)
    found.RemoveAllConformers()
    for index in order:
        found.AddConformer(conformers[index], assignId=True)
    return found
