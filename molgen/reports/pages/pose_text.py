"""The numbers of a pose as texts: a row of a table, and what is shown when it is chosen."""

from __future__ import annotations

import math
from collections.abc import Sequence

from molgen.chem.proteins.structure import Residue
from molgen.docking.records import Pose


def pose_row(pose: Pose, *, compared: bool, sure: bool, several: bool) -> dict[str, str]:
    """Title -> text of the cells.

    Args:
        compared: there is a reference, so that RMSDs are known.
        sure: a model has told its confidence.
        several: the poses lie in several pockets.
    """
    return {
        "rank": str(pose.rank),
        "score / kcal/mol": f"{pose.score:.2f}",
        **({"confidence": "" if pose.confidence is None else f"{100 * pose.confidence:.0f} %"} if sure else {}),
        **({"RMSD / Å": "" if pose.rmsd is None else f"{pose.rmsd:.2f}"} if compared else {}),
        "strain / kcal/mol": f"{pose.strain:.1f}" if math.isfinite(pose.strain) else "unknown",
        "valid": "yes" if pose.valid else f"no: {spelled(pose.failed)}",
        **({"pocket": pose.pocket} if several else {}),
    }


def pose_details(pose: Pose, near: Sequence[Residue]) -> dict[str, str]:
    """Energy terms, checks and the residues around a pose, as name -> text."""
    terms = ", ".join(f"{name.replace('_', ' ')} {round(value, 2) + 0.0:.2f}" for name, value in pose.terms.items())
    passed = f"{sum(pose.checks.values())} of {len(pose.checks)} passed"
    failed = f"; failed: {spelled(pose.failed)}" if pose.failed else ""
    return {
        "with the receptor": f"{pose.intermolecular:.2f} kcal/mol ({terms})",
        "within the ligand": f"{pose.intramolecular:.2f} kcal/mol",
        "checks": passed + failed,
        "residues within 5 Å": ", ".join(one.label for one in near) or "none",
    }


def spelled(checks: Sequence[str]) -> str:
    """Names of checks as words."""
    return ", ".join(name.replace("_", " ") for name in checks)
