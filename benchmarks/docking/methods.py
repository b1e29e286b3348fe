"""The docking methods that are compared: each makes a function from a task to poses in rank order.

Every method uses one thread and imports its package when it is made. Methods start from the SMILES; only those named
``*-score`` see the crystal pose, which they rate.
"""

import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from rdkit import Chem, rdBase
from rdkit.Chem import rdDistGeom, rdForceFieldHelpers

from benchmarks.docking.known_files import known_file
from benchmarks.docking.vina.files import ligand_pdbqt, poses_of, receptor_pdbqt
from molgen.chem.molecules.protonation import protonate

PH = 7.4
EXHAUSTIVENESS = 8
ENERGY_RANGE = 5.0  # kcal/mol above the best pose
MINIMIZE_STEPS = 1000
MINIMIZE_ROUNDS = 5  # calls, each of a fixed number of steps
MAPS_SPACING = 0.375  # Angstrom, Vina's default


@dataclass(frozen=True)
class Task:
    """What a method may know.

    Args:
        complex_id: its name.
        protein: PDB file, gzip or not.
        smiles: of the ligand, as deposited; :func:`protonated` is the molecule to dock.
        center: of the box, Angstrom.
        size: edge of the box, a cube, Angstrom.
        n: poses wanted.
        seed: of the search.
        crystal: the crystal ligand, heavy atoms; only for methods that rate it.
        others: PDB files of more structures of the protein; only molgen docks into several.
        known: SD files of the ligands of all these structures; only for methods named ``*-known``.
        all_known: SD file of all other ligands of the protein; only for methods named ``*-all-known``.
    """

    complex_id: str
    protein: Path
    smiles: str
    center: tuple[float, float, float]
    size: float
    n: int = 9
    seed: int = 0
    crystal: Chem.Mol | None = None
    others: tuple[Path, ...] = ()
    known: tuple[Path, ...] = ()
    all_known: Path | None = None


@dataclass(frozen=True)
class Docked:
    """What a method returns.

    Args:
        mol: conformers in rank order.
        scores: one per conformer, kcal/mol, lower is better.
        cpu_s: CPU seconds of maps and search, without start-up, reading and ligand preparation.
        extra: further numbers for the row: ``objectives`` are the energies that the search minimizes, per pose,
            kcal/mol: intermolecular plus intramolecular, before the rotor factor.
    """

    mol: Chem.Mol
    scores: Sequence[float]
    cpu_s: float
    extra: dict[str, Any] = field(default_factory=dict)


Dock = Callable[[Task], Docked]


def protonated(mol: Chem.Mol) -> Chem.Mol:
    """The dominant form at pH 7.4 with explicit hydrogens; with coordinates where the input has some."""
    return Chem.AddHs(protonate(Chem.RemoveHs(mol), PH)[0], addCoords=mol.GetNumConformers() > 0)


def start_conformer(smiles: str) -> Chem.Mol:
    """The protonated ligand with one ETKDGv3 conformer (seed 0), minimized with MMFF94s where it has parameters.

    Raises:
        ValueError: unreadable SMILES.
        RuntimeError: no conformer.
    """
    mol = Chem.MolFromSmiles(smiles)
    if mol is None:
        raise ValueError(f"cannot read {smiles}")
    mol = protonated(mol)
    parameters = rdDistGeom.ETKDGv3()
    parameters.randomSeed = 0
    if rdDistGeom.EmbedMolecule(mol, parameters) != 0:
        parameters.useRandomCoords = True
        if rdDistGeom.EmbedMolecule(mol, parameters) != 0:
            raise RuntimeError("no start conformer")
    if rdForceFieldHelpers.MMFFHasAllMoleculeParams(mol):
        rdForceFieldHelpers.MMFFOptimizeMolecule(mol, mmffVariant="MMFF94s", maxIters=500)
    return mol


def make_vina() -> Dock:
    """AutoDock Vina 1.2, one thread, exhaustiveness 8, its default grid."""

    def dock(task: Task) -> Docked:
        begin = time.process_time()
        engine = _vina(task, ligand_pdbqt(start_conformer(task.smiles)))
        start = time.process_time()
        engine.compute_vina_maps(list(task.center), [task.size] * 3, spacing=MAPS_SPACING)
        engine.dock(exhaustiveness=EXHAUSTIVENESS, n_poses=task.n)
        spent = time.process_time() - start
        energies = engine.energies(n_poses=task.n, energy_range=ENERGY_RANGE)
        mol = poses_of(engine.poses(n_poses=task.n, energy_range=ENERGY_RANGE))
        extra = {
            "prepare_cpu_s": round(start - begin, 4),
            "inter": energies[:, 1].tolist(),
            "intra": energies[:, 2].tolist(),
            "objectives": (energies[:, 1] + energies[:, 2]).round(3).tolist(),
        }
        return Docked(mol, energies[:, 0].tolist(), spent, extra)

    return dock


def make_vina_score() -> Dock:
    """Vina's energy of the crystal pose, as it is and after local minimization: the two poses, in this order."""

    def rate(task: Task) -> Docked:
        mol = protonated(_crystal(task))
        text = ligand_pdbqt(mol, rigid_macrocycles=True)
        engine = _vina(task, text)
        start = time.process_time()
        engine.compute_vina_maps(list(task.center), [task.size] * 3, spacing=MAPS_SPACING)
        found = np.stack([engine.score(), engine.optimize(MINIMIZE_STEPS)])
        spent = time.process_time() - start
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "pose.pdbqt"
            engine.write_pose(str(path))
            minimized = poses_of(path.read_text())
        both = poses_of(text)
        both.AddConformer(minimized.GetConformer(), assignId=True)
        columns = {"inter": found[:, 1], "intra": found[:, 5], "torsion": found[:, 6]}
        extra = {name: values.tolist() for name, values in columns.items()}
        extra["objectives"] = (found[:, 1] + found[:, 5]).round(3).tolist()
        return Docked(both, found[:, 0].tolist(), spent, extra)

    return rate


def make_molgen(known: str = "none", **options: str) -> Dock:
    """molgen, by default with its defaults; the protein is read before the clock starts.

    The files of the structures have no ligands; ``known`` says which are given: "none", "own" of the structures that
    are docked into, or "all" other ones of the protein.
    """
    import torch

    from molgen.chem.proteins.reading import read_protein
    from molgen.docking.dock import dock as molgen_dock

    torch.set_num_threads(1)

    def dock(task: Task) -> Docked:
        begin = time.process_time()
        proteins = [read_protein(path) for path in (task.protein, *task.others)]
        start = time.process_time()
        box = ",".join(f"{number:.4f}" for number in (*task.center, task.size))
        with tempfile.TemporaryDirectory() as folder:
            paths = {"none": (), "own": task.known, "all": (task.all_known,)}[known]
            settings = options | {"known_ligands": known_file(paths, Path(folder))}
            result = molgen_dock(proteins, task.smiles, pocket=f"box:{box}", n=task.n, seed=task.seed, **settings)
        spent = time.process_time() - start
        scores = [pose.score for pose in result.poses]
        extra = {"prepare_cpu_s": round(start - begin, 4), "notes": list(result.notes)} | _energies(result.poses)
        extra["confidence"] = [pose.confidence for pose in result.poses]
        places = {protein.source: place for place, protein in enumerate(proteins)}
        extra["known"] = [(pose.known_ligand, pose.known_overlap) for pose in result.poses]
        extra |= {"moved": [pose.moved for pose in result.poses]}
        extra["packing_energy"] = [round(pose.packing_energy, 3) for pose in result.poses]
        extra["structures"] = [places[result.receptor_of(pose).source] for pose in result.poses]
        return Docked(result.mol, scores, spent, extra)

    return dock


def make_molgen_score() -> Dock:
    """molgen's energy of the crystal pose, as it is and after local minimization: the two poses, in this order."""
    import torch

    from molgen.chem.proteins.reading import read_protein
    from molgen.docking.rescore import rescore

    torch.set_num_threads(1)

    def rate(task: Task) -> Docked:
        mol, protein = protonated(_crystal(task)), read_protein(task.protein)
        start = time.process_time()
        first = last = rescore(protein, mol)
        for _ in range(MINIMIZE_ROUNDS):
            last = rescore(protein, last.mol, minimize=True)
        spent = time.process_time() - start
        poses = [first.poses[0], last.poses[0]]
        both = Chem.Mol(first.mol)
        both.AddConformer(last.mol.GetConformer(), assignId=True)
        return Docked(both, [pose.score for pose in poses], spent, _energies(poses))

    return rate


def molgen_score(protein: Path, mol: Chem.Mol) -> float:
    """molgen's score of one pose, kcal/mol."""
    from molgen.docking.rescore import rescore

    return rescore(protein, mol).poses[0].score


def _by_rustina(name: str) -> Dock:
    """A method of :mod:`benchmarks.docking.rustina_methods`."""
    from benchmarks.docking import rustina_methods

    return getattr(rustina_methods, name)()


METHODS: dict[str, Callable[[], Dock]] = {
    "vina": make_vina,
    "vina-score": make_vina_score,
    "molgen": make_molgen,
    "molgen-physics": partial(make_molgen, proposals="random", rank="energy"),
    "molgen-random": partial(make_molgen, proposals="random"),
    "molgen-learned": partial(make_molgen, proposals="learned"),
    "molgen-energy": partial(make_molgen, rank="energy"),
    "molgen-no-library": partial(make_molgen, torsion_library="none"),
    "molgen-known": partial(make_molgen, known="own"),
    "molgen-all-known": partial(make_molgen, known="all"),
    "molgen-flex": partial(make_molgen, flex="auto"),
    "molgen-flex-quick": partial(make_molgen, flex="auto", effort="quick"),
    "molgen-score": make_molgen_score,
    "molgen-cnn": partial(_by_rustina, "make_molgen_cnn"),
    "rustina": partial(_by_rustina, "make_rustina"),
}


def rates_crystal_poses(method: str) -> bool:
    """These methods get the crystal ligand."""
    return method.endswith("-score")


def prepared(name: str) -> Callable[[Task], tuple[bytes, list[float], float, dict[str, Any]]]:
    """A method whose result can cross a pipe."""
    rdBase.DisableLog("rdApp.*")
    dock = METHODS[name]()

    def binary(task: Task) -> tuple[bytes, list[float], float, dict[str, Any]]:
        found = dock(task)
        if found.mol.GetNumConformers() == 0:
            raise RuntimeError("no pose")
        return found.mol.ToBinary(), list(found.scores), found.cpu_s, found.extra

    return binary


def _energies(poses: Sequence[Any]) -> dict[str, list[float]]:
    inter = [round(pose.intermolecular, 4) for pose in poses]
    intra = [round(pose.intramolecular, 4) for pose in poses]
    return {
        "inter": inter,
        "intra": intra,
        "objectives": [round(sum(pair), 4) for pair in zip(inter, intra, strict=True)],
    }


def _crystal(task: Task) -> Chem.Mol:
    if task.crystal is None:
        raise ValueError("this method rates the crystal pose")
    return task.crystal


def _vina(task: Task, ligand: str) -> Any:
    from vina import Vina

    engine = Vina(sf_name="vina", cpu=1, seed=task.seed + 1, verbosity=0)  # 0 would be a random seed
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "receptor.pdbqt"
        path.write_text(receptor_pdbqt(task.protein))
        engine.set_receptor(str(path))
    engine.set_ligand_from_string(ligand)
    return engine
