"""What can interact in a receptor, with and without hydrogens in the file."""

from dataclasses import replace

import numpy as np
import pytest
from rdkit import Chem
from rdkit.Chem import AllChem

from molgen.chem.proteins.reading import read_protein
from molgen.chem.proteins.structure import Protein, Residue
from molgen.metrics.interactions import find_interactions
from molgen.metrics.interactions.groups.receptor import receptor_groups


@pytest.fixture(scope="module")
def peptide(tmp_path_factory) -> Protein:
    """A strand with one of each group, built by RDKit, without hydrogens."""
    mol = Chem.MolFromSequence("GDKRFHWPSG")
    AllChem.EmbedMolecule(full := Chem.AddHs(mol), randomSeed=7)
    path = tmp_path_factory.mktemp("peptide") / "strand.pdb"
    Chem.MolToPDBFile(Chem.RemoveHs(full), str(path), flavor=2)
    return read_protein(path)


def named(protein: Protein, groups) -> list[str]:
    return [protein.residues[protein.residue_index[group[0]]].name for group in groups]


def test_side_chains_carry_their_charges_and_rings(peptide) -> None:
    groups = receptor_groups(peptide)
    assert sorted(named(peptide, groups.cations)) == ["ARG", "LYS"]
    assert sorted(named(peptide, groups.anions)) == ["ASP", "GLY"]  # the end of the chain
    assert sorted(named(peptide, [ring.atoms for ring in groups.rings])) == ["HIS", "PHE", "TRP", "TRP"]


def test_hydrogens_of_the_file_decide_about_charges(peptide) -> None:
    known = peptide.hydrogens.copy()
    names = np.array(peptide.atom_names)
    residues = np.array([one.name for one in peptide.residues])[peptide.residue_index]
    known[(names == "NZ")] = 2
    known[np.isin(names, ("ND1", "NE2")) & (residues == "HIS")] = 1
    known[(names == "OD1")] = 1
    groups = receptor_groups(replace(peptide, hydrogens=known))
    assert sorted(named(peptide, groups.cations)) == ["ARG", "HIS"]
    assert named(peptide, groups.anions) == ["GLY"]


def test_only_residues_within_reach_are_perceived(peptide) -> None:
    near = np.zeros(len(peptide), dtype=bool)
    near[next(one.start for one in peptide.residues if one.name == "PHE")] = True
    groups = receptor_groups(peptide, near)
    assert named(peptide, [ring.atoms for ring in groups.rings]) == ["PHE"]
    assert not groups.cations


def structure(*atoms: tuple[str, int, str, str, tuple[float, float, float]]) -> Protein:
    """Groups of the given atoms (name, element, residue, kind, place); a residue is named once."""
    names, elements, residues, kinds, places = zip(*atoms, strict=True)
    order = list(dict.fromkeys(residues))
    index = np.array([order.index(one) for one in residues], dtype=np.int32)
    bounds = [(int(np.flatnonzero(index == k)[0]), int(np.flatnonzero(index == k)[-1]) + 1) for k in range(len(order))]
    groups = tuple(
        Residue(name, "B", k + 1, "", kinds[start], start, stop)
        for k, (name, (start, stop)) in enumerate(zip(order, bounds, strict=True))
    )
    unknown = np.full(len(names), -1, dtype=np.int8)
    return Protein(np.array(places), np.array(elements, dtype=np.int16), names, unknown, index, groups)


def test_a_water_between_the_ligand_and_a_formate_is_a_bridge_and_no_partner_of_its_own() -> None:
    formate = [("O1", (-0.75, 2.8, 0.0)), ("C", (-0.75, 4.05, 0.0)), ("O2", (0.33, 4.67, 0.0))]
    atoms = [(name, 6 if name == "C" else 8, "FMT", "ligand", place) for name, place in formate]
    receptor = structure(("O", 8, "HOH", "water", (0.0, 0.0, 0.0)), *atoms)
    mol = Chem.AddHs(Chem.MolFromSmiles("COC"))
    positions = np.full((mol.GetNumAtoms(), 3), 9.0)
    positions[:3] = [[3.4, 1.2, 0.0], [2.8, 0.0, 0.0], [3.4, -1.2, 0.0]]
    (bridge,) = find_interactions(receptor, mol, positions).interactions
    assert (bridge.key, bridge.water, bridge.role) == ("water_bridge:B:FMT:2", "HOH:B:1", "acceptor")


def test_a_metal_and_the_oxygen_that_binds_it_are_found() -> None:
    zinc = structure(("ZN", 30, "ZN", "metal", (0.0, 0.0, 2.1)))
    mol = Chem.AddHs(Chem.MolFromSmiles("C[O-]"))
    positions = np.full((mol.GetNumAtoms(), 3), -3.0)
    positions[:2] = [[0, 0, -1.4], [0, 0, 0]]
    (match,) = find_interactions(zinc, mol, positions).interactions
    assert (match.key, match.ligand_atoms, round(match.distance, 3)) == ("metal:B:ZN:1", (1,), 2.1)
