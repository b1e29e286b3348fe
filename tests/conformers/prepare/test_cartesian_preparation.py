"""From structures to training sets of coordinates."""

import numpy as np
import pytest
from rdkit import Chem
from small_molecules import embedded

from molgen.chem.features.stereo_marks import stereo_is_right
from molgen.conformers.prepare.cartesian import CartesianPrepareConfig, cartesian_record, prepare_cartesian
from molgen.datasets.parts.part_files import find_parts
from molgen.datasets.records.cartesian import load_cartesian
from molgen.errors import MolgenError

CONFIG = CartesianPrepareConfig()


def crystal(smiles: str, **fields: str) -> Chem.Mol:
    """Heavy atoms only, as in a crystal, with their stereo."""
    mol = Chem.RemoveHs(embedded(smiles))
    for name, value in fields.items():
        mol.SetProp(name, value)
    return mol


def test_heavy_atoms_stay_where_they_are_and_the_stereo_is_right():
    mol = crystal("C[C@H](O)c1ccccc1")
    record = cartesian_record(mol, CONFIG)
    own = mol.GetConformer().GetPositions()
    n = mol.GetNumAtoms()
    found = record.positions[0, :n].astype(float)
    assert np.abs((found - found[0]) - (own - own[0])).max() < 0.02
    assert stereo_is_right(record.positions.astype(float), record.marks).all()


def test_hydrogens_are_learned_from_only_where_the_structure_tells_their_place():
    assert cartesian_record(crystal("CCO"), CONFIG).placed.tolist() == [True, True, True, False]
    amide = cartesian_record(crystal("CC(=O)NC"), CONFIG)
    assert amide.placed.all()
    assert amide.graph.n_atoms == 6
    with_hydrogens = cartesian_record(embedded("CCO"), CONFIG)
    assert with_hydrogens.placed.all()


@pytest.mark.parametrize(
    ("mol", "reason"),
    [
        (crystal("CCO", resolution="3.1"), "resolved to 3.1"),
        (Chem.MolFromSmiles("CCO"), "three dimensions"),
        (crystal("CCCCCCCCO"), "heavy atoms and polar hydrogens"),
    ],
    ids=["badly resolved", "without coordinates", "too large"],
)
def test_what_cannot_be_used_is_refused_with_its_reason(mol, reason):
    with pytest.raises(MolgenError, match=reason):
        cartesian_record(mol, CartesianPrepareConfig(max_atoms=9))


def test_an_sd_file_becomes_a_set(tmp_path):
    with Chem.SDWriter(str(tmp_path / "two.sdf")) as writer:
        for smiles in ("CCO", "C[C@H](N)C(=O)O"):
            writer.write(crystal(smiles, resolution="2.0"))
    made = prepare_cartesian(tmp_path / "two.sdf", tmp_path / "set")
    records, sources = load_cartesian(find_parts(tmp_path / "set"))
    assert (made.prepared, made.failures, len(records), sources) == (2, 0, 2, ["two.sdf"])
