"""Score the conformers of one generator for one molecule against its reference structures."""

import gzip
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from rdkit import Chem
from rdkit.Chem import rdMolAlign

from molgen.metrics import atom_matches, best_of_first, coverage, heavy_coordinates, rmsd_matrix, stereo_mask

COUNTS = (1, 10, 50)
THRESHOLD = 0.75  # Angstrom, for COV


@dataclass(frozen=True)
class Reference:
    """One molecule of a reference file.

    Args:
        mol_id, smiles: the tags of its records.
        structures: the records, at least one, atoms in one order.
    """

    mol_id: str
    smiles: str
    structures: tuple[Chem.Mol, ...]

    def ensemble(self) -> Chem.Mol:
        """One Mol with every structure as a conformer."""
        mol = Chem.Mol(self.structures[0])
        for structure in self.structures[1:]:
            mol.AddConformer(structure.GetConformer(), assignId=True)
        return mol


@dataclass(frozen=True)
class Score:
    """Agreement of generated conformers with the references; RMSDs in Angstrom, heavy atoms, symmetric.

    Args:
        best_1, best_10, best_50: smallest RMSD among the first N conformers, mean over references.
        mean_rmsd: mean over all pairs.
        cov_r, amr_r, cov_p, amr_p: coverage at 0.75 A and mean smallest RMSD, of recall and of precision.
        stereo: fraction of conformers with the stereo of the SMILES.
        conformers, references: how many.
        complete: False when the cap on symmetries was hit, so that the RMSDs are upper bounds.
        rdkit_difference: largest deviation from ``GetBestRMS`` over a few pairs, None when not checked.
    """

    best_1: float
    best_10: float
    best_50: float
    mean_rmsd: float
    cov_r: float
    amr_r: float
    cov_p: float
    amr_p: float
    stereo: float
    conformers: int
    references: int
    complete: bool
    rdkit_difference: float | None

    def row(self) -> dict[str, float | int | bool | None]:
        """Plain values, rounded to 1e-6, for a line of JSON."""
        return {key: round(value, 6) if isinstance(value, float) else value for key, value in asdict(self).items()}


def load_references(path: Path) -> Iterator[Reference]:
    """Molecules of an SDF(.gz) file; consecutive records with one ``mol_id`` are conformers of one molecule."""
    group: list[Chem.Mol] = []
    with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
        for mol in Chem.ForwardSDMolSupplier(file, removeHs=False):
            if mol is None:
                raise ValueError(f"{path}: a record cannot be read")
            if group and mol.GetProp("mol_id") != group[0].GetProp("mol_id"):
                yield _reference(group)
                group = []
            group.append(mol)
    if group:
        yield _reference(group)


def score(reference: Reference, generated: Chem.Mol, *, check: bool = False) -> Score:
    """Compare the conformers of ``generated``, in their order, with the reference.

    Args:
        reference: what has to be found.
        generated: the same molecule, atoms in any order, at least one conformer.
        check: also compare three RMSDs with RDKit's.

    Raises:
        ValueError: the heavy-atom graphs differ.
    """
    truth = reference.ensemble()
    matches = atom_matches(truth, generated)
    rmsd = rmsd_matrix(heavy_coordinates(truth), heavy_coordinates(generated), matches.permutations).numpy()
    best = best_of_first(rmsd, COUNTS)
    found = coverage(rmsd, THRESHOLD)
    return Score(
        best_1=float(best[0]),
        best_10=float(best[1]),
        best_50=float(best[2]),
        mean_rmsd=float(rmsd.mean()),
        cov_r=float(found.recall[0]),
        amr_r=found.recall_rmsd,
        cov_p=float(found.precision[0]),
        amr_p=found.precision_rmsd,
        stereo=float(stereo_mask(reference.smiles, generated).mean()),
        conformers=generated.GetNumConformers(),
        references=truth.GetNumConformers(),
        complete=matches.complete,
        rdkit_difference=_rdkit_difference(truth, generated, rmsd) if check and matches.complete else None,
    )


def _reference(records: list[Chem.Mol]) -> Reference:
    return Reference(records[0].GetProp("mol_id"), records[0].GetProp("smiles"), tuple(records))


def _rdkit_difference(truth: Chem.Mol, generated: Chem.Mol, rmsd: np.ndarray) -> float:
    probe, target = Chem.RemoveAllHs(generated), Chem.RemoveAllHs(truth)
    ids = [conformer.GetId() for conformer in generated.GetConformers()]
    picks = sorted({0, len(ids) // 2, len(ids) - 1})
    return max(abs(rdMolAlign.GetBestRMS(Chem.Mol(probe), target, ids[k]) - rmsd[0, k]) for k in picks)
