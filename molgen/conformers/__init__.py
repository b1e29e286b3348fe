"""The conformer task: template conformers, samples of their torsions, candidates, and the selection of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from molgen.lazy_exports import lazy_exports

if TYPE_CHECKING:
    from molgen.conformers.boltzmann import boltzmann_ensemble, boltzmann_weights, effective_samples
    from molgen.conformers.config import GenerateConfig
    from molgen.conformers.ensemble import ConformerMol
    from molgen.conformers.force_field import ConformerField
    from molgen.conformers.generate import Outcome, conformers_of, generate_conformers, generate_many
    from molgen.conformers.samples import Samples, sample_conformers
    from molgen.conformers.selection.candidates import Candidates, make_candidates
    from molgen.conformers.selection.select import select_conformers
    from molgen.conformers.templates.embedding import set_torsions, template_conformers

__all__ = [
    "Candidates",
    "ConformerField",
    "ConformerMol",
    "GenerateConfig",
    "Outcome",
    "Samples",
    "boltzmann_ensemble",
    "boltzmann_weights",
    "conformers_of",
    "effective_samples",
    "generate_conformers",
    "generate_many",
    "make_candidates",
    "sample_conformers",
    "select_conformers",
    "set_torsions",
    "template_conformers",
]

__getattr__, __dir__ = lazy_exports(
    __name__,
    {
        ".boltzmann": ("boltzmann_ensemble", "boltzmann_weights", "effective_samples"),
        ".selection.candidates": ("Candidates", "make_candidates"),
        ".config": ("GenerateConfig",),
        ".ensemble": ("ConformerMol",),
        ".force_field": ("ConformerField",),
        ".generate": ("Outcome", "conformers_of", "generate_conformers", "generate_many"),
        ".samples": ("Samples", "sample_conformers"),
        ".selection.select": ("select_conformers",),
        ".templates.embedding": ("set_torsions", "template_conformers"),
    },
)
