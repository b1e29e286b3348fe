"""The numbers of a pose as texts: a row of a table, and what is shown when it is chosen."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

from molgen.chem.proteins.structure import Residue
from molgen.docking.records import Pose
from molgen.metrics.interactions import TITLES, Interaction
from molgen.metrics.interactions.texts import partners_text
from molgen.reports.content import Table

_BURIED = 0.05
"""Share of a surface that water reaches, below which an atom counts as buried."""


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
        **({"like reference": f"{100 * alike:.0f} %"} if (alike := pose.interaction_similarity) is not None else {}),
        "strain / kcal/mol": f"{pose.strain:.1f}" if math.isfinite(pose.strain) else "unknown",
        "hydrogen bonds": partners_text(pose.interactions, "hbond"),
        "valid": "yes" if pose.valid else f"no: {spelled(pose.failed)}",
        **({"pocket": pose.pocket} if several else {}),
    }


def interaction_table(pose: Pose) -> Table | None:
    """The interactions of a pose, one row each; None for none."""
    return contact_table(pose.interactions)


def contact_table(interactions: Sequence[Interaction]) -> Table | None:
    """Interactions, one row each; None for none."""
    rows = [_interaction_row(interaction) for interaction in interactions]
    return Table(("interaction", "residue", "atoms", "distance / Å", "angle / °"), rows) if rows else None


def _interaction_row(interaction: Interaction) -> tuple[str, ...]:
    role = {"donor": "ligand gives", "acceptor": "ligand takes", "": ""}.get(interaction.role, interaction.role)
    over = f"over {interaction.water}" if interaction.water else ""
    remarks = ", ".join(filter(None, (role, over, "proton assumed" if interaction.assumed else "")))
    kind = TITLES[interaction.kind] + (f" ({remarks})" if remarks else "")
    angle = "" if interaction.angle is None else f"{math.degrees(interaction.angle):.0f}"
    return kind, interaction.label, " ".join(interaction.receptor_names), f"{interaction.distance:.2f}", angle


def pose_details(pose: Pose, near: Sequence[Residue]) -> dict[str, str]:
    """Energy terms, checks and the residues around a pose, as name -> text."""
    terms = ", ".join(f"{name.replace('_', ' ')} {round(value, 2) + 0.0:.2f}" for name, value in pose.terms.items())
    passed = f"{sum(pose.checks.values())} of {len(pose.checks)} passed"
    failed = f"; failed: {spelled(pose.failed)}" if pose.failed else ""
    return {
        "with the receptor": f"{pose.intermolecular:.2f} kcal/mol ({terms})",
        "within the ligand": f"{pose.intramolecular:.2f} kcal/mol",
        "torsions unlike crystals": f"{pose.torsional:.2f} kcal/mol",
        "checks": passed + failed,
        "without a partner": _unsatisfied(pose) or "no polar atom",
        **({"moved side chains": moved_text(pose)} if pose.moved else {}),
        "residues within 5 Å": ", ".join(residue.label for residue in near) or "none",
    }


def moved_text(pose: Pose) -> str:
    """The residues whose side chains are elsewhere, and what that costs."""
    return f"{', '.join(pose.moved)} ({pose.packing_energy:+.1f} kcal/mol)"


def _unsatisfied(pose: Pose) -> str:
    roles = [f"{'buried' if atom.exposure < _BURIED else 'exposed'} {atom.role}" for atom in pose.unsatisfied]
    return ", ".join(role if count == 1 else f"{count} {role}s" for role, count in Counter(roles).items())


def spelled(checks: Sequence[str]) -> str:
    """Names of checks as words."""
    return ", ".join(name.replace("_", " ") for name in checks)
