"""Hashes of atoms with what surrounds them: the same however atoms are numbered and protonated, but not for images."""

import numpy as np
import pytest
from rdkit import Chem

from molgen.chem.features.environments import atom_environments, mixed

SMILES = ["CC(=O)Oc1ccccc1C(=O)O", "C[C@H](N)C(=O)N1CCC[C@@H]1C(F)(F)F", "N#CCS(=O)(=O)NC1CC1"]


def environments(smiles: str, radius: int = 4) -> np.ndarray:
    return atom_environments(Chem.MolFromSmiles(smiles), radius)


@pytest.mark.parametrize("smiles", SMILES)
def test_environments_do_not_depend_on_the_order_of_atoms(smiles):
    mol = Chem.MolFromSmiles(smiles)
    order = np.random.default_rng(1).permutation(mol.GetNumAtoms())
    renumbered = Chem.RenumberAtoms(mol, order.tolist())
    Chem.AssignStereochemistry(renumbered, cleanIt=True, force=True)
    assert (atom_environments(renumbered, 4) == atom_environments(mol, 4)[:, order]).all()


@pytest.mark.parametrize("smiles", SMILES)
def test_atoms_alike_within_all_bonds_are_those_that_symmetry_exchanges(smiles):
    """RDKit's ranks say the same of whole molecules, but for charges and hydrogens, which do not count here."""
    mol = Chem.MolFromSmiles(smiles)
    ranks = list(Chem.CanonicalRankAtoms(mol, breakTies=False, includeChirality=False))
    assert len(set(environments(smiles, 12)[-1].tolist())) == len(set(ranks))


@pytest.mark.parametrize(
    ("one", "other"), [("CCC(=O)O", "CCC(=O)[O-]"), ("CCNC", "CC[NH2+]C"), ("NC(=N)C", "NC(=[NH2+])C")]
)
def test_protonation_changes_nothing(one, other):
    assert (environments(one) == environments(other)).all()


def test_mirror_images_and_the_number_of_hydrogens_on_carbon_are_told_apart():
    assert (environments("C[C@H](N)C(=O)O") != environments("C[C@@H](N)C(=O)O")).any()
    assert (environments("CC=CC") != environments("CCCC")).any()
    assert (environments("CCCC")[0, :3] == environments("CCCCC")[0, :3]).all()


def test_the_mirror_image_has_the_hashes_of_the_other_enantiomer():
    left, right = (Chem.MolFromSmiles(f"C[C{hand}H](N)C(=O)N1CCOCC1") for hand in ("@", "@@"))
    assert (atom_environments(left, 4, mirrored=True) == atom_environments(right, 4)).all()


def test_radius_is_how_far_a_change_is_seen():
    near, far = environments("CCCCCCO"), environments("CCCCCCF")
    differs = near != far
    assert differs[:, 0].tolist() == [False] * 5  # six bonds away
    assert [int(row.sum()) for row in differs] == [1, 2, 3, 4, 5]


def test_hashes_are_the_same_on_every_machine():
    """SplitMix64 seeded with 0 begins with this number (reference implementation of Vigna)."""
    assert mixed(np.array([0], dtype=np.uint64))[0] == 0xE220A8397B1DCDAF


def test_hashes_are_those_of_whole_numbers_without_end():
    """Methanol's, in Python's own numbers: carbon with one neighbor and three hydrogens, oxygen with one neighbor."""

    def mix(value: int) -> int:
        value = (value + 0x9E3779B97F4A7C15) % 2**64
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9 % 2**64
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB % 2**64
        return value ^ (value >> 31)

    carbon, oxygen = (mix((6 * 128 + 1) * 128**4 + 3 * 128**3), mix((8 * 128 + 1) * 128**4))
    single = 2 * 0xBF58476D1CE4E5B9
    around = [
        mix((0x9E3779B97F4A7C15 * own + mix((other + single) % 2**64)) % 2**64)
        for own, other in ((carbon, oxygen), (oxygen, carbon))
    ]
    assert environments("CO", 1).tolist() == [[carbon, oxygen], around]
