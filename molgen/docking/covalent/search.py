"""The search of a ligand that is bonded to a residue: torsions alone, on the residue of every site."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from molgen.docking.covalent.placing import placed
from molgen.docking.learned import Learned
from molgen.docking.ligand import Ligand
from molgen.docking.records import DockConfig
from molgen.docking.refine import Refined
from molgen.docking.site import Site
from molgen.errors import InputError
from molgen.physics.restraints import PointRestraint

UNRANKED = (
    "covalent poses start from random torsions and are ranked by energy: the models of poses and of confidence have "
    "seen no covalent ligands"
)
Search = Callable[[Site, Ligand, DockConfig, Sequence[PointRestraint], Learned], Refined]


def searched_bonded(
    ligand: Ligand, sites: Sequence[Site], config: DockConfig, restraints: Sequence[PointRestraint], search: Search
) -> tuple[Ligand, list[tuple[Site, Refined]]]:
    """The ligand with its template conformers on the residue of every site, and the refined poses of each.

    Args:
        ligand: that is bonded.
        sites: that know the residue.
        config, restraints: as of a search without a bond.
        search: docks into one site.

    Raises:
        InputError: a site knows no residue, or the ligand does not fit.
    """
    residues = [site.bond for site in sites if site.bond is not None]
    if len(residues) < len(sites):
        raise InputError("a ligand that is bonded needs the sites of its residue: sites_of(..., covalent=...)")
    whole, each = placed(ligand, residues)
    count = len(ligand.templates)
    refined = []
    for k, (site, own) in enumerate(zip(sites, each, strict=True)):
        poses = search(site, own, config, restraints, Learned())
        refined.append((site, replace(poses, template=poses.template + k * count)))
    return whole, refined
