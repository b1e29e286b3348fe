"""Docking results as SD records and as a JSON summary."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from rdkit import Chem

from molgen.chem.features.molecule_features import without_hydrogens
from molgen.chem.molecules.writing import SdfRecord
from molgen.chem.proteins.structure import Pocket
from molgen.docking.records import DockingResult, Pose
from molgen.metrics.interactions.texts import (
    interaction_record,
    interaction_text,
    unsatisfied_record,
    unsatisfied_text,
)
from molgen.version import __version__


def sdf_records(result: DockingResult, name: str) -> Iterator[SdfRecord]:
    """One record per pose, in rank order."""
    for pose in result.poses:
        yield SdfRecord(result.mol_of(pose), pose.conformer, name, pose_properties(result, pose))


def pose_properties(result: DockingResult, pose: Pose) -> dict[str, object]:
    """The data fields of a pose."""
    optional: dict[str, object] = {} if pose.rmsd is None else {"molgen_rmsd": pose.rmsd}
    if pose.interaction_similarity is not None:
        optional["molgen_interaction_similarity"] = round(pose.interaction_similarity, 4)
    if result.variants:
        optional["molgen_variant"] = pose.variant + 1
    confidence: dict[str, object] = {} if pose.confidence is None else {"molgen_confidence": round(pose.confidence, 4)}
    return {
        "molgen_rank": pose.rank,
        **confidence,
        "molgen_score": pose.score,
        "molgen_intermolecular": pose.intermolecular,
        "molgen_intramolecular": pose.intramolecular,
        "molgen_torsional": pose.torsional,
        **{f"molgen_{name}": value for name, value in pose.terms.items()},
        "molgen_strain": pose.strain if math.isfinite(pose.strain) else "unknown",
        "molgen_valid": "yes" if pose.valid else "no",
        "molgen_failed_checks": ", ".join(pose.failed) or "none",
        **optional,
        **_bond_field(result, pose),
        **_packing_fields(result, pose),
        **_known_fields(pose),
        "molgen_interactions": interaction_text(pose.interactions),
        "molgen_unsatisfied": unsatisfied_text(result.mol_of(pose), pose.unsatisfied),
        "molgen_pocket": pose.pocket,
        "molgen_effort": result.config.effort,
        "molgen_seed": result.config.seed,
        "molgen_version": __version__,
    }


def summary(result: DockingResult, name: str) -> dict[str, Any]:
    """What happened to one ligand, ready for JSON (no nan)."""
    return {
        "name": name,
        "poses": [_plain(result, pose) for pose in result.poses],
        "pockets": [pocket_record(pocket) for pocket in result.pockets],
        "kept": list(result.kept),
        "dropped": list(result.dropped),
        "variants": [Chem.MolToSmiles(without_hydrogens(mol)) for mol in result.variants or (result.mol,)],
        "covalent_bond": None if result.bond is None else result.bond.record(result.mol),
        "notes": list(result.notes),
        "seconds": round(result.seconds, 2),
        "effort": result.config.effort,
        "seed": result.config.seed,
        "version": __version__,
    }


def pocket_record(pocket: Pocket) -> dict[str, Any]:
    """Name, center and size of a pocket, ready for JSON."""
    return {
        "name": pocket.name,
        "center": [round(x, 3) for x in pocket.center.tolist()],
        "size": [round(x, 3) for x in pocket.size.tolist()],
    }


def _packing_fields(result: DockingResult, pose: Pose) -> dict[str, object]:
    """The residues that have moved, where residues may."""
    if result.config.flex == "none":
        return {}
    return {
        "molgen_moved_residues": ", ".join(pose.moved) or "none",
        "molgen_packing_energy": round(pose.packing_energy, 4),
    }


def _known_fields(pose: Pose) -> dict[str, object]:
    """The known ligand that the pose overlaps most, where known ligands count."""
    if pose.known_ligand is None or pose.known_overlap is None:
        return {}
    return {"molgen_known_ligand": pose.known_ligand, "molgen_known_overlap": round(pose.known_overlap, 4)}


def _bond_field(result: DockingResult, pose: Pose) -> dict[str, object]:
    """The bond to the receptor, where there is one."""
    if result.bond is None:
        return {}
    return {"molgen_covalent_bond": result.bond.text(result.mol_of(pose), pose.bond_length)}


def _plain(result: DockingResult, pose: Pose) -> dict[str, Any]:
    return {
        "rank": pose.rank,
        "confidence": _rounded_or_none(pose.confidence),
        "score": _rounded(pose.score),
        "intermolecular": _rounded(pose.intermolecular),
        "intramolecular": _rounded(pose.intramolecular),
        "torsional": _rounded(pose.torsional),
        "terms": {name: _rounded(value) for name, value in pose.terms.items()},
        "strain": _rounded(pose.strain),
        "valid": pose.valid,
        "failed_checks": list(pose.failed),
        "rmsd": _rounded_or_none(pose.rmsd),
        "pocket": pose.pocket,
        **{name.removeprefix("molgen_"): text for name, text in _bond_field(result, pose).items()},
        "moved": list(pose.moved),
        "packing_energy": _rounded(pose.packing_energy),
        "variant": pose.variant + 1,
        "known_ligand": pose.known_ligand,
        "known_overlap": _rounded_or_none(pose.known_overlap),
        "interactions": [interaction_record(entry) for entry in pose.interactions],
        "unsatisfied": [unsatisfied_record(entry) for entry in pose.unsatisfied],
        "interaction_similarity": _rounded_or_none(pose.interaction_similarity),
    }


def _rounded_or_none(value: float | None) -> float | None:
    return None if value is None else _rounded(value)


def _rounded(value: float) -> float | None:
    return round(value, 4) if math.isfinite(value) else None
