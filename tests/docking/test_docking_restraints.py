"""Anchors and cores in the words of a user."""

from pathlib import Path

import numpy as np
import pytest
import torch
from rdkit import Chem
from small_molecules import embedded

from molgen.chem.features.molecule_features import heavy_atoms
from molgen.chem.proteins.structure import Pocket
from molgen.docking.restraints import CORE_RADIUS, Anchor, check_reach, restraints_of
from molgen.errors import InputError

GOOD = {
    "[NH2]@1,2,3": Anchor("[NH2]", (1.0, 2.0, 3.0)),
    "c1ccccc1@-1.5,2e1,.5,2.5": Anchor("c1ccccc1", (-1.5, 20.0, 0.5), 2.5),
    " O@ 1, 2, 3 ": Anchor("O", (1.0, 2.0, 3.0)),
    "[C@@H](N)O@1,2,3,0": Anchor("[C@@H](N)O", (1.0, 2.0, 3.0), 0.0),
}


@pytest.mark.parametrize(("text", "anchor"), GOOD.items())
def test_anchors_are_read(text: str, anchor: Anchor) -> None:
    assert Anchor.parse(text) == anchor


@pytest.mark.parametrize(
    "text",
    ["", "O", "O@", "@1,2,3", "O@1,2", "O@1,2,3,4,5", "O@a,b,c", "O@1,2,nan", "O@1,inf,2", "O@1,2,3,-1", "O@1;2;3"],
)
def test_other_texts_are_refused_with_the_form_that_is_meant(text: str) -> None:
    with pytest.raises(InputError, match="SMARTS@x,y,z"):
        Anchor.parse(text)


LIGAND = embedded("OCCc1ccccc1")


def test_an_anchor_holds_the_first_atom_of_its_pattern() -> None:
    (held,) = restraints_of(LIGAND, ["CO@1,2,3,0.5"])
    assert held.atoms.tolist() == [[1]]
    assert held.points.tolist() == [[1.0, 2.0, 3.0]]
    assert held.radius.tolist() == [0.5]


def test_every_match_of_an_anchor_is_an_alternative() -> None:
    (held,) = restraints_of(LIGAND, [Anchor("[cH]", (0.0, 0.0, 0.0))])
    assert sorted(held.atoms[:, 0].tolist()) == [4, 5, 6, 7, 8]


def test_atoms_are_counted_without_hydrogens() -> None:
    mol = Chem.AddHs(Chem.MolFromSmiles("CO"))
    mixed = Chem.RenumberAtoms(mol, [2, 3, 0, 4, 1, 5])  # hydrogens between the heavy atoms
    (held,) = restraints_of(mixed, ["[OX2]@0,0,0"])
    assert held.atoms.tolist() == [[1]]


def test_several_anchors_are_several_restraints() -> None:
    assert len(restraints_of(LIGAND, ["O@0,0,0", Anchor("c", (1.0, 1.0, 1.0))])) == 2
    assert restraints_of(LIGAND) == ()


@pytest.mark.parametrize(("anchor", "message"), [("[[@0,0,0", "not a SMARTS"), ("[Cl]@0,0,0", "no heavy atom")])
def test_patterns_that_do_not_fit_are_named(anchor: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        restraints_of(LIGAND, [anchor])


def test_a_pattern_that_begins_with_a_hydrogen_is_refused() -> None:
    with pytest.raises(InputError, match="no heavy atom"):
        restraints_of(LIGAND, ["[#1]O@0,0,0"])


def heavy_pose(mol: Chem.Mol) -> torch.Tensor:
    """float32 [n, 3, 1]."""
    return torch.from_numpy(mol.GetConformer().GetPositions()[heavy_atoms(mol)]).float()[:, :, None]


def test_a_core_holds_every_common_atom_where_it_lies() -> None:
    reference = embedded("Cc1ccccc1")
    (held,) = restraints_of(LIGAND, core=reference)
    assert held.points.shape == (7, 3)
    assert set(held.radius.tolist()) == {CORE_RADIUS}
    assert len(held.atoms) == 2  # the ring may be flipped
    bonded = {frozenset((b.GetBeginAtomIdx(), b.GetEndAtomIdx())) for b in LIGAND.GetBonds()}
    place = {tuple(np.round(p, 3)): k for k, p in enumerate(reference.GetConformer().GetPositions())}
    names = [place[tuple(np.round(p, 3))] for p in held.points.double().numpy()]
    for row in held.atoms.tolist():
        for i in range(7):
            for j in range(i):
                there = reference.GetBondBetweenAtoms(names[i], names[j]) is not None
                assert there == (frozenset((row[i], row[j])) in bonded)


def test_the_molecule_itself_satisfies_its_core() -> None:
    (held,) = restraints_of(LIGAND, core=LIGAND)
    assert held.atoms.shape[1] == 9
    energy, gradient = held(heavy_pose(LIGAND))
    assert energy.item() == 0
    assert not gradient.any()
    assert held(heavy_pose(LIGAND) + 2.0)[0].item() > 10


@pytest.mark.parametrize("smiles", ["[2H]OCCc1ccccc1", "[2H]C([2H])(O)Cc1ccccc1", "[H]/N=C(/C)CCc1ccccc1"])
def test_hydrogens_that_a_molecule_keeps_do_not_shift_its_core(smiles: str) -> None:
    mol = embedded(smiles)
    (held,) = restraints_of(mol, core=mol)
    assert held(heavy_pose(mol))[0].item() == 0


def test_a_core_may_be_a_file(tmp_path: Path) -> None:
    path = tmp_path / "core.sdf"
    Chem.MolToMolFile(embedded("Cc1ccccc1"), str(path))
    (held,) = restraints_of(LIGAND, core=path)
    assert held.points.shape == (7, 3)


def test_molecules_with_little_in_common_have_no_core() -> None:
    with pytest.raises(InputError, match="at least 4"):
        restraints_of(LIGAND, core=embedded("CC(F)(F)F"))


def test_what_is_restrained_outside_the_box_is_refused():
    pockets = [Pocket(np.zeros(3), np.full(3, 20.0), "a"), Pocket(np.full(3, 50.0), np.full(3, 20.0), "b")]
    check_reach(restraints_of(LIGAND, ["O@12.5,0,0,1", "O@50,50,50"]), pockets)
    with pytest.raises(InputError, match=r"the place of the anchor is 3\.0 A outside the box: another frame"):
        check_reach(restraints_of(LIGAND, ["O@14,0,0,1"]), pockets)
    shifted = Chem.Mol(LIGAND)
    conformer = shifted.GetConformer()
    conformer.SetPositions(conformer.GetPositions() + 20)
    with pytest.raises(InputError, match=r"an atom of the core is .* outside the box"):
        check_reach(restraints_of(LIGAND, core=shifted), pockets)
