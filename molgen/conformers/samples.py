"""Samples of a molecule: template conformers, torsions sampled over them, and the strain of the result."""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np
import torch
from rdkit import Chem
from torch import Tensor

from molgen.chem.features.molecule_features import heavy_atoms, molecule_graph
from molgen.chem.features.molecule_graph import MoleculeGraph
from molgen.chem.molecules.embedding import Templates
from molgen.chem.molecules.force_field import Energies
from molgen.conformers.batching.flow import FlowRequest, flow_together
from molgen.conformers.batching.meeting import asked
from molgen.conformers.config import GenerateConfig
from molgen.conformers.force_field import ConformerField
from molgen.conformers.restraints import restraints_of
from molgen.conformers.templates.cis_amides import turn_amides
from molgen.conformers.templates.counts import (
    embedded_count,
    is_simple,
    rings_make_the_shape,
    sample_count,
    template_count,
    varied_count,
)
from molgen.conformers.templates.driven_rings import drive_rings
from molgen.conformers.templates.embedding import (
    LARGE_RING,
    largest_flexible_ring,
    set_torsions,
    template_conformers,
)
from molgen.conformers.templates.grafting import substituted_rings
from molgen.conformers.templates.restrained import restrained_templates
from molgen.conformers.templates.ring_amides import planarize_ring_amides
from molgen.conformers.templates.variants import vary_rings
from molgen.conformers.torsion_library import recall_torsions, resolve_library
from molgen.former_names import takes_former_names
from molgen.geometry.torsions import dihedral_angles
from molgen.models.torsion_flow.model import TorsionModel
from molgen.models.torsion_flow.sample import time_grid
from molgen.runtime.devices import device_of
from molgen.sampling import low_discrepancy
from molgen.sampling.guards import MoleculeWarning, finite_or
from molgen.sampling.named import check_score

FLOW_STEPS, SIMPLE_STEPS, DIFFUSION_STEPS = 3, 2, 5
"""Default steps: those after which recall no longer gets better, or minimization makes up for it. The
second is for a flow of one or two torsions."""
EXTRA_STEPS = 60
EXTRA_ROUNDS = 2


@dataclass(frozen=True)
class Samples:
    """Samples of one molecule, before candidates are made of them.

    Attributes:
        mol: the molecule with explicit hydrogens, without conformers.
        positions: float64 [P, atoms, 3], Angstrom.
        energies: strain of each, kcal/mol.
        template: int [P], the template conformer under each sample.
        method: how the template conformers were embedded.
        field: the energies of the molecule.
        sources: where the torsions of each are from: "model", or "library" with the names of its molecules; empty where
            nothing says.
    """

    mol: Chem.Mol
    positions: np.ndarray
    energies: Energies
    template: np.ndarray
    method: str
    field: ConformerField
    sources: tuple[str, ...] = ()


@dataclass(frozen=True)
class Prepared:
    """A molecule prepared for sampling, without further work of RDKit.

    Attributes:
        field: the energies of the molecule.
        record: its heavy-atom graph.
        templates: float64 [k, atoms, 3], template conformers, Angstrom.
        method: how they were embedded.
    """

    field: ConformerField
    record: MoleculeGraph
    templates: np.ndarray
    method: str


@dataclass(frozen=True)
class ReadyTemplates:
    """Template conformers of a molecule that another process has made.

    Attributes:
        positions: float64 [k, atoms, 3], Angstrom.
        method: how they were embedded.
        notes: warnings on the way.
    """

    positions: np.ndarray
    method: str
    notes: tuple[str, ...] = ()


@takes_former_names(made="ready")
def sample_conformers(
    mol: Chem.Mol, model: TorsionModel | None, config: GenerateConfig, ready: ReadyTemplates | None = None
) -> Samples:
    """Template conformers, torsions sampled over them, and the strain of the result.

    Args:
        mol: with explicit hydrogens and complete stereo.
        model: samples the torsions; None for uniform ones.
        config: how many, and the steps.
        ready: template conformers made before; None makes them.

    Raises:
        EmbeddingError: there is no template conformer.
    """
    return sample_torsions_over(prepare_templates(mol, config, ready), model, config)


def prepare_templates(mol: Chem.Mol, config: GenerateConfig, ready: ReadyTemplates | None = None) -> Prepared:
    """Template conformers of a molecule with explicit hydrogens and complete stereo; arguments as above.

    Raises:
        EmbeddingError: there is none.
    """
    record = molecule_graph(mol)
    field = ConformerField(mol, restraints_of(mol, config), device_of(config.device))
    if ready is not None:
        for note in ready.notes:
            warnings.warn(note, MoleculeWarning, stacklevel=2)
        return Prepared(field, record, ready.positions, ready.method)
    count = template_count(mol, record.n_torsions, config)
    templates, method = _templates(mol, count, rings_make_the_shape(mol, record.n_torsions), field, config)
    return Prepared(field, record, templates, method)


def sample_torsions_over(prepared: Prepared, model: TorsionModel | None, config: GenerateConfig) -> Samples:
    """Torsions sampled over template conformers, and the strain of the result; arguments as above."""
    field, record, templates = prepared.field, prepared.record, prepared.templates
    mol = field.mol
    ring_bound = rings_make_the_shape(mol, record.n_torsions)
    size = sample_count(record.n_torsions, len(templates), ring_bound, config)
    points = low_discrepancy(size, record.n_torsions + 1, config.seed)
    template = (points[:, -1] * len(templates)).long() if record.n_torsions else torch.arange(size)
    full = torch.from_numpy(templates)
    torsions, sources = (points[:, :-1] * 2 * np.pi - np.pi).double(), ()
    if model is not None and record.n_torsions:
        heavy = full[:, torch.from_numpy(heavy_atoms(mol))][template]
        library = resolve_library(config.torsion_library)
        recalled = recall_torsions(library, mol, record, heavy, config.share_of_library, config.seed)
        start = recalled.over(torsions).float()
        sampled = asked(flow_together, _flow(model, record, heavy.float(), start, config))
        torsions = recalled.over(finite_or(sampled, start, "sampled sets of torsions").double())
        sources = recalled.sources()
    torsions = _with_frozen(torsions, full[template], record, field)
    positions = set_torsions(mol, full[template], torsions, record).numpy()
    positions, energies = with_strain(field, positions, config)
    return Samples(mol, positions, energies, template.numpy(), prepared.method, field, sources)


def _flow(
    model: TorsionModel, record: MoleculeGraph, local: Tensor, start: Tensor, config: GenerateConfig
) -> FlowRequest:
    """Torsions [S, m], radian, to be carried from a start over template conformers [S, n, 3]."""
    is_diffusion = model.config.process == "diffusion"
    check_score(config.sampler, is_diffusion, "a flow of torsions")
    steps = DIFFUSION_STEPS if is_diffusion else SIMPLE_STEPS if is_simple(record.n_torsions) else FLOW_STEPS
    times = time_grid(model, config.steps or steps)
    return FlowRequest(model, record, local, start, times, config.sampler, config.seed)


def _templates(
    mol: Chem.Mol, count: int, ring_bound: bool, field: ConformerField, config: GenerateConfig
) -> tuple[np.ndarray, str]:
    """Template conformers [k, atoms, 3] and how they were made."""
    if config.is_restrained:
        restrained = restrained_templates(mol, count, field, config)
        return restrained.positions, restrained.method
    steps = config.template_steps * (2 if ring_bound else 1)
    rings = substituted_rings(mol) if largest_flexible_ring(mol) < LARGE_RING else []
    wanted = count if config.templates is not None else embedded_count(mol, rings, count, ring_bound)
    embedded = template_conformers(
        mol, wanted, seed=config.seed, steps=steps, timeout=config.embedding_timeout, loose=not ring_bound, field=field
    )
    templates, method = _with_driven_rings(
        mol, embedded, planarize_ring_amides(field, embedded.positions), count, config
    )
    if len(templates) < wanted:
        warnings.warn(
            f"{len(templates)} of {wanted} template conformers were made: rings vary less than they could",
            MoleculeWarning,
            stacklevel=3,
        )
    most = varied_count(rings, count, config)
    templates = vary_rings(field, templates, rings, most, steps=steps, every=ring_bound, seed=config.seed)
    return (turn_amides(field, templates) if config.templates is None else templates), method


def _with_frozen(torsions: Tensor, positions: Tensor, record: MoleculeGraph, field: ConformerField) -> Tensor:
    """Torsions [P, m], radian; those that restraints freeze are as in the template conformers [P, atoms, 3]."""
    restraints = field.restraints
    if restraints is None:
        return torsions
    quadruples = heavy_atoms(field.mol)[record.torsions]
    frozen = [k for k, (_, begin, end, _) in enumerate(quadruples) if restraints.freezes(int(begin), int(end))]
    if not frozen:
        return torsions
    fixed = torsions.clone()
    fixed[:, frozen] = dihedral_angles(positions, torch.from_numpy(quadruples[frozen]))
    return fixed


def _with_driven_rings(
    mol: Chem.Mol, embedded: Templates, positions: np.ndarray, count: int, config: GenerateConfig
) -> tuple[np.ndarray, str]:
    """Template conformers [k, atoms, 3] and how they were made: driven where embedding gave few of a large ring."""
    if len(positions) >= count or largest_flexible_ring(mol) < LARGE_RING:
        return positions, embedded.method
    driven = drive_rings(mol, positions, count - len(positions), seed=config.seed, timeout=config.embedding_timeout / 3)
    if not len(driven):
        return positions, embedded.method
    return np.concatenate([positions, driven]), f"{embedded.method}, {len(driven)} more by driving ring torsions"


def with_strain(field: ConformerField, positions: np.ndarray, config: GenerateConfig) -> tuple[np.ndarray, Energies]:
    """Samples after a few steps of MMFF94s, and their strain.

    Where fewer than a quarter are within the energy window, which happens with 50 and more atoms, the strain left in
    bonds and angles is what keeps the others out: the next lowest ones get more steps.

    Args:
        field: of the molecule.
        positions: [P, atoms, 3], Angstrom.
        config: the steps and the energy window.
    """
    positions, energies = field.minimize(positions, config.strain_steps, electrostatics=False)
    values = energies.values.copy()
    wanted = -(-len(values) // 4)
    for _ in range(EXTRA_ROUNDS if config.strain_steps else 0):
        inside = int((values <= np.nanmin(values, initial=np.inf) + config.energy_window).sum())
        if inside >= wanted:
            break
        next_lowest = np.argsort(values, kind="stable")[inside : inside + wanted]
        moved, lower = field.minimize(positions[next_lowest], EXTRA_STEPS, electrostatics=False)
        positions[next_lowest], values[next_lowest] = moved, lower.values
    return positions, Energies(values, energies.method)
