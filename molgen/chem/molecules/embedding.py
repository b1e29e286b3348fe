"""Template conformers by distance geometry: bond lengths, angles, ring puckers and stereo of a molecule."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

import numpy as np
from rdkit import Chem
from rdkit.Chem import rdDistGeom

from molgen.chem.molecules.stereo.impossible import stereo_at_fault
from molgen.errors import EmbeddingError

MACROCYCLE = 12
LOOSE = 0.0135
"""Force tolerance of an embedding that is relaxed afterwards (RDKit's own is 0.001)."""
TRIES = 20
"""Of one conformer in a call of RDKit, which knows the clock on the wall only: calls are kept short instead."""
TRIES_OF_AN_ATOM = 10
"""Tries for each atom of the molecule before an attempt is given up, as in RDKit."""
MOST_CALLS = 20
_FREE = 24
"""Conformers embedded without marks, at least, of which some may have the stereo."""
_LARGEST_SEED = 2**31 - 1
SHARE_OF_A_CALL = 0.5
"""Of the time that is left, for the conformers of one call."""


@dataclass(frozen=True)
class Templates:
    """Embedded conformers of one molecule.

    Attributes:
        mol: the molecule with explicit hydrogens and k conformers.
        method: which attempt of the fallback chain made them.
    """

    mol: Chem.Mol
    method: str

    @property
    def positions(self) -> np.ndarray:
        """[k, atoms, 3], Angstrom."""
        return np.array([conformer.GetPositions() for conformer in self.mol.GetConformers()])


def embed_templates(
    mol: Chem.Mol, count: int, *, seed: int = 0, timeout: float = 60.0, loose: bool = False
) -> Templates:
    """Embed ``count`` conformers with ETKDGv3, with fallbacks that give up more and more of its comfort.

    The chain: ETKDGv3; ETKDGv3 from random coordinates (at once for a macrocycle); distance geometry from random
    coordinates with relaxed force tolerance; the same without any knowledge of flat rings and chains (strained cages).
    Stereo is enforced by every one. Each has a few tries first; when all of them fail, conformers are embedded without
    marks and those kept that have the stereo; then the stereo that is at fault is looked for, and then each has many.

    Time is that of the CPU, and the clock on the wall is not looked at: a busy machine gives the same conformers.

    Args:
        mol: molecule with explicit hydrogens; its conformers are not used.
        count: how many; fewer may come back when the time is used up, at least one.
        timeout: CPU seconds for the whole chain.
        loose: stop ETKDGv3 at a larger force: a sixth quicker, for structures that are relaxed afterwards.

    Raises:
        EmbeddingError: no attempt gave a conformer.
    """
    if mol.GetNumAtoms() == 1:
        return Templates(_single_atom(mol, count), "atom")
    end = time.thread_time() + timeout
    for calls in (1, math.ceil(TRIES_OF_AN_ATOM * mol.GetNumAtoms() / TRIES)):
        for method, parameters in _attempts(_has_macrocycle(mol)):
            if loose:
                parameters.optimizerForceTol = LOOSE
            parameters.randomSeed = seed + 1  # RDKit draws the same for 0 and 1
            share = min(end - time.thread_time(), timeout / 4)
            embedded = _embed(mol, count, parameters, share, calls)
            if embedded is not None:
                return Templates(embedded, method)
        free = _embedded_freely(mol, count, seed, min(end - time.thread_time(), timeout / 8)) if calls == 1 else None
        if free is not None:
            return Templates(free, "ETKDGv3 from random coordinates, stereo by chance")
        fault = stereo_at_fault(mol) if calls == 1 else ""
        if fault:
            raise EmbeddingError(f"this isomer cannot exist in 3D: {fault}")
    raise EmbeddingError(
        f"no conformer could be embedded in {timeout:g} s (stereo or rings that no geometry satisfies, or too large)"
    )


def _embed(
    mol: Chem.Mol, count: int, parameters: rdDistGeom.EmbedParameters, seconds: float, calls: int
) -> Chem.Mol | None:
    """One conformer first, to see how long it takes; then the others, in calls that leave time for more of them."""
    parameters.clearConfs = False
    parameters.maxIterations = TRIES
    parameters.numThreads = 1
    trial = Chem.Mol(mol)
    trial.RemoveAllConformers()
    begin = time.thread_time()
    end = begin + seconds
    for _ in range(calls):
        _add_conformers(trial, 1, parameters)
        if trial.GetNumConformers() or time.thread_time() > end:
            break
    if not trial.GetNumConformers():
        return None
    taken = max(time.thread_time() - begin, 1e-3)
    for _ in range(MOST_CALLS):
        missing = count - trial.GetNumConformers()
        affordable = int(SHARE_OF_A_CALL * (end - time.thread_time()) / taken)
        if missing <= 0 or affordable <= 0:
            break
        _add_conformers(trial, min(missing, affordable), parameters)
    return trial


def _embedded_freely(mol: Chem.Mol, count: int, seed: int, seconds: float) -> Chem.Mol | None:
    """Conformers embedded without marks of centers, as far as they have them: strained cages fail their volume test."""
    end = time.thread_time() + seconds
    marks = [atom.GetChiralTag() for atom in mol.GetAtoms()]
    bare = Chem.Mol(mol)
    for atom in bare.GetAtoms():
        atom.SetChiralTag(Chem.ChiralType.CHI_UNSPECIFIED)
    parameters = rdDistGeom.ETKDGv3()
    parameters.useRandomCoords, parameters.maxIterations, parameters.randomSeed = True, TRIES, seed + 1
    parameters.clearConfs = False
    result = Chem.Mol(mol)
    result.RemoveAllConformers()
    for _ in range(max(2 * count, _FREE)):
        if result.GetNumConformers() == count or time.thread_time() > end:
            break
        bare.RemoveAllConformers()
        _add_conformers(bare, 1, parameters)
        if bare.GetNumConformers() and _has_marks(bare, marks):
            result.AddConformer(bare.GetConformer(), assignId=True)
    return result if result.GetNumConformers() else None


def _has_marks(mol: Chem.Mol, marks: list[Chem.ChiralType]) -> bool:
    """Whether the coordinates have every mark; those that make no center by themselves (cis on a ring) count, too."""
    placed = Chem.Mol(mol)
    Chem.AssignAtomChiralTagsFromStructure(placed, replaceExistingTags=True)
    pairs = zip(marks, placed.GetAtoms(), strict=True)
    return all(mark in (Chem.ChiralType.CHI_UNSPECIFIED, atom.GetChiralTag()) for mark, atom in pairs)


def _add_conformers(mol: Chem.Mol, count: int, parameters: rdDistGeom.EmbedParameters) -> None:
    with suppress(ValueError, RuntimeError):  # a molecule that this variant cannot set up
        rdDistGeom.EmbedMultipleConfs(mol, count, parameters)
    parameters.randomSeed = parameters.randomSeed % _LARGEST_SEED + 1


def _attempts(from_random: bool) -> Iterator[tuple[str, rdDistGeom.EmbedParameters]]:
    if not from_random:
        yield "ETKDGv3", rdDistGeom.ETKDGv3()
    random_start = rdDistGeom.ETKDGv3()
    random_start.useRandomCoords = True
    yield "ETKDGv3 from random coordinates", random_start
    for knowledge in (True, False):
        bare = rdDistGeom.EmbedParameters()
        bare.useRandomCoords = True
        bare.useBasicKnowledge = knowledge
        bare.ignoreSmoothingFailures = True
        bare.optimizerForceTol = LOOSE
        yield f"distance geometry from random coordinates{'' if knowledge else ' without knowledge terms'}", bare


def _has_macrocycle(mol: Chem.Mol) -> bool:
    return any(len(ring) >= MACROCYCLE for ring in mol.GetRingInfo().AtomRings())


def _single_atom(mol: Chem.Mol, count: int) -> Chem.Mol:
    mol = Chem.Mol(mol)
    mol.RemoveAllConformers()
    for _ in range(count):
        mol.AddConformer(Chem.Conformer(1), assignId=True)
    return mol
