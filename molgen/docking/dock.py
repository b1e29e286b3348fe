"""Docking one ligand: prepare, search, refine, check, rank."""

from __future__ import annotations

import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from rdkit import Chem

from molgen.chem.molecules.positions import with_conformers
from molgen.chem.molecules.protonation import protonate
from molgen.chem.molecules.reading import read_molecules
from molgen.chem.molecules.reference import compared_with
from molgen.chem.molecules.standardize import molecule_notes, prepare_molecule
from molgen.chem.molecules.stereo import enumerate_stereo
from molgen.chem.proteins.reading import read_protein
from molgen.chem.proteins.structure import Protein
from molgen.docking.learned import Learned, learned_of
from molgen.docking.ligand import Ligand, all_atom_poses, ligand_of, strain
from molgen.docking.proposals import propose
from molgen.docking.ranking import Choice, ranked
from molgen.docking.records import DockConfig, DockingResult, Pose
from molgen.docking.refine import Refined, refine, representatives
from molgen.docking.restraints import Anchor, restraints_of
from molgen.docking.search import search
from molgen.docking.site import Site, sites_of
from molgen.errors import ConfigError, InputError, ParseError
from molgen.metrics.posebusters import posebusters_checks
from molgen.metrics.poses import pose_matches, pose_rmsd_matrix
from molgen.physics.direct import interaction_terms
from molgen.physics.energy import DockingEnergy
from molgen.physics.maps import MapField
from molgen.physics.vina import TERMS, rotor_factor, weight_vector
from molgen.sampling.guards import noted

_OUTSIDE = 10.0
"""kcal/mol of the walls, e.g. one atom 1 Angstrom outside."""


def dock(
    protein: Protein | str | Path,
    ligand: Chem.Mol | str,
    pocket: str | Path = "auto",
    n: int = 9,
    *,
    seed: int = 0,
    keep: Collection[str] = (),
    drop: Collection[str] = (),
    anchors: Sequence[Anchor | str] = (),
    core: Chem.Mol | str | Path | None = None,
    reference: Chem.Mol | None = None,
    largest_fragment: bool = False,
    **options,
) -> DockingResult:
    """Dock a ligand into a pocket of a protein.

    Args:
        protein: a PDB or mmCIF file, or what was read from one.
        ligand: SMILES or RDKit Mol.
        pocket: "ligand:RES[:CHAIN[:NUM]]", a file with a reference ligand, "residues:A:57,A:102", "box:x,y,z[,size]",
            "auto" or "blind".
        n: poses to return, at most.
        seed: same seed and input -> same poses.
        keep, drop: groups of the protein file that are, or are not, part of the receptor.
        anchors: atoms held near points, e.g. "[NH2]@12.1,3.0,-4.5,1.5".
        core: a reference pose whose common substructure is kept in place.
        reference: a pose of the same ligand to compare with; by default the one that names the pocket.
        largest_fragment: drop counter-ions instead of refusing salts.
        options: other fields of :class:`DockConfig`.

    Raises:
        MolgenError: one line that says what is wrong with the protein, the pocket or the ligand.
    """
    config = config_of(n=n, seed=seed, **options)
    structure = protein if isinstance(protein, Protein) else read_protein(protein)
    record = next(iter(read_molecules([ligand])))
    if record.mol is None:
        raise ParseError(record.error or "unreadable", source=ligand if isinstance(ligand, str) else None)
    sites = sites_of(structure, pocket, keep=keep, drop=drop).searched
    prepared = prepare_ligand(record.mol, config, largest_fragment=largest_fragment)
    compared = compared_with(None, pocket) if reference is None else reference
    return dock_prepared(sites, prepared, config, restraining=(anchors, core), reference=compared)


def config_of(**options) -> DockConfig:
    """A configuration; a wrong name is a ConfigError."""
    try:
        return DockConfig(**options)
    except TypeError as error:
        raise ConfigError(str(error).replace("DockConfig.__init__() ", "")) from error


@dataclass(frozen=True)
class Prepared:
    """A ligand that can be docked, and what was decided on the way."""

    ligand: Ligand
    notes: tuple[str, ...]


def prepare_ligand(mol: Chem.Mol, config: DockConfig, *, largest_fragment: bool = False) -> Prepared:
    """Standardize, protonate, set open stereo, make template conformers.

    Raises:
        MolgenError: the molecule cannot be docked.
    """
    full = prepare_molecule(mol, largest_fragment=largest_fragment)
    notes = list(molecule_notes(full))
    if config.ph is not None:
        full, protons = protonate(full, config.ph)
        full = prepare_molecule(full)
        notes += protons
    if config.keep_conformer:
        if not full.GetNumConformers() or not full.GetConformer().Is3D():
            raise ParseError("--keep-conformer needs a ligand with 3D coordinates")
    else:
        full.RemoveAllConformers()
        full, open_stereo = enumerate_stereo(full, "one")[0]
        notes += [open_stereo] if open_stereo else []
    ligand = ligand_of(full, seed=config.seed, timeout=config.timeout, keep_conformer=config.keep_conformer)
    return Prepared(ligand, tuple(notes))


def dock_prepared(
    sites: Sequence[Site],
    prepared: Prepared,
    config: DockConfig,
    *,
    restraining: tuple[Sequence[Anchor | str], Chem.Mol | str | Path | None] = ((), None),
    reference: Chem.Mol | None = None,
) -> DockingResult:
    """Dock a prepared ligand into one or more sites of one receptor; the poses of all sites are ranked together."""
    begin = time.monotonic()
    ligand = prepared.ligand
    restraints = restraints_of(ligand.mol, *restraining)
    learned = learned_of(config)
    notes = list(prepared.notes)
    with noted(notes):
        found = [(site, _searched(site, ligand, config, restraints, learned)) for site in sites]
    choices = ranked(ligand, found, learned.confidence)
    lowest = min(choices, key=lambda choice: float(choice.refined.total[choice.row]))
    poses, mol = poses_of(ligand, _distinct(ligand, choices, config), config, reference, lowest)
    return result_of(sites, mol, poses, tuple(notes), time.monotonic() - begin, config)


def _distinct(ligand: Ligand, choices: Sequence[Choice], config: DockConfig) -> list[Choice]:
    """The best poses that are apart: boxes may overlap, and then two of them hold the same pose."""
    heavy = torch.stack([choice.refined.positions[choice.row] for choice in choices])
    return [choices[k] for k in representatives(ligand, heavy, config.spacing, config.n).tolist()]


def result_of(
    sites: Sequence[Site],
    mol: Chem.Mol,
    poses: tuple[Pose, ...],
    notes: tuple[str, ...],
    seconds: float,
    config: DockConfig,
) -> DockingResult:
    """The record of a finished ligand."""
    receptor = next(site.receptor for site in sites if site.pocket.name == poses[0].pocket)
    return DockingResult(
        mol=mol,
        poses=poses,
        pockets=tuple(site.pocket for site in sites),
        receptor=receptor.protein,
        kept=receptor.kept,
        dropped=receptor.dropped,
        notes=notes,
        seconds=seconds,
        config=config,
    )


def _searched(site: Site, ligand: Ligand, config: DockConfig, restraints: tuple, learned: Learned) -> Refined:
    _check_fits(site, ligand)
    energy = energy_of(site, ligand, restraints)
    proposals = None
    if learned.poses is not None:
        noise = torch.Generator().manual_seed(config.seed)  # its own, so that the random starts do not depend on it
        proposals = propose(
            learned.poses, site, ligand, config.samples, config.steps, noise, energy=energy, guidance=config.guidance
        )
    rng = torch.Generator().manual_seed(config.seed)
    found = search(energy, ligand.templates, config.search, rng, proposals)
    refined = refine(site, ligand, energy, found, config.spacing)
    _check_inside(site, energy, refined)
    return refined


def energy_of(site: Site, ligand: Ligand, restraints: tuple = ()) -> DockingEnergy:
    """The energy of a ligand in a site, from maps."""
    maps = site.maps_for(ligand.classes)
    return DockingEnergy(
        ligand.body, MapField(maps, ligand.classes.index), ligand.pairs, site.lower, site.upper, restraints
    )


def _check_fits(site: Site, ligand: Ligand) -> None:
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


def poses_of(
    ligand: Ligand,
    choices: Sequence[Choice],
    config: DockConfig,
    reference: Chem.Mol | None,
    lowest: Choice,
) -> tuple[tuple[Pose, ...], Chem.Mol]:
    """The records of the chosen poses, in order, and the molecule with one conformer for each.

    The intramolecular energy of ``lowest``, the pose of lowest energy, is the zero of that of all, as in Vina.
    """
    heavy = torch.stack([choice.refined.positions[choice.row] for choice in choices])
    template = torch.stack([choice.refined.template[choice.row] for choice in choices])
    positions = all_atom_poses(ligand, template, heavy)
    strains = strain(ligand, positions)
    rmsds = _reference_rmsds(ligand, positions, reference)
    mol = with_conformers(ligand.mol, positions)
    checks = _checks([choice.site for choice in choices], ligand, mol, config.posebusters)
    factor = rotor_factor(ligand.rotors)
    zero = float(lowest.refined.intramolecular[lowest.row])
    poses = []
    for index, (site, refined, row, confidence) in enumerate(choices):
        inter, intra = float(refined.intermolecular[row]), float(refined.intramolecular[row])
        terms = interaction_terms(site.atoms, ligand.classes, heavy[index : index + 1])[0] * weight_vector()
        poses.append(
            Pose(
                rank=index + 1,
                conformer=index,
                score=factor * (inter + intra - zero),
                intermolecular=inter,
                intramolecular=intra,
                terms=dict(zip(TERMS, terms.tolist(), strict=True)),
                strain=float(strains[index]),
                checks=checks[index],
                rmsd=None if rmsds is None else float(rmsds[index]),
                pocket=site.pocket.name,
                confidence=confidence,
            )
        )
    return tuple(poses), mol


def _checks(sites: Sequence[Site], ligand: Ligand, mol: Chem.Mol, posebusters: bool) -> list[dict[str, bool]]:
    """Name of each validity check -> passed, for every conformer of `mol`, the i-th in the i-th site."""
    if posebusters:
        poses = [Chem.Mol(mol, False, conformer.GetId()) for conformer in mol.GetConformers()]
        return [posebusters_checks(pose, site.receptor.protein)[0] for pose, site in zip(poses, sites, strict=True)]
    checkers = {id(site): site.checker(ligand.mol) for site in sites}
    found = []
    for conformer, site in zip(mol.GetConformers(), sites, strict=True):
        validity = checkers[id(site)](torch.from_numpy(conformer.GetPositions())[None])
        found.append(dict(zip(validity.names, validity.passed[0].tolist(), strict=True)))
    return found


def _reference_rmsds(ligand: Ligand, positions: np.ndarray, reference: Chem.Mol | None) -> np.ndarray | None:
    if reference is None:
        return None
    try:
        matches = pose_matches(reference, ligand.mol)
    except ValueError:
        return None
    heavy = [atom.GetIdx() for atom in reference.GetAtoms() if atom.GetAtomicNum() != 1]
    crystal = reference.GetConformer().GetPositions()[heavy]
    return pose_rmsd_matrix(crystal[None], positions[:, ligand.heavy], matches.permutations)[0].numpy()
