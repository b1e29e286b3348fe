"""Interactions as records for JSON and as short texts for tables and SD files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
from rdkit import Chem

from molgen.metrics.interactions.records import Interaction, Kind, UnsatisfiedAtom


def interaction_record(interaction: Interaction) -> dict[str, Any]:
    """Ready for JSON: indices of atoms count from 0 and hydrogens in; distance in Angstrom, angle in degrees."""
    return {
        "kind": interaction.kind,
        "key": interaction.key,
        "residue": interaction.residue.label,
        "role": interaction.role or None,
        "ligand_atoms": list(interaction.ligand_atoms),
        "receptor_atoms": list(interaction.receptor_names),
        "distance": round(interaction.distance, 3),
        "angle_degrees": None if interaction.angle is None else round(float(np.rad2deg(interaction.angle)), 1),
        "water": interaction.water or None,
        "proton_assumed": interaction.assumed,
    }


def unsatisfied_record(atom: UnsatisfiedAtom) -> dict[str, Any]:
    """Ready for JSON."""
    return {"atom": atom.atom, "role": atom.role, "exposure": round(atom.exposure, 3)}


def interaction_text(interactions: Sequence[Interaction]) -> str:
    """`hbond:A:ILE:9 3.05; ...`, each with its distance in Angstrom; "none" for none."""
    return "; ".join(f"{interaction.key} {interaction.distance:.2f}" for interaction in interactions) or "none"


def partners_text(interactions: Sequence[Interaction], kind: Kind) -> str:
    """The residues of one kind of interaction, with how many where there are several: `Ile9 A, Glu32 A (2)`."""
    counts = Counter(interaction.label for interaction in interactions if interaction.kind == kind)
    return ", ".join(label if count == 1 else f"{label} ({count})" for label, count in counts.items())


def unsatisfied_text(mol: Chem.Mol, atoms: Sequence[UnsatisfiedAtom]) -> str:
    """`N4 acceptor 0.00; ...`: element and number of the atom (from 1), role, exposure; "none" for none."""
    named = (
        f"{mol.GetAtomWithIdx(atom.atom).GetSymbol()}{atom.atom + 1} {atom.role} {atom.exposure:.2f}" for atom in atoms
    )
    return "; ".join(named) or "none"
