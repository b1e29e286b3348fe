"""Torsions that are recalled: those of one molecule together, in the geometry of the molecule that takes them."""

import numpy as np
import pytest
import torch
from rdkit import Chem
from rdkit.Chem import AllChem, rdMolTransforms

from molgen.chem.features.molecule_features import heavy_atoms, molecule_graph
from molgen.conformers.templates.embedding import set_torsions
from molgen.conformers.torsion_library import build_library, recall_torsions
from molgen.metrics import rmsd_matrix
from molgen.metrics.symmetry import automorphisms

STEP = 2 * np.pi / 256


def structure(smiles: str, seed: int = 7) -> Chem.Mol:
    mol = Chem.AddHs(Chem.MolFromSmiles(smiles))
    assert AllChem.EmbedMolecule(mol, randomSeed=seed) == 0
    return mol


def heavy_positions(mol: Chem.Mol, count: int) -> torch.Tensor:
    return torch.from_numpy(mol.GetConformer().GetPositions()[heavy_atoms(mol)]).expand(count, -1, -1)


def recalled(library, mol, count=40, share=1.0, seed=0):
    return recall_torsions(library, mol, molecule_graph(mol), heavy_positions(mol, count), share, seed)


@pytest.mark.parametrize(
    "smiles",
    [
        "CC(C)NC[C@H](O)COc1ccc(CC(N)=O)cc1",
        "CC(=O)N[C@@H](C(C)C)C(=O)NC",
        "O=C(Nc1ccccc1)C1CC1",
        "CC(C)c1ccc(O)cc1",
        "CC(C)C[C@H](NC(=O)c1cc(Cl)ccn1)C(=O)O",
        "Cc1ccccc1-c1ccccc1OCC#CCN(C)CC",
        "CS(=O)(=O)N1CCOCC1",
        "COCCOCCOCCOCCOC",
        "OCCc1ccc(cc1)CCO",
        "C[C@H](O)CN(CCCl)C[C@@H](C)O",
    ],
)
def test_a_molecule_takes_on_the_shape_of_its_own_structure_in_the_library(smiles):
    """Every time, but for what symmetry exchanges and the mirror image of what is achiral; atoms in another order."""
    mol = structure(smiles, seed=1)
    order = np.random.default_rng(0).permutation(mol.GetNumAtoms()).tolist()
    library = build_library([("itself", Chem.RenumberAtoms(mol, order))])
    result = recalled(library, mol, count=100)
    own = [k for k, names in enumerate(result.names) if names == ("itself",)]
    assert len(own) > 30
    assert not result.torsions[own].isnan().any()
    positions = torch.from_numpy(mol.GetConformer().GetPositions())
    shapes = set_torsions(mol, positions.expand(len(own), -1, -1), result.torsions[own], molecule_graph(mol))
    permutations = automorphisms(mol, 256).permutations
    heavy = heavy_atoms(mol)
    distances = rmsd_matrix(positions[heavy][None].numpy(), shapes[:, heavy].numpy(), permutations)[0]
    assert float(distances.max()) < 0.35  # ends of a chain have other angles when they change places


def test_torsions_of_one_molecule_are_taken_together():
    """Of two structures, gauche-gauche and anti-anti, no gauche-anti is made."""
    shapes = []
    for angle in (60.0, 180.0):
        mol = structure("NCCCO")
        for quadruple in ((0, 1, 2, 3), (1, 2, 3, 4)):
            rdMolTransforms.SetDihedralDeg(mol.GetConformer(), *quadruple, angle)
        shapes.append((f"{angle:g}", mol))
    result = recalled(build_library(shapes), structure("NCCCO"), count=200)
    degrees = np.abs(np.rad2deg(result.torsions.numpy()))
    kinds = np.where(np.abs(degrees - 60) < 2, 60, np.where(np.abs(degrees - 180) < 2, 180, 0))
    assert (kinds > 0).all()
    assert (kinds[:, 0] == kinds[:, 1]).all()
    assert 60 < (kinds[:, 0] == 60).sum() < 140
    assert [names.split()[0] for (names,) in result.names] == [f"{kind}" for kind in kinds[:, 0]]


def test_of_a_mirror_image_the_torsions_come_mirrored():
    """The other enantiomer takes them with the opposite sign, and only so; what is achiral with both signs."""
    left, right = "CO[C@H](F)CNC(C)=O", "CO[C@@H](F)CNC(C)=O"
    library = build_library([("left", structure(left))])
    own = recalled(library, structure(left), count=100).torsions
    others = recalled(library, structure(right), count=100).torsions
    chiral = [k for k in range(own.shape[1]) if own[:, k].std() < 0.01]
    assert chiral
    assert (torch.cos(own[:, chiral] + others[:, chiral]) > 0.98).all()
    gauche = structure("NCCO")
    rdMolTransforms.SetDihedralDeg(gauche.GetConformer(), 0, 1, 2, 3, 60.0)
    degrees = np.rad2deg(recalled(build_library([("gauche", gauche)]), structure("NCCO"), count=100).torsions.numpy())
    assert set(np.sign(degrees).flatten()) == {-1.0, 1.0}
    assert np.allclose(np.abs(degrees), 60, atol=1.5)


def test_only_a_share_is_recalled_and_only_bonds_that_are_alike():
    library = build_library([("ether", structure("CCOCCCC"))])
    mol = structure("CCOCCCCCC(Cl)Br")
    result = recalled(library, mol, count=40, share=0.25)
    known = ~result.torsions.isnan()
    assert known[:30].sum() == 0
    assert known[30:].any(1).all()
    assert known[30:].any(0).sum() < known.shape[1]
    assert result.sources()[:30] == ("model",) * 30
    torsions = torch.zeros(40, known.shape[1])
    assert (result.over(torsions) != 0).sum() <= known.sum()
    assert result.over(torsions).dtype == torsions.dtype
    nothing = recalled(None, mol, count=3)
    assert nothing.torsions.isnan().all()
    assert nothing.sources() == ("model",) * 3


def test_the_more_alike_a_molecule_the_more_often_it_is_drawn():
    library = build_library([("near", structure("CCOCCNC(C)=O")), ("far", structure("CCOCCNC(=O)CC"))])
    names = [names[0] for names in recalled(library, structure("CCOCCNC(C)=O"), count=400).names]
    assert names.count("near") > 2 * names.count("far") > 0


def test_recall_is_the_same_for_the_same_seed_only():
    library = build_library([(f"{k}", structure("CCOCCNC(C)=O", seed=k)) for k in range(1, 9)])
    mol = structure("CCOCCNC(C)=O")
    first, again, other = (recalled(library, mol, seed=seed).torsions for seed in (1, 1, 2))
    assert torch.equal(first, again)
    assert not torch.equal(first, other)
