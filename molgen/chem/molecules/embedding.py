"""Template conformers by distance geometry: bond lengths, angles, ring puckers and stereo of a molecule."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

import numpy as np
from rdkit import Chem
from rdkit.Chem import rdDistGeom

from molgen.errors import EmbeddingError

MACROCYCLE = 12
MANY_ROTORS = 12
LOOSE = 0.0135
"""Force tolerance of an embedding that is relaxed afterwards (RDKit's own is 0.001)."""
_CALLS = 3


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

    Molecules with a macrocycle or more than 12 rotatable bonds start from random coordinates at once (the default
    start fails or hangs on them). The chain: ETKDGv3; ETKDGv3 from random coordinates; the same without knowledge terms
    and with relaxed force tolerance. Stereo is enforced by every one.

    Args:
        mol: molecule with explicit hydrogens; its conformers are not used.
        count: how many; fewer may come back when the time is used up, at least one.
        timeout: seconds for the whole chain.
        loose: stop ETKDGv3 at a larger force: a sixth quicker, for structures that are relaxed afterwards.

    Raises:
        EmbeddingError: no attempt gave a conformer.
    """
    if mol.GetNumAtoms() == 1:
        return Templates(_single_atom(mol, count), "atom")
    share = timeout / 3
    for method, parameters in _attempts(_has_macrocycle(mol) or _many_rotors(mol)):
        if loose:
            parameters.optimizerForceTol = LOOSE
        parameters.randomSeed = seed + 1  # RDKit draws the same for 0 and 1
        parameters.numThreads = 1
        found = _embed(mol, count, parameters, share)
        if found is not None:
            return Templates(found, method)
    raise EmbeddingError(
        f"no conformer could be embedded in {timeout:g} s (stereo or rings that no geometry satisfies, or too large)"
    )


def _embed(mol: Chem.Mol, count: int, parameters: rdDistGeom.EmbedParameters, seconds: float) -> Chem.Mol | None:
    """One conformer first, to see how long it takes; then as many more as the time allows (a call that runs out of
    time returns nothing). CPU time, so that a busy machine does not change the result."""
    trial = Chem.Mol(mol)
    trial.RemoveAllConformers()
    begin = time.thread_time()
    _add_conformers(trial, 1, parameters, seconds)
    if not trial.GetNumConformers():
        return None
    taken = max(time.thread_time() - begin, 1e-3)
    more = min(count - 1, int(0.7 * (seconds - taken) / taken))
    if more > 0:
        parameters.randomSeed += 1
        _add_conformers(trial, more, parameters, seconds - taken)
    return trial


def _add_conformers(mol: Chem.Mol, count: int, parameters: rdDistGeom.EmbedParameters, seconds: float) -> None:
    """RDKit's clock is that on the wall; a call that was cut short though it had little of the CPU is made again."""
    parameters.clearConfs = False
    parameters.timeout = max(int(seconds), 1)
    before = mol.GetNumConformers()
    for _ in range(_CALLS):
        wall, spent = time.monotonic(), time.thread_time()
        with suppress(ValueError, RuntimeError):  # a molecule that this variant cannot set up
            rdDistGeom.EmbedMultipleConfs(mol, count, parameters)
        had_its_time = time.thread_time() - spent > parameters.timeout / 2
        if mol.GetNumConformers() > before or had_its_time or time.monotonic() - wall < parameters.timeout:
            return


def _attempts(flexible: bool) -> Iterator[tuple[str, rdDistGeom.EmbedParameters]]:
    if not flexible:
        yield "ETKDGv3", rdDistGeom.ETKDGv3()
    random_start = rdDistGeom.ETKDGv3()
    random_start.useRandomCoords = True
    yield "ETKDGv3 from random coordinates", random_start
    bare = rdDistGeom.EmbedParameters()
    bare.useRandomCoords = True
    bare.useBasicKnowledge = True
    bare.ignoreSmoothingFailures = True
    bare.optimizerForceTol = LOOSE
    bare.maxIterations = 200
    yield "distance geometry from random coordinates", bare


def _has_macrocycle(mol: Chem.Mol) -> bool:
    return any(len(ring) >= MACROCYCLE for ring in mol.GetRingInfo().AtomRings())


def _many_rotors(mol: Chem.Mol) -> bool:
    rotor = Chem.MolFromSmarts("[!#1;$(*(~[!#1])~[!#1])]-&!@[!#1;$(*(~[!#1])~[!#1])]")
    return len(mol.GetSubstructMatches(rotor, maxMatches=MANY_ROTORS + 1)) > MANY_ROTORS


def _single_atom(mol: Chem.Mol, count: int) -> Chem.Mol:
    mol = Chem.Mol(mol)
    mol.RemoveAllConformers()
    for _ in range(count):
        mol.AddConformer(Chem.Conformer(1), assignId=True)
    return mol
