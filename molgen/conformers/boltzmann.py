"""Samples of the flow, weighted to be a Boltzmann ensemble over the torsions of fixed template conformers."""

from __future__ import annotations

import numpy as np
import torch
from rdkit import Chem

from molgen.chem.features.molecule_features import heavy_atoms, molecule_graph
from molgen.chem.molecules.force_field import Energies, minimize_conformers
from molgen.chem.molecules.positions import with_conformers
from molgen.conformers.config import GenerateConfig
from molgen.conformers.selection.annotation import annotate
from molgen.conformers.templates.counts import template_count
from molgen.conformers.templates.embedding import set_torsions, template_conformers
from molgen.errors import EmbeddingError
from molgen.graphs.batch import batch_graphs
from molgen.models.torsion_flow.likelihood import sample_with_likelihood
from molgen.models.torsion_flow.model import TorsionModel
from molgen.sampling import low_discrepancy

GAS_CONSTANT = 0.0019872041
"""kcal / (mol K)."""
PROPOSAL_TIME = 0.1
"""Time at which the flow is stopped: samples are then 18 degrees wider than the minima it was trained on."""
PROPOSAL_STEPS = 8


def boltzmann_ensemble(mol: Chem.Mol, model: TorsionModel | None, config: GenerateConfig) -> Chem.Mol:
    """``config.n`` conformers with weights w ~ exp(-E / RT) / q, heaviest first.

    All of them are quasi-random samples of the flow, before any selection, and none is left out: a weighted mean over
    them estimates the mean over torsions and template conformers at ``config.boltzmann`` kelvin. E is the MMFF94s
    energy in vacuum, electrostatics included, of the template conformer with its torsions set and nothing minimized,
    since the density q is known for exactly these coordinates. Bonds, angles, rings and the turns of OH and CH3 groups
    do not move, so that these are not free energies of the molecule.

    The flow is followed from t = 1 to 0.1, whose density is as well known and wide enough to cover the wells; at t = 0
    it is narrower than a Boltzmann distribution at room temperature.

    Args:
        mol: with explicit hydrogens and complete stereo.
        model: a flow or a diffusion; None for uniform torsions.
        config: with ``boltzmann`` set.

    Returns:
        the molecule; each conformer carries `molgen_weight` (they add up to 1), `molgen_log_likelihood` (log q of the
        torsions, radian^-m), `molgen_effective_samples` (1 / sum w^2, the number of equally weighted samples that are
        worth as much; after Kong 1992), and those of every conformer, see
        :func:`molgen.generate_conformers`.

    Raises:
        EmbeddingError: the force field lacks parameters.
    """
    assert config.boltzmann is not None
    record = molecule_graph(mol)
    embedded = template_conformers(
        mol,
        template_count(mol, record.n_torsions, config),
        seed=config.seed,
        steps=config.template_steps,
        timeout=config.embedding_timeout,
    )
    full = torch.from_numpy(embedded.positions)
    points = low_discrepancy(config.n, record.n_torsions + 1, config.seed)
    template = (points[:, -1] * len(full)).long()
    torsions = (points[:, :-1] * 2 * np.pi - np.pi).float()
    likelihood = torch.full((config.n,), -record.n_torsions * float(np.log(2 * np.pi)))
    if model is not None and record.n_torsions:
        local = full[:, torch.from_numpy(heavy_atoms(mol))][template].float()
        graph, local, begin = batch_graphs([record]).to(model.device), local.to(model.device), torsions.to(model.device)
        sampled = sample_with_likelihood(model, graph, local, begin, time=PROPOSAL_TIME, steps=PROPOSAL_STEPS)
        torsions, likelihood = (value.cpu() for value in sampled)
    positions = set_torsions(mol, full[template], torsions.double(), record).numpy()
    _, energies = minimize_conformers(with_conformers(mol, positions), 0)
    if not np.isfinite(energies.values).any():
        raise EmbeddingError("no Boltzmann weights: the force field has no parameters for this molecule")
    weights = boltzmann_weights(energies.values, likelihood.double().numpy(), config.boltzmann)
    order = np.argsort(-weights, kind="stable")
    result = with_conformers(mol, positions[order])
    ranked = Energies(energies.values[order], energies.method)
    annotate(result, "weight", ranked, template.numpy()[order], embedded.method)
    for conformer, index in zip(result.GetConformers(), order, strict=True):
        conformer.SetDoubleProp("molgen_weight", float(weights[index]))
        conformer.SetDoubleProp("molgen_log_likelihood", float(likelihood[index]))
        conformer.SetDoubleProp("molgen_effective_samples", effective_samples(weights))
    return result


def boltzmann_weights(energies: np.ndarray, log_likelihood: np.ndarray, temperature: float) -> np.ndarray:
    """Self-normalized importance weights [S] that add up to 1; 0 where the energy is unknown.

    Args:
        energies: [S], kcal/mol.
        log_likelihood: [S], log of the density that the samples were drawn from.
        temperature: kelvin.
    """
    log_weight = np.where(np.isfinite(energies), -energies / (GAS_CONSTANT * temperature) - log_likelihood, -np.inf)
    weights = np.exp(log_weight - log_weight.max())
    return weights / weights.sum()


def effective_samples(weights: np.ndarray) -> float:
    """1 / sum w^2 of weights that add up to 1: from 1 (one sample decides) to their number (all count the same)."""
    return float(1.0 / np.square(weights).sum())
