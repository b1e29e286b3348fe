"""The properties of conformers: rank and its reason, energy, and method."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

import numpy as np
from rdkit import Chem

from molgen.chem.molecules.force_field import Energies
from molgen.conformers.config import GenerateConfig

Order = Literal["coverage", "energy", "weight"]
_REASONS: Mapping[Order, tuple[str, str]] = {
    "coverage": (
        "coverage: medoid of the samples",
        "coverage: nearest to most of what those before leave out",
    ),
    "energy": ("energy: the lowest", "energy: the next lowest"),
    "weight": ("weight: the largest", "weight: the next largest"),
}


def annotate(
    mol: Chem.Mol,
    order: Order,
    energies: Energies,
    template: np.ndarray,
    method: str,
    sources: Sequence[str] = (),
) -> None:
    """Set the properties of the conformers of a molecule, which are in rank order.

    Args:
        mol: with k conformers; changed in place.
        order: what ranks them.
        energies: [k], kcal/mol, in that order.
        template: int [k], the template conformer that each was made of.
        method: how the template conformers were embedded.
        sources: where the torsions of each are from, if that is known.
    """
    lowest = np.nanmin(energies.values, initial=np.inf)
    for index, conformer in enumerate(mol.GetConformers()):
        conformer.SetIntProp("molgen_rank", index + 1)
        conformer.SetProp("molgen_rank_reason", _REASONS[order][index > 0])
        conformer.SetDoubleProp("molgen_energy", float(energies.values[index] - lowest))
        conformer.SetDoubleProp("molgen_absolute_energy", float(energies.values[index]))
        conformer.SetProp("molgen_energy_method", energies.method)
        conformer.SetIntProp("molgen_template", int(template[index]))
        conformer.SetProp("molgen_method", method)
        if sources:
            conformer.SetProp("molgen_torsions", sources[index])


def explanation(config: GenerateConfig) -> tuple[str, ...]:
    """What the order and the energies of the conformers mean, one sentence or two each."""
    return _order_explained(config), _energies_explained(config)


def _order_explained(config: GenerateConfig) -> str:
    if config.boltzmann is not None:
        return f"Order: by Boltzmann weight at {config.boltzmann:g} K, the heaviest first."
    if config.sort == "energy":
        return "Order: by energy, the lowest first."
    return (
        "Order: by coverage, so that the first k are the best k: the first is the medoid of the samples, each next one "
        "is nearest to most of what those before leave out. By energy: --sort energy."
    )


def _energies_explained(config: GenerateConfig) -> str:
    text = "Energies: above the lowest conformer that is written; molgen_absolute_energy has the field's own."
    if config.minimize_with != "none" or config.boltzmann is not None:
        return text
    if not config.in_vacuum:
        text += (
            " They have the charges in a dielectric of 2, as in a pocket, or none where there are some of both signs;"
            " with --sort energy or --environment gas-phase they are those in vacuum."
        )
    return f"{text} The conformers are not at minima, and several may lead to one: --unique minima keeps one of each."
