"""Template conformers within restraints, or those of the input."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from rdkit import Chem
from rdkit.Chem import rdDistGeom
from rdkit.Geometry import Point3D

from molgen.chem.molecules.embedding import LOOSE, Templates
from molgen.chem.molecules.positions import with_conformers
from molgen.conformers.config import MAX_SEED, GenerateConfig
from molgen.conformers.force_field import ConformerField
from molgen.errors import EmbeddingError, ParseError
from molgen.metrics.stereo import stereo_mask

TRIES = 4
"""Rounds of embedding, as many as wanted in each: mirror images of a core keep its distances, and are dropped."""
_STRIDE = 1_000_003
RESTRAINED_STEPS = 200


def restrained_templates(mol: Chem.Mol, count: int, field: ConformerField, config: GenerateConfig) -> Templates:
    """Template conformers within the restraints of the field; with ``keep_conformer`` made of those of the input.

    Args:
        mol: with explicit hydrogens and complete stereo; with conformers where they are to be kept.
        count: how many, at most.
        field: of the molecule, with restraints.
        config: the seed and ``keep_conformer`` count.

    Raises:
        ParseError: conformers are to be kept, and there are none.
        EmbeddingError: no conformer keeps to the restraints.
    """
    if config.keep_conformer:
        if not mol.GetNumConformers() or not mol.GetConformer().Is3D():
            raise ParseError("keep_conformer needs an input with 3D coordinates whose stereo is complete")
        kept, method = _kept(mol, _positions(mol), config.template_steps, field), "input"
    else:
        kept, method = _embedded(mol, count, field, config), "ETKDGv3 with restraints"
    if not len(kept):
        raise EmbeddingError("no conformer keeps to the restraints and the stereo of the input")
    return Templates(with_conformers(mol, kept), method)


def _kept(mol: Chem.Mol, start: np.ndarray, steps: int, field: ConformerField) -> np.ndarray:
    """The minimized conformers [k, atoms, 3] that keep to the stereo and the restraints."""
    moved, _ = field.minimize(start, steps)
    good = stereo_mask(mol, with_conformers(mol, moved))
    if field.restraints is not None:
        good &= field.restraints.hold(mol, moved)
    return moved[good]


def _embedded(mol: Chem.Mol, count: int, field: ConformerField, config: GenerateConfig) -> np.ndarray:
    """Conformers [k, atoms, 3], k <= count, embedded in rounds until there are enough."""
    options = rdDistGeom.ETKDGv3()
    options.useRandomCoords = True
    options.maxIterations = 50
    options.optimizerForceTol = LOOSE
    if field.restraints is not None and field.restraints.core:
        rdDistGeom.EmbedParameters.SetCoordMap(options, _about_the_origin(field.restraints.core))
    kept = np.zeros((0, mol.GetNumAtoms(), 3))
    for attempt in range(TRIES):
        options.randomSeed = (config.seed + attempt * _STRIDE) % MAX_SEED + 1
        trial = Chem.Mol(mol)
        try:
            rdDistGeom.EmbedMultipleConfs(trial, count, options)
        except RuntimeError:  # RDKit's minimizer lost its way from random coordinates
            options.useRandomCoords = False
            continue
        if not trial.GetNumConformers():
            raise EmbeddingError("no conformer could be embedded with the restraints")
        kept = np.concatenate([kept, _kept(mol, _positions(trial), RESTRAINED_STEPS, field)])
        if len(kept) >= count:
            break
    return kept[:count]


def _about_the_origin(core: Mapping[int, tuple[float, float, float]]) -> dict[int, Point3D]:
    """The coordinates of a core for the embedding, which starts from random ones about the origin."""
    points = np.array(list(core.values()))
    centered = (points - points.mean(0)).tolist()
    return {atom: Point3D(*point) for atom, point in zip(core, centered, strict=True)}


def _positions(mol: Chem.Mol) -> np.ndarray:
    return np.array([conformer.GetPositions() for conformer in mol.GetConformers()])
