"""Conformers of one molecule: local structures, learned torsions, strain filter, selection."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from numbers import Integral, Real
from pathlib import Path
from typing import Literal

import numpy as np
import torch
from rdkit import Chem

from molgen.chem.features import heavy_atoms, molecule_graph
from molgen.chem.forcefield import Energies, relax
from molgen.chem.parsing import one_line
from molgen.chem.reading import InputRecord, read_molecules
from molgen.chem.standardise import prepare_molecule
from molgen.chem.stereo import enumerate_stereo
from molgen.conformers.checkpoint import load_model
from molgen.conformers.local import largest_flexible_ring, local_structures, set_torsions, with_conformers
from molgen.conformers.model import TorsionModel
from molgen.conformers.sample import sample_torsions, time_grid
from molgen.conformers.select import cover
from molgen.errors import ConfigError, EmbeddingError, MolgenError, ParseError
from molgen.graphs.batch import batch_graphs
from molgen.metrics.rmsd import rmsd_matrix
from molgen.metrics.stereo import stereo_mask
from molgen.metrics.symmetry import automorphisms
from molgen.sampling import low_discrepancy

Model = TorsionModel | Literal["default", "uniform"] | str | Path
MAX_PERMUTATIONS = 64
MAX_SEED = 2**31 - 3
"""RDKit takes 32-bit seeds, and the embedding counts two up."""
_LEAST: dict[str, int | float] = {"n": 1, "steps": 1, "seed": 0, "pool": 1, "templates": 1} | {
    "template_relax": 0,
    "settle": 0,
    "energy_window": 0.0,
    "spacing": 0.0,
    "strain_scale": 1e-3,
    "timeout": 1e-3,
}
LARGE_RING = 9


@dataclass(frozen=True)
class GenerateConfig:
    """How conformers are made and chosen.

    Attributes:
        n: conformers to return, at most.
        seed: same seed and molecule -> same conformers, whatever else is in the batch.
        steps: network evaluations per sample.
        pool: samples to choose from; None: 4 n, fewer for molecules with one or two rotatable bonds.
        templates: local structures; None: 12 for molecules with flexible rings (n when a ring has 9 or more atoms or
            no bond turns), else 6.
        template_relax: MMFF94s steps on each template.
        settle: MMFF94s steps on each sample before its strain is measured.
        energy_window: samples this far above the best one are dropped, kcal/mol (MMFF94s without electrostatics).
        strain_scale: a sample counts exp(-strain / strain_scale) when the chosen ones are to cover the pool, kcal/mol.
        spacing: least symmetric heavy-atom RMSD between two conformers, Angstrom.
        relax: "none", "mmff" (MMFF94s minimisation of the chosen ones) or "gfn2" (GFN2-xTB).
        timeout: seconds for the embedding.
    """

    n: int = 50
    seed: int = 0
    steps: int = 4
    pool: int | None = None
    templates: int | None = None
    template_relax: int = 200
    settle: int = 8
    energy_window: float = 20.0
    strain_scale: float = 4.5
    spacing: float = 0.1
    relax: Literal["none", "mmff", "gfn2"] = "none"
    timeout: float = 60.0

    def __post_init__(self) -> None:
        for name, least in _LEAST.items():
            value = getattr(self, name)
            if value is None and name in ("pool", "templates"):
                continue
            wanted = Real if isinstance(least, float) else Integral
            if not isinstance(value, wanted) or not float(value) >= least:  # nan is not at least anything
                whole = "a whole number of " if wanted is Integral else ""
                raise ConfigError(f"{name} must be {whole}at least {least:g}, not {value}")
        object.__setattr__(self, "seed", int(self.seed))  # RDKit and torch know no numpy integers
        if self.seed > MAX_SEED:
            raise ConfigError(f"seed must be at most {MAX_SEED}, not {self.seed}")
        if self.relax not in ("none", "mmff", "gfn2"):
            raise ConfigError(f'relax must be "none", "mmff" or "gfn2", not "{self.relax}"')


@dataclass(frozen=True)
class Pool:
    """Samples of one molecule before the choice.

    Attributes:
        mol: the molecule with explicit hydrogens, without conformers.
        positions: float64 [P, atoms, 3], Angstrom.
        energies: strain of each, kcal/mol.
        template: int [P], the local structure under each sample.
        method: how the templates were embedded.
    """

    mol: Chem.Mol
    positions: np.ndarray
    energies: Energies
    template: np.ndarray
    method: str


def generate_conformers(
    mol: Chem.Mol | str,
    n: int = 50,
    *,
    seed: int = 0,
    model: Model = "default",
    largest_fragment: bool = False,
    **options,
) -> Chem.Mol:
    """Conformers of a molecule, best first.

    Args:
        mol: SMILES or RDKit Mol; coordinates and missing hydrogens do not matter.
        n: conformers to return, at most: fewer when the molecule has fewer distinct ones.
        model: "default" (the weights that ship with molgen), a checkpoint path, a loaded model, or "uniform" for
            uniformly random torsions on the same local structures (a baseline).
        largest_fragment: drop counter-ions instead of refusing salts.
        options: other fields of :class:`GenerateConfig`.

    Returns:
        The molecule with explicit hydrogens and its conformers in rank order; each carries the properties
        `molgen_rank`, `molgen_energy` (kcal/mol above the best sample, or above the best of the returned ones when they
        were relaxed), `molgen_energy_method`, `molgen_template` and `molgen_method` (how the local structure was made).

    Raises:
        MolgenError: one line that says what is wrong with the molecule. Unspecified stereo is set to one isomer, with a
            warning.
    """
    if isinstance(mol, str):
        record = next(iter(read_molecules([mol])))
        if record.mol is None:
            raise ParseError(record.error or "unreadable", source=mol)
        mol = record.mol
    config = _config(n=n, seed=seed, **options)
    full = prepare_molecule(mol, largest_fragment=largest_fragment)
    isomer, note = enumerate_stereo(full, "one")[0]
    if note:
        warnings.warn(note, stacklevel=2)
    return conformers_of(isomer, resolve_model(model), config)


def _config(**options) -> GenerateConfig:
    try:
        return GenerateConfig(**options)
    except TypeError as error:
        raise ConfigError(str(error).replace("GenerateConfig.__init__() ", "")) from error


@dataclass(frozen=True)
class Outcome:
    """What became of one input: a molecule with conformers, or a named failure.

    Attributes:
        record: the input.
        mol: the result; None for a failure.
        error: the reason of a failure, one line.
        note: a warning, e.g. on stereo that was not specified.
    """

    record: InputRecord
    mol: Chem.Mol | None
    error: str | None = None
    note: str = ""


def generate_many(
    source: str | Path | Iterable[Chem.Mol | str],
    n: int = 50,
    *,
    seed: int = 0,
    model: Model = "default",
    largest_fragment: bool = False,
    stereo: Literal["one", "enumerate"] = "one",
    **options,
) -> Iterator[Outcome]:
    """Conformers for a library: one outcome per input (per stereoisomer with ``stereo="enumerate"``), in order.

    Args:
        source: a file (.smi, .csv, .sdf, also .gz) or an iterable of SMILES or Mols. Streamed.
        Others as in :func:`generate_conformers`.

    Raises:
        MolgenError: at once, for a source, a model or an option that cannot be used; no molecule raises.
    """
    config = _config(n=n, seed=seed, **options)
    network = resolve_model(model)
    records = read_molecules(source)
    return (outcome for record in records for outcome in outcomes(record, network, config, largest_fragment, stereo))


def outcomes(
    record: InputRecord,
    model: TorsionModel | None,
    config: GenerateConfig,
    largest_fragment: bool,
    stereo: Literal["one", "enumerate"],
) -> Iterator[Outcome]:
    """The outcomes of one input record: at least one, never an exception."""
    try:
        if record.mol is None:
            raise ParseError(record.error or "unreadable")
        full = prepare_molecule(record.mol, largest_fragment=largest_fragment)
        isomers = enumerate_stereo(full, stereo)
    except Exception as error:
        yield Outcome(record, None, _reason(error))
        return
    for number, (isomer, note) in enumerate(isomers, 1):
        named = record if len(isomers) == 1 else replace(record, name=f"{record.name}_isomer{number}")
        try:
            yield Outcome(named, conformers_of(isomer, model, config), None, note)
        except Exception as error:
            yield Outcome(named, None, _reason(error), note)


def _reason(error: Exception) -> str:
    """One line for a failure; a molecule that no one foresaw must not stop a library."""
    return error.reason if isinstance(error, MolgenError) else one_line(f"unexpected {type(error).__name__}: {error}")


def resolve_model(model: Model) -> TorsionModel | None:
    """A loaded model; None for "uniform"."""
    if isinstance(model, TorsionModel):
        return model
    return None if model == "uniform" else load_model(model)


def conformers_of(mol: Chem.Mol, model: TorsionModel | None, config: GenerateConfig) -> Chem.Mol:
    """The pipeline for a molecule with explicit hydrogens and complete stereo: sample a pool, filter, choose, relax."""
    pool = sample_pool(mol, model, config)
    kept = _sound(pool, config.energy_window)
    distances = _distances(pool.mol, pool.positions[kept])
    weights = _importance(pool.energies.values[kept], config.strain_scale)
    order = [int(kept[k]) for k in cover(distances, config.n, weights=weights, spacing=config.spacing)]
    return _finished(pool, order, config)


def sample_pool(mol: Chem.Mol, model: TorsionModel | None, config: GenerateConfig) -> Pool:
    """Local structures, torsions drawn over them, and the strain of what comes out."""
    record = molecule_graph(mol)
    count = _template_count(mol, record.n_torsions, config)
    embedded = local_structures(mol, count, seed=config.seed, iterations=config.template_relax, timeout=config.timeout)
    templates = embedded.positions
    size = _pool_size(record.n_torsions, len(templates), config)
    points = low_discrepancy(size, record.n_torsions + 1, config.seed)
    chosen = (points[:, -1] * len(templates)).long() if record.n_torsions else torch.arange(size)
    graph = batch_graphs([record])
    full = torch.from_numpy(templates)
    heavy = torch.from_numpy(heavy_atoms(mol))
    local = full[:, heavy][chosen].float()
    start = (points[:, :-1] * 2 * np.pi - np.pi).float()
    torsions = start if model is None else sample_torsions(model, graph, local, start, times=time_grid(config.steps))
    positions = set_torsions(mol, full[chosen], torsions.double(), record)
    settled, energies = relax(with_conformers(mol, positions.numpy()), config.settle, electrostatics=False)
    return Pool(mol, settled, energies, chosen.numpy(), embedded.method)


def _template_count(mol: Chem.Mol, torsions: int, config: GenerateConfig) -> int:
    """Local structures to embed: n where rings make up the shape (large rings, or no bond that turns)."""
    if config.templates is not None:
        return config.templates
    ring = largest_flexible_ring(mol)
    if not ring:
        return 6
    return max(12, config.n) if torsions == 0 or ring >= LARGE_RING else 12


def _pool_size(torsions: int, templates: int, config: GenerateConfig) -> int:
    if torsions == 0:
        return templates
    if config.pool is not None:
        return max(config.pool, config.n)
    return max(config.n, min(4 * config.n, 16 * templates * torsions))


def _sound(pool: Pool, window: float) -> np.ndarray:
    """Indices of the samples within the energy window; all of them where no energy is known."""
    strain = pool.energies.values - np.nanmin(pool.energies.values, initial=np.inf)
    kept = np.flatnonzero(strain <= window)
    return kept if len(kept) else np.arange(len(strain))


def _importance(energies: np.ndarray, scale: float) -> np.ndarray:
    strain = energies - np.nanmin(energies, initial=np.inf)
    return np.exp(-np.where(np.isfinite(strain), strain, 0.0) / scale)


def _finished(pool: Pool, order: list[int], config: GenerateConfig) -> Chem.Mol:
    positions, energies = pool.positions[order], pool.energies.values[order]
    lowest, method = np.nanmin(pool.energies.values, initial=np.inf), pool.energies.method
    if config.relax != "none":
        positions, relaxed = _relaxed(with_conformers(pool.mol, positions), config.relax)
        energies, method = relaxed.values, relaxed.method
        lowest = np.nanmin(energies, initial=np.inf)
    right = np.flatnonzero(stereo_mask(pool.mol, with_conformers(pool.mol, positions)))
    if not len(right):
        raise EmbeddingError("no conformer keeps the stereo of the input")
    if config.relax != "none":
        right = right[_apart(pool.mol, positions[right], config.spacing)]
    result = with_conformers(pool.mol, positions[right])
    for rank, (conformer, index) in enumerate(zip(result.GetConformers(), right, strict=True), 1):
        conformer.SetIntProp("molgen_rank", rank)
        conformer.SetDoubleProp("molgen_energy", float(energies[index] - lowest))
        conformer.SetProp("molgen_energy_method", method)
        conformer.SetIntProp("molgen_template", int(pool.template[order[index]]))
        conformer.SetProp("molgen_method", pool.method)
    return result


def _relaxed(mol: Chem.Mol, method: Literal["mmff", "gfn2"]) -> tuple[np.ndarray, Energies]:
    if method == "mmff":
        return relax(mol, 500)
    from molgen.chem.xtb import relax_gfn2

    return relax_gfn2(mol)


def _apart(mol: Chem.Mol, positions: np.ndarray, spacing: float) -> list[int]:
    """Those that are not within ``spacing`` of an earlier one: relaxation may lead two conformers to one minimum."""
    distances = _distances(mol, positions)
    kept: list[int] = []
    for index in range(len(positions)):
        if (distances[index, kept] >= spacing).all():
            kept.append(index)
    return kept


def _distances(mol: Chem.Mol, positions: np.ndarray) -> np.ndarray:
    """Symmetric heavy-atom RMSD between all pairs, [p, p], Angstrom."""
    heavy = positions[:, heavy_atoms(mol)]
    return rmsd_matrix(heavy, heavy, automorphisms(mol, MAX_PERMUTATIONS).permutations).numpy()
