"""Template conformers that keep to restraints, or that are the given ones."""

from __future__ import annotations

import numpy as np
from rdkit import Chem
from rdkit.Chem import rdDistGeom
from rdkit.Geometry import Point3D

from molgen.chem.molecules.embedding import Templates
from molgen.chem.molecules.positions import with_conformers
from molgen.conformers.config import GenerateConfig
from molgen.conformers.force_field import ConformerField
from molgen.errors import EmbeddingError, ParseError
from molgen.metrics.stereo import stereo_mask

TRIES = 4
"""Embedded for each template conformer: mirror images of a core keep its distances, and are dropped."""
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
        start, steps, method = _positions(mol), config.template_steps, "input"
    else:
        start, steps, method = _embedded(mol, TRIES * count, field, config), RESTRAINED_STEPS, "ETKDGv3 with restraints"
    moved, _ = field.minimize(start, steps)
    good = stereo_mask(mol, with_conformers(mol, moved))
    if field.restraints is not None:
        good &= field.restraints.hold(mol, moved)
    if not good.any():
        raise EmbeddingError("no conformer keeps to the restraints and the stereo of the input")
    most = len(moved) if config.keep_conformer else count
    return Templates(with_conformers(mol, moved[good][:most]), method)


def _embedded(mol: Chem.Mol, count: int, field: ConformerField, config: GenerateConfig) -> np.ndarray:
    options = rdDistGeom.ETKDGv3()
    options.randomSeed = config.seed + 1
    options.useRandomCoords = True
    options.maxIterations = 50
    if field.restraints is not None and field.restraints.core:
        rdDistGeom.EmbedParameters.SetCoordMap(
            options, {atom: Point3D(*map(float, xyz)) for atom, xyz in field.restraints.core.items()}
        )
    trial = Chem.Mol(mol)
    rdDistGeom.EmbedMultipleConfs(trial, count, options)
    if not trial.GetNumConformers():
        raise EmbeddingError("no conformer could be embedded with the restraints")
    return _positions(trial)


def _positions(mol: Chem.Mol) -> np.ndarray:
    return np.array([conformer.GetPositions() for conformer in mol.GetConformers()])
