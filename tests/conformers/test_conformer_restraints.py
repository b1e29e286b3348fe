"""A core stays in place, torsions within their range, given ring conformers as they are; the rest varies."""

import numpy as np
import pytest
from generated import uniform
from rdkit import Chem
from rdkit.Chem import rdDistGeom, rdMolTransforms
from rdkit.Geometry import Point3D
from small_molecules import embedded

from molgen.chem.molecules.common_part import CommonPart
from molgen.chem.molecules.writing import write_sdf
from molgen.cli.inputs.values import torsions_of
from molgen.conformers import GenerateConfig, generate_many
from molgen.errors import ConfigError, InputError, MolgenError
from molgen.sampling.guards import MoleculeWarning

LIGAND = "OCCc1ccc(cc1)C(=O)N"


@pytest.fixture(scope="module")
def reference() -> Chem.Mol:
    return embedded("NC(=O)c1ccccc1")


def deviations(mol: Chem.Mol, reference: Chem.Mol) -> list[float]:
    """RMSD of the core in place, Angstrom."""
    heavy = Chem.RemoveHs(reference)
    target = heavy.GetConformer().GetPositions()
    matches = mol.GetSubstructMatches(heavy, uniquify=False)
    return [
        min(float(np.sqrt(((place[list(match)] - target) ** 2).sum(-1).mean())) for match in matches)
        for place in mol.positions
    ]


def test_a_core_stays_in_place_given_as_mol_file_or_coordinates(reference, tmp_path):
    write_sdf(tmp_path / "core.sdf", [reference])
    heavy = Chem.RemoveHs(reference)
    points = heavy.GetConformer().GetPositions()
    match = Chem.MolFromSmiles(LIGAND).GetSubstructMatch(heavy)
    coordinates = {atom: tuple(point) for atom, point in zip(match, points, strict=True)}
    rdkit_points = {atom: Point3D(*point) for atom, point in coordinates.items()}
    kinds = ({"coord_map": coordinates}, {"coord_map": rdkit_points})
    for given in ({"core": reference}, {"core": str(tmp_path / "core.sdf")}, *kinds):
        mol = uniform(LIGAND, 4, **given)
        assert mol.GetNumConformers() == 4
        assert max(deviations(mol, reference)) < 0.1
        assert mol.rmsd_matrix.max() > 0.5  # the chain varies


def test_a_file_that_holds_no_core_is_named_before_any_molecule_is_read(tmp_path):
    (tmp_path / "core.sdf").write_text("junk\n")
    with pytest.raises(InputError, match=r"core\.sdf"):
        GenerateConfig(core=tmp_path / "core.sdf")


def test_where_a_core_lies_makes_no_difference(reference):
    far = Chem.Mol(reference)
    far.GetConformer().SetPositions(far.GetConformer().GetPositions() + 300.0)
    here, there = (uniform(LIGAND, 3, core=core) for core in (reference, far))
    assert max(deviations(there, far)) < 0.1
    lowest = [min(c.GetDoubleProp("molgen_absolute_energy") for c in mol.GetConformers()) for mol in (here, there)]
    assert lowest[0] == pytest.approx(lowest[1], abs=1.0)


MORPHOLINE = "C[C@@H]1CN(C(=O)c2ccccc2)C[C@H](C)O1"


def test_a_core_that_fits_in_two_ways_is_laid_on_with_the_right_hand():
    core = embedded(MORPHOLINE)
    mol = uniform("C1[C@H](C)O[C@H](C)CN1C(=O)c1ccccc1", 1, core=core)
    assert max(deviations(mol, core)) < 0.1


def test_an_embedding_that_breaks_is_tried_again(monkeypatch, reference):
    embed, broken = rdDistGeom.EmbedMultipleConfs, []

    def breaks_once(*arguments):
        if not broken:
            broken.append(True)
            raise RuntimeError("Invariant Violation")
        return embed(*arguments)

    monkeypatch.setattr(rdDistGeom, "EmbedMultipleConfs", breaks_once)
    assert uniform(LIGAND, 2, core=reference).GetNumConformers() == 2
    assert broken


def test_of_another_molecule_the_common_part_is_the_core(reference):
    mol = uniform("OCCc1ccc(cc1)C(=O)OC", 2, core=reference)
    ring = mol.GetSubstructMatch(Chem.MolFromSmarts("c1ccccc1C=O"))
    target = reference.GetConformer().GetPositions()[
        list(reference.GetSubstructMatch(Chem.MolFromSmarts("c1ccccc1C=O")))
    ]
    assert np.abs(np.linalg.norm(mol.positions[:, ring].mean(1) - target.mean(0), axis=-1)).max() < 0.1


def test_a_search_for_the_common_part_that_was_given_up_is_said(monkeypatch, reference):
    unfinished = CommonPart(Chem.MolFromSmarts("c1ccccc1"), False)
    monkeypatch.setattr("molgen.conformers.restraints.common_part", lambda *_: unfinished)
    with pytest.warns(MoleculeWarning, match="given up"):
        uniform("OCCc1ccc(cc1)C(=O)OC", 1, core=reference)


def test_a_core_by_smarts_stays_where_the_input_has_it():
    given = embedded("CCCCc1ccccc1")
    mol = uniform(given, 3, core="c1ccccc1")
    ring = list(mol.GetSubstructMatch(Chem.MolFromSmarts("c1ccccc1")))
    assert np.abs(mol.positions[:, ring] - given.GetConformer().GetPositions()[ring]).max() < 0.15


def test_torsions_are_fixed_or_stay_in_a_range():
    mol = uniform("CCCCCO", 6, torsions={(0, 1, 2, 3): 60, "CCCO": (150, 210)})
    first, last = (
        np.array([rdMolTransforms.GetDihedralDeg(one, *atoms) for one in mol.GetConformers()])
        for atoms in ((0, 1, 2, 3), (2, 3, 4, 5))
    )
    assert np.abs(first - 60).max() < 10
    assert np.abs((last % 360) - 180).max() < 40
    assert len(first) >= 2


def test_given_ring_conformers_are_kept():
    mol = Chem.AddHs(Chem.MolFromSmiles("CCOC1CCCCC1"))
    rdDistGeom.EmbedMultipleConfs(mol, 1, randomSeed=5, useExpTorsionAnglePrefs=False, useBasicKnowledge=False)
    result = uniform(mol, 3, keep_conformer=True, template_steps=0, strain_steps=0, minimize_steps=0, gas_phase=0.0)
    ring = [3, 4, 5, 6, 7, 8]
    quadruples = [[ring[(k + step) % 6] for step in range(4)] for k in range(6)]

    def turns(one: Chem.Conformer) -> np.ndarray:
        return np.array([rdMolTransforms.GetDihedralDeg(one, *atoms) for atoms in quadruples])

    for conformer in result.GetConformers():
        np.testing.assert_allclose(turns(conformer), turns(mol.GetConformer()), atol=0.1)
    assert result.GetConformer().GetProp("molgen_method") == "input"
    assert result.GetNumConformers() == 3


def test_restraints_are_no_part_of_the_energies():
    free, held = uniform("CCCC", 1), uniform("CCCC", 1, torsions={(0, 1, 2, 3): 0})
    assert 3 < held.absolute_energies[0] - free.absolute_energies.min() < 10  # eclipsed butane


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"core": "[nH]"}, "the core .* is not in this molecule"),
        ({"core": 5}, "core must be a file, a Mol or a SMARTS"),
        ({"core": "missing.sdf"}, "no such file"),
        ({"core": "CCC"}, "has no 3D coordinates"),
        ({"core": "c1cc"}, "core must be a file, a Mol or a SMARTS"),
        ({"core": ""}, "core must be a file, a Mol or a SMARTS"),
        ({"coord_map": {99: (0, 0, 0)}}, "coord_map has atom 99"),
        ({"coord_map": [(0, 0, 0)]}, "coord_map takes a dict"),
        ({"coord_map": {0: (0, float("nan"), 0)}}, "coord_map takes atom"),
        ({"coord_map": {0: 1.0}}, "coord_map takes atom"),
        ({"torsions": "CCCC=60"}, "torsions takes a dict"),
        ({"torsions": {"CCCO": "60"}}, "an angle or a range"),
        ({"torsions": {"CCCO": (1, 2, 3)}}, "an angle or a range"),
        ({"torsions": {(0, 1, 2): 60}}, "four atoms"),
        ({"torsions": {7: 60}}, "four atoms"),
        ({"torsions": {(0, 1, 1, 2): 60}}, "four different atoms, not .0, 1, 1, 2."),
        ({"keep_conformer": "yes"}, "True or False"),
        ({"coord_map": {0: (0, 0, 0)}}, "at least 3"),
        ({"torsions": {"CC": 60}}, "SMARTS of four atoms"),
        ({"torsions": {(0, 1, 2, 77): 60}}, "not in this molecule"),
        ({"torsions": {(0, 1, 2, 3): (90, 10)}}, "an angle or a range"),
        ({"keep_conformer": True}, "3D coordinates"),
        ({"core": "CCC", "boltzmann": 298.0}, "restrained"),
    ],
)
def test_restraints_that_make_no_sense_are_one_line(options, reason):
    with pytest.raises(MolgenError, match=reason) as caught:
        uniform("CCCO", 1, **options)
    assert len(str(caught.value).splitlines()) == 1


@pytest.mark.parametrize("options", [{"core": "missing.sdf"}, {"core": "c1cc"}, {"torsions": {"CC": 60}}])
def test_restraints_that_no_molecule_can_have_end_a_batch_at_once(options):
    with pytest.raises(MolgenError, match=r"core|four atoms"):
        generate_many(["CCCO"], **options)


def test_arrays_of_numpy_are_restraints():
    points = embedded("NC(=O)c1ccccc1").GetConformer().GetPositions()[:9]
    match = Chem.MolFromSmiles(LIGAND).GetSubstructMatch(Chem.MolFromSmiles("NC(=O)c1ccccc1"))
    given = dict(zip(np.array(match), points, strict=True))
    assert uniform(LIGAND, 1, coord_map=given, torsions={tuple(np.arange(4)): np.array([50.0, 70.0])}).positions.any()


def test_torsions_of_the_command_line():
    assert torsions_of(["CC=CC=180", "[C:1]CCO=-70..-50"]) == {"CC=CC": (180.0, 180.0), "[C:1]CCO": (-70.0, -50.0)}
    for wrong in ("CCCC", "CCCC=x", "=5"):
        with pytest.raises(ConfigError, match="torsions"):
            torsions_of([wrong])
