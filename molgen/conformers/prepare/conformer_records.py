"""From a molecule to its record in a prepared set: conformers embedded, matched, found or drawn, and their weights."""

from __future__ import annotations

import numpy as np
from rdkit import Chem

from molgen.chem.features.molecule_features import heavy_atoms, molecule_graph
from molgen.chem.features.molecule_graph import MoleculeGraph
from molgen.chem.molecules.embedding import embed_templates
from molgen.chem.molecules.standardize import prepare_molecule
from molgen.chem.molecules.stereo import enumerate_stereo
from molgen.chem.molecules.xtb import minimize_xtb
from molgen.conformers.force_field import ConformerField
from molgen.conformers.prepare.config import PrepareConfig
from molgen.conformers.prepare.gas_phase import gas_phase_conformers
from molgen.conformers.prepare.matching import match_reference, reference_positions
from molgen.conformers.prepare.merging import merged
from molgen.conformers.prepare.resample import resampled_conformers
from molgen.datasets.records.conformers import ConformerRecord
from molgen.errors import MolgenError
from molgen.metrics.symmetry import automorphisms

KT_298 = 0.592484
"""k T at 298.15 K in kcal/mol."""
MAX_PERMUTATIONS = 32


def conformer_record(mol: Chem.Mol, config: PrepareConfig) -> ConformerRecord:
    """One molecule -> its graph and conformers.

    Raises:
        MolgenError: the molecule is outside what molgen handles, or nothing could be embedded or matched.
    """
    full = prepare_molecule(mol, max_heavy_atoms=config.max_heavy_atoms)
    if config.kind != "reference":
        full = enumerate_stereo(full, "one")[0][0]
    graph = molecule_graph(full)
    symmetry = automorphisms(full, MAX_PERMUTATIONS).permutations
    if config.kind == "resampled":
        drawn, weights = resampled_conformers(full, config.resample, config.conformers, seed=config.seed)
        return _record(graph, drawn[:, heavy_atoms(full)], weights, symmetry)
    relaxed, energies = _conformers(full, config)
    positions = relaxed[:, heavy_atoms(full)]
    weights = np.ones(len(positions))
    if config.kind == "reference":
        positions, weights = _matched(mol, full, positions, config)
    elif config.boltzmann and np.isfinite(energies).all():
        weights = np.exp(-(energies - energies.min()) / KT_298)
    if config.kind != "reference" and config.merge:
        positions, weights = merged(positions, weights, symmetry, config.merge, add=not config.boltzmann)
    return _record(graph, positions, weights, symmetry)


def _record(graph: MoleculeGraph, positions: np.ndarray, weights: np.ndarray, symmetry: np.ndarray) -> ConformerRecord:
    positions = positions - positions.mean(1, keepdims=True)
    return ConformerRecord(graph, positions.astype(np.float16), weights.astype(np.float16), symmetry.astype(np.uint8))


def _conformers(mol: Chem.Mol, config: PrepareConfig) -> tuple[np.ndarray, np.ndarray]:
    """Positions [k, atoms, 3] and energies [k], kcal/mol."""
    if config.kind == "gas-phase":
        return gas_phase_conformers(mol, config.gas_phase, config.conformers, seed=config.seed, solvent=config.solvent)
    templates = embed_templates(mol, config.conformers, seed=config.seed, timeout=30.0)
    field = ConformerField(mol)
    relaxed, energies = field.minimize(
        templates.positions, config.relax_iterations, electrostatics=config.electrostatics
    )
    if config.relax != "mmff":
        relaxed, energies = minimize_xtb(mol, relaxed, config.relax, config.relax_iterations, config.solvent)
    return relaxed, energies.values


def _matched(
    reference: Chem.Mol, mol: Chem.Mol, templates: np.ndarray, config: PrepareConfig
) -> tuple[np.ndarray, np.ndarray]:
    """Positions [k, n, 3] of templates turned on to the references, and weights [k]: a reference shares its own."""
    graph = molecule_graph(mol)
    kept, weights = [], []
    for conformer, weight in zip(reference.GetConformers(), _reference_weights(reference), strict=True):
        own = reference_positions(reference, mol, conformer.GetId())
        if own is None:
            raise MolgenError("the atoms of the reference structure do not map onto the molecule")
        near = [m.positions for m in match_reference(own, templates, graph) if m.rmsd <= config.match_tolerance]
        chosen = near[: config.matches] or [own]
        kept += chosen
        weights += [weight / len(chosen)] * len(chosen)
    return np.array(kept), np.array(weights)


def _reference_weights(mol: Chem.Mol) -> np.ndarray:
    """Boltzmann weights carried by the conformers (GEOM), or ones."""
    given = [c.GetDoubleProp("weight") if c.HasProp("weight") else 1.0 for c in mol.GetConformers()]
    return np.array(given)
