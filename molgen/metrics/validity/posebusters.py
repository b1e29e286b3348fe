"""The PoseBusters package itself, on conformers and structures of molgen."""

from __future__ import annotations

import gzip
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import rdkit
from numpy.typing import NDArray
from rdkit import Chem

from molgen.chem.proteins.structure import Protein, Residue
from molgen.errors import ConfigError, InputError

_MISSING = "PoseBusters is not installed: pip install molgen[eval]"
_CUT = 10.0  # Angstrom; the checks look at most 6 A away from a pose


def posebusters_checks(
    mol: Chem.Mol,
    receptor: str | Path | Protein | None = None,
    reference: Chem.Mol | None = None,
    config: str | None = None,
) -> list[dict[str, bool]]:
    """Report of PoseBusters (Buttenschoen et al., Chem. Sci. 15, 3130, 2024) on every conformer of ``mol``.

    Only the receptor around the poses is handed over, which changes no check and saves most of the time.

    Args:
        mol: the ligand, its conformers are the poses, Angstrom.
        receptor: a PDB file (.gz too), whose HETATM records are the cofactors, or a structure, whose polymer residues
            are the protein; None checks the molecule alone.
        reference: the ligand in its true pose, for the configurations "redock" and "redock_fast".
        config: "dock", "redock", "mol", or these with "_fast", which leaves out the energy; by default "dock" with a
            receptor and "mol" without.

    Returns:
        One record per conformer: check -> passed, without the checks that PoseBusters could not run (the energy of an
        element that UFF does not know).

    Raises:
        ConfigError: the package is not installed.
        InputError: the receptor cannot be read or is empty.
        ValueError: the configuration needs a reference or a receptor that is not given, or is none of these.
    """
    config = config or ("mol" if receptor is None else "dock")
    if config.removesuffix("_fast") not in ("dock", "redock", "mol"):
        raise ValueError(f"expected dock, redock or mol, or these with _fast, got {config}")
    if config.startswith("redock") and reference is None:
        raise ValueError(f"{config} compares with a reference")
    if receptor is None and not config.startswith("mol"):
        raise ValueError(f"{config} needs a receptor")
    bust = _posebusters(config)
    poses = [_alone(mol, conformer.GetId()) for conformer in mol.GetConformers()]
    if not poses:
        return []
    if rdkit.log_handler.stream.closed:  # PoseBusters leaves standard error as it was there, in a test one of that test
        rdkit.log_handler.stream = sys.stderr
    report = bust.bust(poses, reference, _around(receptor, poses))
    return [_verdicts(row) for row in report.to_dict("records")]


def _alone(mol: Chem.Mol, conformer: int) -> Chem.Mol:
    """One conformer, under the number 0: PoseBusters has no energy for any other."""
    pose = Chem.Mol(mol, False, conformer)
    pose.GetConformer().SetId(0)
    return pose


def _around(receptor: str | Path | Protein | None, poses: list[Chem.Mol]) -> Chem.Mol | None:
    if receptor is None:
        return None
    whole = _structure_mol(receptor) if isinstance(receptor, Protein) else _read_pdb(Path(receptor))
    return _near(whole, np.concatenate([pose.GetConformer().GetPositions() for pose in poses]))


def _verdicts(row: dict[str, Any]) -> dict[str, bool]:
    return {str(name): bool(value) for name, value in row.items() if isinstance(value, bool | np.bool_)}


def check_posebusters() -> None:
    """Raises ConfigError when PoseBusters is not installed; before long work, so that it is not in vain."""
    if find_spec("posebusters") is None:
        raise ConfigError(_MISSING)


def _posebusters(config: str) -> Any:
    try:
        from posebusters import PoseBusters
    except ImportError as error:
        raise ConfigError(_MISSING) from error
    return PoseBusters(config=config, max_workers=0)


def _read_pdb(path: Path) -> Chem.Mol:
    try:
        data = path.read_bytes()
        text = (gzip.decompress(data) if path.suffix == ".gz" else data).decode("utf-8", errors="replace")
    except OSError as error:
        raise InputError(f"cannot read the receptor: {error.strerror or error}", source=path) from error
    mol = Chem.MolFromPDBBlock(text, sanitize=False, removeHs=False, proximityBonding=False)
    if mol is None or mol.GetNumAtoms() == 0:
        raise InputError("no atoms of a PDB file", source=path)
    return mol


def _structure_mol(protein: Protein) -> Chem.Mol:
    """Atoms without bonds that carry what PoseBusters sorts them by; HOH stands for every kind of water."""
    if len(protein) == 0:
        raise InputError("the receptor has no atoms", source=protein.source or None)
    mol = Chem.RWMol()
    for index, (name, element) in enumerate(zip(protein.atom_names, protein.elements.tolist(), strict=True)):
        atom = Chem.Atom(element)
        atom.SetMonomerInfo(_monomer(protein.residues[protein.residue_index[index]], name, index))
        mol.AddAtom(atom)
    conformer = Chem.Conformer(len(protein))
    conformer.SetPositions(np.ascontiguousarray(protein.positions, dtype=np.float64))
    mol.AddConformer(conformer)
    return mol.GetMol()


def _monomer(residue: Residue, name: str, index: int) -> Chem.AtomPDBResidueInfo:
    return Chem.AtomPDBResidueInfo(
        name,
        serialNumber=index + 1,
        residueName="HOH" if residue.kind == "water" else residue.name,
        residueNumber=residue.number,
        chainId=residue.chain,
        insertionCode=residue.insertion,
        isHeteroAtom=residue.kind != "polymer",
    )


def _near(receptor: Chem.Mol, points: NDArray[np.float64]) -> Chem.Mol:
    """The receptor in the box around the poses, or its atom nearest to their center if there is nothing."""
    positions = receptor.GetConformer().GetPositions()
    kept = ((positions >= points.min(axis=0) - _CUT) & (positions <= points.max(axis=0) + _CUT)).all(axis=1)
    kept[np.linalg.norm(positions - points.mean(axis=0), axis=1).argmin()] = True
    cut = Chem.RWMol(receptor)
    cut.BeginBatchEdit()
    for index in np.flatnonzero(~kept).tolist():
        cut.RemoveAtom(index)
    cut.CommitBatchEdit()
    return cut.GetMol()
