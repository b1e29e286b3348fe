"""Complexes of the docking benchmark, and what is measured of poses: RMSD to the crystal ligand, PoseBusters validity.

Also how well another implementation of an energy agrees with Vina on crystal poses.
"""

import csv
import gzip
import importlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from rdkit import Chem

from benchmarks.docking.methods import Task, make_vina_score, protonated
from molgen.metrics import heavy_coordinates
from molgen.metrics.poses import pose_matches, pose_rmsd_matrix

DATA = Path(__file__).parents[3] / "shared/data/complexes/dev"
BOX = 22.5  # Angstrom, edge
MARGIN = 8.0  # Angstrom, of a box that the crystal ligand fills
ScoreFunction = Callable[[Path, Chem.Mol], float]
CUT = 10.0  # Angstrom around the pose; no check of PoseBusters looks farther


@dataclass(frozen=True)
class Complex:
    """One crystal structure.

    Args:
        complex_id: name of its folder.
        protein: PDB file.
        crystal: the ligand, heavy atoms only.
        smiles: of the ligand.
        features: rotatable_bonds, has_metal_near, has_cofactor_near.
        others: PDB files of other structures of the protein, which methods that can dock into all at once.
        known: SD files of the ligands of these structures, where they lie.
        all_known: SD file of all other ligands of the protein.
    """

    complex_id: str
    protein: Path
    crystal: Chem.Mol
    smiles: str
    features: dict[str, int]
    others: tuple[Path, ...] = ()
    known: tuple[Path, ...] = ()
    all_known: Path | None = None

    def task(self, n: int, seed: int, *, with_crystal: bool) -> Task:
        """What a method gets: a box around the crystal ligand, which itself is hidden unless ``with_crystal``."""
        positions = heavy_coordinates(self.crystal)[0]
        x, y, z = positions.mean(axis=0).tolist()
        size = max(BOX, float(np.ptp(positions, axis=0).max()) + MARGIN)
        crystal = self.crystal if with_crystal else None
        given = Task(self.complex_id, self.protein, self.smiles, (x, y, z), size, n, seed, crystal, self.others)
        return replace(given, known=self.known, all_known=self.all_known)


def load_complexes(folder: Path) -> Iterator[Complex]:
    """The complexes of a data folder, by name; ``index.csv`` lies in it or next to it.

    Raises:
        FileNotFoundError: no index.
        ValueError: a folder that the index does not name, or a ligand that cannot be read.
    """
    index = _index(folder)
    for path in sorted(path for path in folder.iterdir() if (path / "ligand.sdf").exists()):
        if path.name not in index:
            raise ValueError(f"{path.name} is not in the index")
        crystal = next(iter(Chem.SDMolSupplier(str(path / "ligand.sdf"))))
        if crystal is None:
            raise ValueError(f"cannot read {path / 'ligand.sdf'}")
        yield Complex(path.name, path / "protein.pdb.gz", crystal, crystal.GetProp("smiles"), index[path.name])


def rmsds_to_crystal(mol: Chem.Mol, crystal: Chem.Mol) -> list[float]:
    """Symmetric heavy-atom RMSD of every conformer, as it lies, whatever its protons and charges.

    Raises:
        ValueError: another molecule.
    """
    matches = pose_matches(crystal, mol)
    matrix = pose_rmsd_matrix(heavy_coordinates(crystal), heavy_coordinates(mol), matches.permutations)
    return [round(float(value), 4) for value in matrix[0]]


class Busters:
    """PoseBusters, configuration "dock", on single poses."""

    def __init__(self) -> None:
        from posebusters import PoseBusters

        self._busters = PoseBusters(config="dock", max_workers=0)

    def failed_checks(self, mol: Chem.Mol, conformer: int, protein: Chem.Mol) -> list[str]:
        """Names of the checks that a conformer fails; checks that cannot be run do not count."""
        pose = Chem.Mol(mol, False, mol.GetConformers()[conformer].GetId())
        row: dict[str, Any] = self._busters.bust([pose], None, around(protein, pose)).iloc[0].to_dict()
        return [str(name) for name, passed in row.items() if isinstance(passed, bool | np.bool_) and not passed]


def read_protein(path: Path) -> Chem.Mol:
    """The atoms of a PDB file (gzip or not), without bonds, as PoseBusters reads it."""
    data = path.read_bytes()
    text = (gzip.decompress(data) if path.suffix == ".gz" else data).decode()
    mol = Chem.MolFromPDBBlock(text, sanitize=False, removeHs=False, proximityBonding=False)
    if mol is None:
        raise ValueError(f"cannot read {path}")
    return mol


def around(protein: Chem.Mol, pose: Chem.Mol) -> Chem.Mol:
    """The protein in the box around a pose; at least its nearest atom."""
    positions = protein.GetConformer().GetPositions()
    points = pose.GetConformer().GetPositions()
    outside = ((positions < points.min(axis=0) - CUT) | (positions > points.max(axis=0) + CUT)).any(axis=1)
    outside[np.linalg.norm(positions - points.mean(axis=0), axis=1).argmin()] = False
    cut = Chem.RWMol(protein)
    cut.BeginBatchEdit()
    for index in np.flatnonzero(outside).tolist():
        cut.RemoveAtom(index)
    cut.CommitBatchEdit()
    return cut.GetMol()


def imported(text: str) -> ScoreFunction:
    """The function named ``package.module:function``.

    Raises:
        ValueError: not of this form.
    """
    module, _, name = text.partition(":")
    if not module or not name:
        raise ValueError(f"expected module:function, got {text}")
    return getattr(importlib.import_module(module), name)


def score_pairs(complexes: Iterable[Complex], function: ScoreFunction) -> Iterator[tuple[str, float, float]]:
    """Name, Vina's total score and the value of ``function`` for each crystal pose with hydrogens, kcal/mol."""
    rate = make_vina_score()
    for item in complexes:
        vina = rate(item.task(1, 0, with_crystal=True)).scores[0]
        yield item.complex_id, vina, float(function(item.protein, protonated(item.crystal)))


def agreement_report(pairs: Iterable[tuple[str, float, float]]) -> str:
    """Markdown: Pearson correlation, median and largest |difference|, the five worst complexes."""
    rows = list(pairs)
    vina, other = np.array([row[1] for row in rows]), np.array([row[2] for row in rows])
    gaps = np.abs(other - vina)
    worst = np.argsort(-gaps)[:5].tolist()
    lines = [f"- {rows[k][0]}: Vina {vina[k]:.3f}, other {other[k]:.3f}" for k in worst]
    return (
        f"{len(rows)} crystal poses: Pearson r {np.corrcoef(vina, other)[0, 1]:.4f}, median |difference| "
        f"{np.median(gaps):.3f} kcal/mol, largest {gaps.max():.3f} kcal/mol.\n\nWorst:\n\n" + "\n".join(lines)
    )


def _index(folder: Path) -> dict[str, dict[str, int]]:
    places = [folder / "index.csv", folder.parent / "index.csv"]
    path = next((place for place in places if place.exists()), None)
    if path is None:
        raise FileNotFoundError(f"no index.csv in {folder} or {folder.parent}")
    names = ("rotatable_bonds", "has_metal_near", "has_cofactor_near")
    with path.open(newline="") as file:
        return {row["id"]: {name: int(row[name]) for name in names} for row in csv.DictReader(file)}
