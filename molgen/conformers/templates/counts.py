"""The numbers of template conformers, of embedded ones among them, and of samples of a molecule."""

from __future__ import annotations

from rdkit import Chem

from molgen.conformers.config import GenerateConfig
from molgen.conformers.templates.embedding import LARGE_RING, flexible_rings, largest_flexible_ring
from molgen.conformers.templates.grafting import SubstitutedRing

USUAL, FEW = 6, 4
"""Template conformers without flexible rings, which differ in bond lengths and angles, and in amines that turn inside
out and amides that no torsion turns; and where there is little of either, with one or two torsions."""
RIGID = 2
"""Where nothing turns: copies, of which one may be strained."""
EMBEDDED_OF_RINGS = 16
"""Embedded where rings make the shape, all of which are varied: every shape comes from the energies of the rings."""
SAMPLES_OF_A_TEMPLATE = 2
"""Samples for each template conformer, at least."""
SOME, MANY = 10, 18
"""Template conformers where the shapes of rings are varied: of one ring of five or six atoms, of larger or more rings.
Half as many as otherwise are embedded then."""


def template_count(mol: Chem.Mol, torsions: int, config: GenerateConfig) -> int:
    """Template conformers to make before rings are varied: n where rings make up the shape."""
    if config.templates is not None:
        return config.templates
    if rings_make_the_shape(mol, torsions):
        return max(12, config.n)
    rings = len(flexible_rings(mol))
    if rings:
        return 9 if rings == 1 else 12
    if not is_simple(torsions) or any(map(_has_sides, mol.GetAtoms())):
        return USUAL
    return FEW if torsions else RIGID


def is_simple(torsions: int) -> bool:
    """Whether a molecule has so few torsions that few samples show all of them."""
    return torsions <= 2


def _has_sides(atom: Chem.Atom) -> bool:
    """Whether an atom is a nitrogen with three heavy neighbors outside rings: an amine, or an amide cis or trans."""
    heavy = [other for other in atom.GetNeighbors() if other.GetAtomicNum() > 1]
    return atom.GetAtomicNum() == 7 and len(heavy) == 3 and not atom.IsInRing()


def rings_make_the_shape(mol: Chem.Mol, torsions: int) -> bool:
    """Whether a molecule has a large flexible ring, or flexible rings and no bond that turns."""
    ring = largest_flexible_ring(mol)
    return ring >= LARGE_RING or (ring > 0 and torsions == 0)


def sample_count(torsions: int, templates: int, ring_bound: bool, config: GenerateConfig) -> int:
    """How many samples: few for few torsions, where more find nothing new; many where rings make the shape, since fewer
    of them are within the energy window.

    Args:
        torsions: rotatable bonds.
        templates: template conformers.
        ring_bound: whether rings make the shape.
        config: n and samples count.
    """
    if torsions == 0:
        return templates
    if config.samples is not None:
        return max(config.samples, config.n)
    spread = torsions**2 / 13.5 if is_simple(torsions) else 0.3 + torsions**2 / 12
    wanted = min(30, 20 * torsions) + config.n * min(spread, 7.0)
    least = 4 * config.n if ring_bound else 0 if is_simple(torsions) else config.n
    wanted = max(wanted, least, SAMPLES_OF_A_TEMPLATE * templates)
    return min(round(config.more_samples * wanted), max(config.n, 16 * templates * torsions))


def embedded_count(mol: Chem.Mol, rings: list[SubstitutedRing], count: int, ring_bound: bool) -> int:
    """Template conformers to embed, of a count of which the others get the shapes of their rings from energies."""
    if ring_bound:
        return min(count, EMBEDDED_OF_RINGS) if len(rings) == len(flexible_rings(mol)) else count
    return count // 2 if rings else count


def varied_count(rings: list[SubstitutedRing], count: int, config: GenerateConfig) -> int:
    """Template conformers where the shapes of rings are varied."""
    if config.templates is not None:
        return count
    return max(count, MANY if len(rings) > 1 or any(len(ring.atoms) > 6 for ring in rings) else SOME)
