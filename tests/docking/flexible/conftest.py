"""A pocket as its structure has it, and one that a side chain closes."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from molgen.chem.proteins.reading import read_protein
from molgen.chem.side_chains.geometry import set_chi
from molgen.chem.side_chains.records import side_chain_record
from molgen.chem.side_chains.residues import ATOMS
from molgen.docking.site import site_of, sites_of


@pytest.fixture(scope="session")
def site():
    return sites_of(read_protein(Path("data/1ia1.pdb")), Path("data/1ia1_ligand.sdf")).searched[0]


@pytest.fixture(scope="session")
def closed(site):
    """The site with a side chain, PHE:A:36, turned into the place of the ligand."""
    protein = site.receptor.protein
    record = side_chain_record(protein)
    row = next(r for r, index in enumerate(record.residues) if protein.residues[int(index)].label == "PHE:A:36")
    types, atoms = torch.from_numpy(record.types[[row]]), torch.from_numpy(record.atoms[[row]])
    turned = set_chi(types, atoms, torch.deg2rad(torch.tensor([[-135.0, 120.0, 0.0, 0.0]])))[0].numpy()
    residue, positions = protein.residues[int(record.residues[row])], protein.positions.copy()
    slots = [ATOMS[int(types)].index(name) for name in protein.atom_names[residue.start : residue.stop]]
    positions[residue.start : residue.stop] = turned[slots]
    return site_of(replace(protein, positions=positions), site.pocket)
