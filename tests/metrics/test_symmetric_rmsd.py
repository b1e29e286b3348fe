"""Symmetric RMSD of molecules, superposed and in place, against RDKit and spyrmsd on 200 pairs; limits on symmetry."""

import time
from functools import lru_cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rdkit import Chem
from rdkit.Chem import rdDistGeom, rdMolAlign
from scipy.spatial.transform import Rotation

from molgen.metrics import heavy_coordinates, pairwise_rmsds, symmetric_rmsds

# spyrmsd knows elements and connections only: in these the other symmetries of a graph without bond orders are the same
SMILES = [
    "CC(C)(C)c1ccc(cc1)C(F)(F)F",
    "OC(=O)CCc1ccc(cc1)S(=O)(=O)NC",
    "O=[N+]([O-])c1ccc(Oc2ccc([N+](=O)[O-])cc2)cc1",
    "CC(C)CC(NC(=O)C(N)Cc1ccccc1)C(=O)O",
    "CN1CCN(CC1)c1ncnc2ccccc12",
    "CCCCCCCCCC",
    "C1CCC(CC1)C1CCCCC1",
    "COc1cc(CCN)cc(OC)c1OC",
    "CC(=O)Oc1ccccc1C(=O)O",
    "Clc1ccc(cc1)C(c1ccc(Cl)cc1)C(Cl)(Cl)Cl",
]
PAIRS = 20  # of each molecule: 5 probes, 4 references
TEN_BUTYLS = "C(C(C)(C)C)(C(C)(C)C)C(C)(C)C"


@lru_cache
def probe_and_reference(smiles: str) -> tuple[Chem.Mol, Chem.Mol]:
    """Five conformers without hydrogens; four with them, atoms shuffled, moved by some Angstrom."""
    mol = Chem.AddHs(Chem.MolFromSmiles(smiles))
    assert len(rdDistGeom.EmbedMultipleConfs(mol, 9, randomSeed=3)) == 9
    order = np.random.default_rng(0).permutation(mol.GetNumAtoms()).tolist()
    probe, reference = Chem.RemoveAllHs(mol), Chem.RenumberAtoms(mol, order)
    for number in range(9):
        (probe if number >= 5 else reference).RemoveConformer(number)
    for conformer in reference.GetConformers():
        conformer.SetPositions(conformer.GetPositions() + np.array([1.5, -0.5, 0.25]))
    return probe, reference


def ids(mol: Chem.Mol) -> list[int]:
    return [conformer.GetId() for conformer in mol.GetConformers()]


@pytest.mark.parametrize("smiles", SMILES)
@pytest.mark.parametrize("superpose", [True, False], ids=["superposed", "in place"])
def test_agrees_with_rdkit(smiles: str, superpose: bool) -> None:
    probe, reference = probe_and_reference(smiles)
    ours = symmetric_rmsds(probe, reference, superpose=superpose)
    measure = rdMolAlign.GetBestRMS if superpose else rdMolAlign.CalcRMS
    bare = Chem.RemoveAllHs(reference)
    theirs = [[measure(Chem.Mol(probe), bare, p, r) for p in ids(probe)] for r in ids(bare)]
    assert ours.exact
    assert ours.rmsd.size == PAIRS
    assert np.abs(ours.rmsd - theirs).max() < 1e-4


@pytest.mark.parametrize("smiles", SMILES)
@pytest.mark.parametrize("superpose", [True, False], ids=["superposed", "in place"])
def test_agrees_with_spyrmsd(smiles: str, superpose: bool) -> None:
    spyrmsd = pytest.importorskip("spyrmsd.rmsd")
    probe, reference = probe_and_reference(smiles)
    bare = Chem.RemoveAllHs(reference)
    tables = [[atom.GetAtomicNum() for atom in mol.GetAtoms()] for mol in (bare, probe)]
    bonds = [Chem.GetAdjacencyMatrix(mol) for mol in (bare, probe)]
    theirs = [
        spyrmsd.symmrmsd(one, list(heavy_coordinates(probe)), *map(np.array, tables), *bonds, superpose, superpose)
        for one in heavy_coordinates(bare)
    ]
    assert np.abs(symmetric_rmsds(probe, reference, superpose=superpose).rmsd - theirs).max() < 1e-4


@settings(max_examples=25)
@given(
    st.tuples(*[st.floats(-3.14, 3.14)] * 3),
    st.tuples(*[st.floats(-50.0, 50.0)] * 3).filter(lambda shift: np.linalg.norm(shift) > 0.1),
)
def test_rigid_motion_changes_only_the_rmsd_in_place(turn: tuple, shift: tuple) -> None:
    probe, reference = probe_and_reference(SMILES[1])
    moved = Chem.Mol(probe)
    motion = Rotation.from_rotvec(turn)
    for conformer in moved.GetConformers():
        conformer.SetPositions(motion.apply(conformer.GetPositions()) + np.array(shift))
    assert symmetric_rmsds(moved, reference).rmsd == pytest.approx(symmetric_rmsds(probe, reference).rmsd, abs=1e-6)
    both = [symmetric_rmsds(one, reference, superpose=False).rmsd for one in (moved, probe)]
    assert np.abs(both[0] - both[1]).max() > 1e-3
    assert (both[0] >= symmetric_rmsds(probe, reference).rmsd - 1e-6).all()


@pytest.mark.parametrize("superpose", [True, False])
def test_pairwise_is_the_matrix_of_a_molecule_with_itself(superpose: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    probe, _ = probe_and_reference(SMILES[3])
    whole = symmetric_rmsds(probe, probe, superpose=superpose).rmsd
    for rows in (2, 100):
        monkeypatch.setattr("molgen.metrics.symmetric_rmsd._ROWS", rows)
        found = pairwise_rmsds(probe, superpose=superpose)
        assert found.exact
        assert found.rmsd == pytest.approx(whole, abs=1e-6)
        assert (found.rmsd == found.rmsd.T).all()
        assert (np.diagonal(found.rmsd) == 0).all()


def test_more_symmetries_than_are_tried_give_an_upper_bound_that_says_so() -> None:
    probe, reference = probe_and_reference(SMILES[0])
    exact = symmetric_rmsds(probe, reference)
    few = symmetric_rmsds(probe, reference, max_matches=7)
    assert (exact.exact, exact.matches) == (True, 72)  # 3! of CF3, 3! of C(CH3)3, 2 of the ring
    assert (few.exact, few.matches) == (False, 7)
    assert (few.rmsd >= exact.rmsd - 1e-9).all()
    assert few.rmsd.max() > exact.rmsd.max() + 0.01


def test_a_dendrimer_is_done_within_the_time_limit() -> None:
    mol = Chem.MolFromSmiles(f"{TEN_BUTYLS}CC{TEN_BUTYLS}")  # (3! 3!^3)^2 2 = 3.4 million symmetries
    rng = np.random.default_rng(0)
    for _ in range(60):
        conformer = Chem.Conformer(mol.GetNumAtoms())
        conformer.SetPositions(rng.normal(size=(mol.GetNumAtoms(), 3)))
        mol.AddConformer(conformer, assignId=True)
    begin = time.monotonic()
    found = pairwise_rmsds(mol, max_matches=100_000, seconds=0.5)
    assert time.monotonic() - begin < 5.0
    assert not found.exact
    assert 0 < found.matches < 100_000
    assert np.isfinite(found.rmsd).all()
    loose = pairwise_rmsds(mol, max_matches=1)
    assert (found.rmsd <= loose.rmsd + 1e-9).all()


def test_a_fullerene_is_exact() -> None:
    mol = Chem.MolFromSmiles(
        "c12c3c4c5c1c1c6c7c2c2c8c3c3c9c4c4c%10c5c5c1c1c6c6c%11c7c2c2c7c8c3c3c8c9c4c4c9c%10c5c5c1c1c6"
        "c6c%11c2c2c7c3c3c8c4c4c9c5c1c1c6c2c3c41"
    )
    conformer = Chem.Conformer(60)
    conformer.SetPositions(np.random.default_rng(1).normal(size=(60, 3)))
    mol.AddConformer(conformer)
    order = np.random.default_rng(2).permutation(60).tolist()
    found = symmetric_rmsds(Chem.RenumberAtoms(mol, order), mol, seconds=10.0)
    assert (found.exact, found.matches) == (True, 120)  # the order of the icosahedral group
    assert found.rmsd.max() < 1e-5


def test_another_molecule_is_refused() -> None:
    with pytest.raises(ValueError, match="differ"):
        symmetric_rmsds(probe_and_reference(SMILES[0])[0], probe_and_reference(SMILES[1])[0])
