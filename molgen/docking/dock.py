"""Docking one ligand: prepare, search, refine, rank, check."""

from __future__ import annotations

import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

import numpy as np
import torch
from rdkit import Chem

from molgen.chem.molecules.reading import read_molecules
from molgen.chem.molecules.reference import compared_with
from molgen.chem.proteins.entries import choose_chains
from molgen.chem.proteins.structure import Protein
from molgen.docking.covalent.search import UNRANKED, searched_bonded
from molgen.docking.ensemble import structures_of
from molgen.docking.flexible.fitting import refined_in_fitted
from molgen.docking.flexible.search import search_packings, seeds_of
from molgen.docking.known_ligands import known_besides
from molgen.docking.learned import Learned, learned_of
from molgen.docking.ligand import Ligand, PreparedLigand, prepare_variants
from molgen.docking.poses.conditions import fulfilling
from molgen.docking.poses.records import docking_result
from molgen.docking.proposals import beside, propose
from molgen.docking.ranking import chosen_poses, ranked_poses
from molgen.docking.receptor_sites import receptor_sites
from molgen.docking.records import DockConfig, DockingResult, config_of
from molgen.docking.refine import Refined, refine, within_restraints
from molgen.docking.restraints import Anchor, check_reach, restraints_of
from molgen.docking.search import Starts, search
from molgen.docking.search.energies import energy_of
from molgen.docking.search.minima import Minima
from molgen.docking.site import Site
from molgen.docking.states.variants import dock_variants
from molgen.errors import InputError, ParseError
from molgen.physics.energy import DockingEnergy
from molgen.physics.restraints import PointRestraint
from molgen.runtime.stages import stage
from molgen.sampling.guards import warnings_as_notes

_OUTSIDE = 10.0
"""Wall energy above which a pose is outside, kcal/mol: e.g. one atom 1 Angstrom outside."""


def dock(
    protein: Protein | str | Path | Sequence[Protein | str | Path],
    ligand: Chem.Mol | str | Path,
    pocket: str | Path = "auto",
    n: int = 9,
    *,
    seed: int = 0,
    keep: Collection[str] = (),
    drop: Collection[str] = (),
    chains: Collection[str] = (),
    anchors: Sequence[Anchor | str] = (),
    core: Chem.Mol | str | Path | None = None,
    reference: Chem.Mol | None = None,
    largest_fragment: bool = False,
    **options,
) -> DockingResult:
    """Dock a ligand into a pocket of a protein.

    Args:
        protein: a PDB or mmCIF file, or what was read from one; or several structures of one protein, of which the
            first names the pocket and the frame (:func:`molgen.docking.ensemble.ensemble_sites`).
        ligand: SMILES, RDKit Mol, or the file of one molecule.
        pocket: "ligand:RES[:CHAIN[:NUM]]", a file with a reference ligand, "chain:P", "residues:A:57,A:102",
            "box:x,y,z[,size]", "auto" or "blind".
        n: poses to return, at most.
        seed: same seed and input -> same poses.
        keep, drop: groups of the protein file that are, or are not, part of the receptor.
        chains: ids of the chains to take; all where none are given.
        anchors: atoms restrained to stay near points, e.g. "[NH2]@12.1,3.0,-4.5,1.5".
        core: a reference pose whose common substructure is kept in place.
        reference: a pose of the same ligand to compare with; by default the one that names the pocket.
        largest_fragment: keep only the largest fragment of a salt instead of refusing it.
        options: other fields of :class:`DockConfig`.

    Raises:
        MolgenError: one line on what is wrong with the protein, the pocket or the ligand.
    """
    config = config_of(n=n, seed=seed, **options)
    structures = [choose_chains(entry, chains) for entry in structures_of(protein)]
    record, *more = islice(read_molecules(ligand), 2)
    if more:
        raise ParseError("holds several molecules; molgen.screen takes libraries", source=ligand)
    if record.mol is None:
        raise ParseError(record.error or "unreadable", source=None if isinstance(ligand, Chem.Mol) else ligand)
    sites = receptor_sites(structures, pocket, config, keep=keep, drop=drop).searched
    variants = prepare_variants(record.mol, config, largest_fragment=largest_fragment)
    compared = compared_with(None, pocket) if reference is None else reference
    return dock_variants(
        variants,
        lambda prepared: dock_prepared(sites, prepared, config, anchors=anchors, core=core, reference=compared),
    )


def dock_prepared(
    sites: Sequence[Site],
    prepared: PreparedLigand,
    config: DockConfig,
    *,
    anchors: Sequence[Anchor | str] = (),
    core: Chem.Mol | str | Path | None = None,
    reference: Chem.Mol | None = None,
    found: Sequence[Found | None] | None = None,
) -> DockingResult:
    """Dock a prepared ligand into one or more sites of one protein; the poses of all sites are ranked together.

    Args:
        sites: in one frame. What maps they lack for this ligand is computed and not kept (:meth:`Site.with_maps`).
        prepared: the ligand.
        config: how it is docked.
        anchors, core, reference: as in :func:`dock`.
        found: the result of the search in each site, where ligands were searched together
            (:mod:`molgen.docking.library`).

    Raises:
        MolgenError: the ligand does not fit, or does not match the restraints.
    """
    begin = time.monotonic()
    ligand = prepared.ligand
    restraints = restraints_of(ligand.mol, anchors, core)
    check_reach(restraints, [site.pocket for site in sites])
    learned = learned_of(config)
    notes = list(prepared.notes)
    with warnings_as_notes(notes):
        if ligand.bonding is None:
            refined = [
                pair
                for site, own in zip(sites, found or [None] * len(sites), strict=True)
                for pair in searched_with_packings(site, ligand, config, restraints, learned, own)
            ]
        else:
            ligand, refined = searched_bonded(ligand, sites, config, restraints, searched)
            notes.append(UNRANKED)
    stage("ranking and checks")
    known, said = known_besides(sites, ligand.own_mol)
    ranked = ranked_poses(ligand, refined, learned.confidence, learned.poses, known)
    if ranked[0].known is not None or (not known and learned.poses is not None and learned.confidence is not None):
        notes += said
    elif known and config.known_ligands != "auto":
        notes.append(
            "the known ligands do not count: only the confidence weighs them, and only beside learned proposals"
        )
    return docking_result(
        ligand,
        sites,
        chosen_poses(ligand, fulfilling(ligand, ranked, config), config.n, config.min_rmsd),
        config,
        begin=begin,
        lowest=min(ranked, key=lambda pose: pose.energy),
        reference=reference,
        notes=notes,
    )


def searched(
    site: Site, ligand: Ligand, config: DockConfig, restraints: Sequence[PointRestraint], learned: Learned
) -> Refined:
    """The refined poses of one site, lowest energy first.

    Raises:
        InputError: the ligand does not fit the box.
    """
    return searched_with_packings(replace(site, packings=(), moving=None), ligand, config, restraints, learned)[0][1]


@dataclass(frozen=True)
class Found:
    """The result of the search of a ligand in a site.

    Attributes:
        minima: distinct ones.
        proposals: starts of the search besides random poses.
        refined: the poses, where they are refined already.
    """

    minima: Minima
    proposals: Starts | None = None
    refined: Refined | None = None


def searched_with_packings(
    site: Site,
    ligand: Ligand,
    config: DockConfig,
    restraints: Sequence[PointRestraint],
    learned: Learned,
    found: Found | None = None,
) -> list[tuple[Site, Refined]]:
    """The refined poses of one site, and those of its packings.

    Raises:
        InputError: the ligand does not fit the box.
    """
    check_fits(site, ligand)
    energy = energy_of(site, ligand, restraints)
    if found is None:
        stage("proposals")
        proposals = proposed(site, ligand, config, energy, learned)
        stage("search")
        found = Found(search(energy, ligand.templates, config.search, config.seed, proposals).minima, proposals)
    stage("refinement")
    refined = found.refined or refine(site, ligand, energy, found.minima, config.min_rmsd)
    refined = beside(within_restraints(refined) if restraints else refined, ligand, found.proposals)
    _check_inside(site, energy, refined)
    if site.moving is None:
        return [(site, refined)]
    stage("packings")
    starts = seeds_of(found.minima, found.proposals)
    packings = [(packing, energy_of(packing, ligand, restraints)) for packing in site.packings]
    packed = search_packings(packings, ligand, config, starts)
    fitted = list(refined_in_fitted(site, ligand, energy, config, [(site, refined), *packed], starts, found.proposals))
    return [(site, refined), *((other, beside(poses, ligand, found.proposals)) for other, poses in (*packed, *fitted))]


def proposed(site: Site, ligand: Ligand, config: DockConfig, energy: DockingEnergy, learned: Learned) -> Starts | None:
    """Poses that the model proposes; None without a model."""
    if learned.poses is None:
        return None
    noise = torch.Generator().manual_seed(config.seed)  # its own, so that the random starts do not depend on it
    return propose(
        learned.poses,
        site,
        ligand,
        config.sampling_count,
        config.sampling_steps,
        noise,
        sampler=config.sampler,
        energy=energy,
        guidance=config.guidance,
    )


def check_fits(site: Site, ligand: Ligand) -> None:
    """A ligand whose least extended template conformer is longer than the box's diagonal cannot be inside."""
    size = float(torch.cdist(ligand.templates, ligand.templates).amax((1, 2)).min())
    if size > float(np.linalg.norm(site.pocket.size)):
        raise InputError(f"the ligand is {size:.1f} A long and does not fit the box of {_edges(site)} A")


def _check_inside(site: Site, energy: DockingEnergy, refined: Refined) -> None:
    """Nor can one whose every pose reaches through the walls."""
    outside, _ = energy.walls(refined.positions.permute(1, 2, 0))
    if float(outside.min()) > _OUTSIDE:
        raise InputError(f"the ligand does not fit the box of {_edges(site)} A: every pose reaches out of it")


def _edges(site: Site) -> str:
    return " x ".join(f"{edge:g}" for edge in site.pocket.size)
