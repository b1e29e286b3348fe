"""How common angles are in a library: finer surroundings count more, what is unknown is uniform."""

import numpy as np
import pytest
import torch
from rdkit import Chem
from rdkit.Chem import AllChem, rdMolTransforms

from molgen.chem.features.molecule_features import heavy_atoms, molecule_graph
from molgen.conformers.torsion_library import TorsionLibrary, build_library, torsion_densities
from molgen.conformers.torsion_library.axis_keys import path_angles
from molgen.geometry.torsions import dihedral_angles

BINS = 72
AMIDE = "CCOCCNC(C)=O"


def structure(smiles: str, degrees: float | None = None, seed: int = 7) -> Chem.Mol:
    """With the torsion of the first four atoms at an angle."""
    mol = Chem.AddHs(Chem.MolFromSmiles(smiles))
    assert AllChem.EmbedMolecule(mol, randomSeed=seed) == 0
    if degrees is not None:
        rdMolTransforms.SetDihedralDeg(mol.GetConformer(), 0, 1, 2, 3, degrees)
    return mol


def densities(library: TorsionLibrary, mol: Chem.Mol, **options: bool) -> np.ndarray:
    heavy = mol.GetConformer().GetPositions()[heavy_atoms(mol)]
    return torsion_densities(library, mol, molecule_graph(mol), heavy, BINS, **options)[0]


def peaks(density: np.ndarray) -> list[float]:
    """Degrees at which a density is a maximum above uniform."""
    higher = (density > np.roll(density, 1)) & (density >= np.roll(density, -1)) & (density > 1)
    return [float(-180 + 5 * k) for k in np.flatnonzero(higher)]


def test_common_angles_are_dense_with_both_signs_where_nothing_is_chiral():
    library = build_library([(f"{k}", structure("NCCO", 65.0, seed=k)) for k in range(1, 6)])
    (density,) = densities(library, structure("NCCO"))
    assert peaks(density) == [-65.0, 65.0]
    assert density.mean() == pytest.approx(1.0, abs=1e-6)


def test_of_an_enantiomer_the_angles_have_the_opposite_sign():
    left, right = "OC[C@H](F)Cl", "OC[C@@H](F)Cl"
    library = build_library([(f"{k}", structure(left, 70.0, seed=k)) for k in range(1, 6)])
    degrees = []
    for mol in (structure(left), structure(right)):
        graph = molecule_graph(mol)
        heavy = mol.GetConformer().GetPositions()[heavy_atoms(mol)]
        density, paths = torsion_densities(library, mol, graph, heavy, BINS)
        place = torch.from_numpy(heavy)
        offset = dihedral_angles(place, torch.from_numpy(graph.torsions.astype(np.int64))) - path_angles(place, paths)
        degrees.append(-180 + 5 * int(density[0].argmax()) + float(torch.rad2deg(offset[0])))
    assert degrees[0] != degrees[1]
    assert abs((sum(degrees) + 180) % 360 - 180) <= 20  # the template conformers differ a little


def test_bonds_that_are_like_none_are_uniform():
    library = build_library([("x", structure("NCCO", 65.0))])
    assert (densities(library, structure("CSCCl")) == 1).all()


def test_more_molecules_and_finer_surroundings_count_more():
    few = build_library([("far", structure("CCOCCCCCC", 180.0)), ("near", structure(AMIDE, 80.0))])
    many = build_library([(f"{k}", structure(AMIDE, 80.0, seed=k)) for k in range(1, 20)])
    place = round((80 + 180) / 5)
    first, second = (densities(library, structure(AMIDE))[0] for library in (few, many))
    assert 1 < first[place] < second[place]


def test_a_molecule_can_be_left_out_of_its_own_densities():
    """Whatever its protonation, stereo and order of atoms; relatives stay."""
    acid, anion = "N[C@@H](CCO)C(=O)O", "[O-]C(=O)[C@@H]([NH3+])CCO"
    library = build_library([("itself", structure(acid)), ("relative", structure("N[C@@H](CCO)C(=O)OC"))])
    mol = structure(anion)
    alone = build_library([("relative", structure("N[C@@H](CCO)C(=O)OC"))])
    np.testing.assert_allclose(densities(library, mol, with_itself=False), densities(alone, mol), atol=1e-9)
    assert (densities(library, mol) != densities(alone, mol)).any()
