"""Conformers by the model of coordinates that ships: stereo, hydrogens, options, the command."""

import numpy as np
import pytest
from command_line import exit_code
from rdkit import Chem
from small_molecules import embedded

import molgen
from molgen.chem.features.polar_features import polar_graph
from molgen.conformers.coordinates.hydrogens import with_hydrogens
from molgen.errors import MolgenError
from molgen.metrics import stereo_mask
from molgen.training.checkpoint import weights_file

HANDED = ("C[C@H](N)C(=O)O", "C/C=C\\[C@@H](C)O", "OC[C@H]1CC[C@@H](O)C1", "C[S@](=O)c1ccccc1")
FEW = {"samples": 6, "model": "cartesian", "gas_phase": 0.0}


@pytest.mark.parametrize("smiles", ["CC[C@H](O)C(=O)N(C)C", "[NH3+]C(C)c1cc[nH]c1", "OCC#C", "CC(=O)[O-]"])
def test_left_out_hydrogens_come_back_near_where_they_were(smiles):
    mol = embedded(smiles)
    given = mol.GetConformer().GetPositions()
    polar = polar_graph(mol)
    found = with_hydrogens(mol, polar.atoms, given[None, polar.atoms])[0]
    assert np.array_equal(found[polar.atoms], given[polar.atoms])
    bonds = np.array([(b.GetBeginAtomIdx(), b.GetEndAtomIdx()) for b in mol.GetBonds()])
    lengths = [np.linalg.norm(x[bonds[:, 0]] - x[bonds[:, 1]], axis=1) for x in (found, given)]
    assert np.abs(lengths[0] - lengths[1]).max() < 0.15
    gaps = np.linalg.norm(found[:, None] - found[None], axis=-1)
    assert gaps[~np.eye(len(gaps), dtype=bool)].min() > 0.9


@pytest.mark.parametrize("smiles", HANDED)
def test_every_conformer_has_the_stereo_of_the_molecule(smiles):
    mol = molgen.generate_conformers(smiles, 4, **FEW)
    assert mol.GetNumConformers()
    assert stereo_mask(Chem.MolFromSmiles(smiles), mol).all()
    assert {c.GetProp("molgen_method") for c in mol.GetConformers()} == {"cartesian model"}


def test_the_same_seed_gives_the_same_conformers():
    one, other = (molgen.generate_conformers("OCCCN", 2, seed=3, **FEW) for _ in range(2))
    assert np.array_equal(one.GetConformer().GetPositions(), other.GetConformer().GetPositions())


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"boltzmann": 300.0}, "Boltzmann"),
        ({"sampler": "sde"}, "score"),
        ({"torsions": {(0, 1, 2, 3): 60}}, "restraints need"),
    ],
    ids=["Boltzmann weights", "no score", "restraints"],
)
def test_what_the_model_cannot_do_is_refused(options, reason):
    with pytest.raises(MolgenError, match=reason):
        molgen.generate_conformers("CCCCO", 2, **{**FEW, **options})


def test_the_command_takes_the_name_and_the_file_of_the_model(tmp_path):
    for name in ("cartesian", str(weights_file("default", "cartesian"))):
        output = tmp_path / f"{len(name)}.sdf"
        options = ["-n", "2", "--model", name, "--samples", "4", "--steps", "3", "--sampler", "heun"]
        assert exit_code("conformers", "CC(O)CN", "-o", str(output), *options) == 0
        assert sum(1 for mol in Chem.SDMolSupplier(str(output)) if mol) == 2


def test_an_unknown_sampler_is_one_line():
    with pytest.raises(MolgenError, match="sampler must be"):
        molgen.generate_conformers("CCO", 2, sampler="magic")
