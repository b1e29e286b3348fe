"""Reader of the GEOM data set (Axelrod and Gomez-Bombarelli 2022) in its public `rdkit_folder` layout.

The layout: `summary_drugs.json` (or `summary_qm9.json`) maps a SMILES to a record with `pickle_path`; each pickle holds
a mapping with `smiles` and `conformers`, a list of mappings with `rd_mol` (an RDKit molecule with one conformer) and
`boltzmannweight`. Pickles can run code when they are loaded: these are read by an unpickler that knows RDKit molecules
and numpy numbers and refuses everything else.
"""

from __future__ import annotations

import json
import pickle
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO

from rdkit import Chem

from molgen.chem.formats.parsing import one_line
from molgen.chem.molecules.reading import InputRecord
from molgen.errors import InputError

_ALLOWED = {
    ("rdkit.Chem.rdchem", "Mol"),
    ("rdkit.Chem", "Mol"),
    ("numpy", "dtype"),
    ("numpy.core.multiarray", "scalar"),
    ("numpy._core.multiarray", "scalar"),
    ("collections", "OrderedDict"),
}


class _MoleculeUnpickler(pickle.Unpickler):
    """Loads RDKit molecules, numpy numbers and plain containers; nothing else."""

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) not in _ALLOWED:
            raise pickle.UnpicklingError(f"{module}.{name} is not allowed in a GEOM file")
        return super().find_class(module, name)


def read_geom(folder: str | Path, *, heaviest: int = 30) -> Iterator[InputRecord]:
    """One record per molecule of a GEOM folder, in the order of its summary.

    Args:
        folder: holds `summary_*.json` and the pickles it names (relative to the folder or to its parent).
        heaviest: conformers kept per molecule, those of the highest Boltzmann weight.

    Yields:
        records whose molecule has its conformers, each with the property `weight`; or the reason why not.

    Raises:
        InputError: no summary in the folder, or it cannot be read.
    """
    root = Path(folder)
    summaries = sorted(root.glob("summary_*.json"))
    if not summaries:
        raise InputError("is not a GEOM folder: no summary_*.json in it", source=root)
    index = 0
    for path in summaries:
        for smiles, entry in _summary(path).items():
            yield _record(root, smiles, entry, index, heaviest)
            index += 1


def _summary(path: Path) -> Mapping[str, Any]:
    try:
        summary = json.loads(path.read_text())
    except (OSError, ValueError) as error:
        raise InputError(f"cannot be read: {error}", source=path) from error
    if not isinstance(summary, dict):
        raise InputError("is not a mapping of SMILES to records", source=path)
    return summary


def _record(root: Path, smiles: str, entry: Any, index: int, heaviest: int) -> InputRecord:
    source = str(root)
    relative = entry.get("pickle_path") if isinstance(entry, dict) else None
    if not relative:
        return InputRecord(index, smiles, source, None, None, "no pickle_path in the summary")
    location = str(relative)
    path = next((p for p in (root / location, root.parent / location) if p.is_file()), None)
    if path is None:
        return InputRecord(index, smiles, source, location, None, "no such file")
    try:
        with path.open("rb") as file:
            mol = _molecule(file, heaviest)
    except Exception as error:  # a damaged pickle can raise anything
        reason = str(error) if isinstance(error, (OSError, ValueError, pickle.UnpicklingError)) else repr(error)
        return InputRecord(index, smiles, source, location, None, f"cannot be read: {one_line(reason)}")
    return InputRecord(index, smiles, source, location, mol)


def _molecule(file: BinaryIO, heaviest: int) -> Chem.Mol:
    """The conformers of one file on the atoms of the first: GEOM keeps one atom order per molecule."""
    data = _MoleculeUnpickler(file).load()
    ranked = sorted(data["conformers"], key=lambda c: -float(c.get("boltzmannweight", 0.0)))[:heaviest]
    if not ranked:
        raise ValueError("holds no conformer")
    result = Chem.Mol(ranked[0]["rd_mol"])
    result.RemoveAllConformers()
    for item in ranked:
        mol = item["rd_mol"]
        if [a.GetAtomicNum() for a in mol.GetAtoms()] != [a.GetAtomicNum() for a in result.GetAtoms()]:
            raise ValueError("its conformers list their atoms in different orders")
        conformer = Chem.Conformer(mol.GetConformer())
        conformer.SetDoubleProp("weight", float(item.get("boltzmannweight", 1.0)))
        result.AddConformer(conformer, assignId=True)
    return result
