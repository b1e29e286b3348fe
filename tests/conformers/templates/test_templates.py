"""Template conformers: the stereo of the input, fall-back to what was embedded, and which rings have shapes."""

import warnings

import numpy as np
import pytest
from rdkit import Chem

from molgen.chem.molecules.embedding import embed_templates
from molgen.chem.molecules.force_field import Energies
from molgen.chem.molecules.standardize import prepare_molecule
from molgen.conformers.force_field import ConformerField
from molgen.conformers.templates import embedding as templates
from molgen.conformers.templates.embedding import flexible_rings, largest_flexible_ring, template_conformers
from molgen.errors import EmbeddingError
from molgen.metrics.stereo import stereo_mask
from molgen.sampling.guards import MoleculeWarning

CHIRAL = "C[C@H](O)[C@@H](N)CCO"


class MirrorField(ConformerField):
    """A field that turns some conformers into their mirror images."""

    def __init__(self, mol: Chem.Mol, rows: list[int]) -> None:
        super().__init__(mol)
        self.rows = rows

    def minimize(self, positions, steps, *, electrostatics=True, max_force=0.1):
        moved = positions.copy()
        moved[self.rows] *= -1.0
        return moved, Energies(np.zeros(len(moved)), "mirror")


def test_templates_are_minimized_and_have_the_stereo_of_the_input():
    mol = prepare_molecule(Chem.MolFromSmiles(CHIRAL))
    embedded = embed_templates(mol, 4, seed=1).positions
    found = template_conformers(mol, 4, seed=1, steps=100)
    assert stereo_mask(mol, found.mol).all()
    field = ConformerField(mol)
    assert (field.energies(found.positions).values < field.energies(embedded).values - 1.0).all()


def test_a_template_whose_stereo_minimization_turns_stays_as_embedded():
    mol = prepare_molecule(Chem.MolFromSmiles(CHIRAL))
    embedded = embed_templates(mol, 3, seed=1).positions
    found = template_conformers(mol, 3, seed=1, field=MirrorField(mol, [1])).positions
    np.testing.assert_array_equal(found, embedded)


def test_no_template_of_the_right_stereo_is_an_error(monkeypatch):
    mol = prepare_molecule(Chem.MolFromSmiles(CHIRAL))
    monkeypatch.setattr(templates, "stereo_mask", lambda reference, mols: np.zeros(mols.GetNumConformers(), bool))
    with pytest.raises(EmbeddingError, match="stereo"):
        template_conformers(mol, 2, seed=1)


@pytest.mark.parametrize(
    ("smiles", "rings"),
    [
        ("CCCC", []),
        ("c1ccccc1", []),
        ("C1CC1", []),  # three atoms lie in a plane
        ("C1CCCCC1", [6]),
        ("c1ccc2CCCc2c1", [5]),
        ("C1CCCCC1C1CCC1", [6, 4]),
        ("O=C1CCCCCCCCCCCCO1", [14]),
    ],
)
def test_rings_with_shapes_of_their_own_are_found(smiles, rings):
    mol = Chem.MolFromSmiles(smiles)
    assert sorted(flexible_rings(mol)) == sorted(rings)
    assert largest_flexible_ring(mol) == max(rings, default=0)


def test_an_isomer_that_exists_on_paper_only_is_named():
    cytisine = "O=c1cccc2n1C[C@{}H]1CNC[C@@H]2C1"
    possible, impossible = (prepare_molecule(Chem.MolFromSmiles(cytisine.format(at))) for at in ("", "@"))
    with pytest.warns(MoleculeWarning, match=r"this isomer can hardly exist: with C9 or C13 inverted"):
        template_conformers(impossible, 2)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        template_conformers(possible, 2)
