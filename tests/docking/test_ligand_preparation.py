"""What becomes of a ligand before it is docked: stereo, protonation, kept conformers, salts, refusals."""

import numpy as np
import pytest
from complexes import CHAIN_A, PHYSICS, TYROSINE, docked, heavy_poses, protein_of
from rdkit import Chem

from molgen.docking.dock import dock
from molgen.docking.ligand import ligand_of, prepare_ligand
from molgen.docking.records import DockingResult, config_of
from molgen.errors import MolgenError, ParseError
from molgen.metrics.stereo import stereo_mask
from molgen.physics.torsion_terms import torsion_energy

STEREO = "C[C@H](O)/C=C\\[C@@H](N)CC/C=C/CO"  # two centers, Z and E


@pytest.fixture(scope="module")
def stereo() -> DockingResult:
    return docked("1of6", STEREO, **PHYSICS)


def test_every_pose_keeps_the_stereo_of_the_input(tyrosine: DockingResult, stereo: DockingResult) -> None:
    for result, smiles in ((tyrosine, TYROSINE), (stereo, STEREO)):
        wanted = Chem.MolToSmiles(Chem.MolFromSmiles(smiles))
        assert len(result.poses) >= 1
        for conformer in result.mol.GetConformers():
            flat = Chem.RemoveHs(Chem.Mol(result.mol, False, conformer.GetId()))
            Chem.AssignStereochemistryFrom3D(flat)
            for atom in flat.GetAtoms():
                atom.SetFormalCharge(0)
                atom.SetNoImplicit(False)
                atom.SetNumExplicitHs(1 if atom.GetChiralTag() != Chem.ChiralType.CHI_UNSPECIFIED else 0)
            flat.UpdatePropertyCache()
            assert Chem.MolToSmiles(Chem.MolFromSmiles(Chem.MolToSmiles(flat))) == wanted


def test_every_template_conformer_has_the_axis_of_the_input_and_it_does_not_turn() -> None:
    for smiles in ("Cc1cccc(Cl)c1-c1c(C)cccc1Br |wU:7.6|", "Cc1cccc(Cl)c1-c1c(C)cccc1Br |wU:7.7|"):
        ligand = prepare_ligand(Chem.MolFromSmiles(smiles), config_of()).ligand
        assert stereo_mask(smiles, ligand.mol).all()
        assert ligand.graph.n_torsions == 0
    open_axis = prepare_ligand(Chem.MolFromSmiles("Cc1cccc(Cl)c1-c1c(C)cccc1Br"), config_of())
    assert any("the axis C8-C9 is not specified" in note for note in open_axis.notes)


def test_open_stereo_is_chosen_and_said() -> None:
    prepared = prepare_ligand(Chem.MolFromSmiles("NC(Cc1ccc(O)cc1)C(=O)O"), config_of())
    assert Chem.FindMolChiralCenters(prepared.ligand.mol, includeUnassigned=True)[0][1] in "RS"
    assert any("stereo" in note for note in prepared.notes)


def test_protonation_is_said_and_can_be_left_out(tyrosine: DockingResult) -> None:
    assert sorted(atom.GetFormalCharge() for atom in tyrosine.mol.GetAtoms() if atom.GetFormalCharge()) == [-1, 1]
    assert set(tyrosine.notes) >= {"carboxylic acid deprotonated", "aliphatic amine protonated"}
    neutral = prepare_ligand(Chem.MolFromSmiles(TYROSINE), config_of(ph=None))
    assert all(atom.GetFormalCharge() == 0 for atom in neutral.ligand.mol.GetAtoms())
    assert neutral.notes == ()


def test_explicit_hydrogens_keep_the_protonation_unless_a_ph_is_given() -> None:
    mol = Chem.AddHs(Chem.MolFromSmiles(TYROSINE))
    kept, assigned = (prepare_ligand(mol, config_of(**options)) for options in ({}, {"ph": 7.4}))
    charges = [[atom.GetFormalCharge() for atom in one.ligand.mol.GetAtoms()] for one in (kept, assigned)]
    assert (min(charges[0]), max(charges[0])) == (0, 0)
    assert (min(charges[1]), max(charges[1])) == (-1, 1)
    assert any("kept as the hydrogens of the input say" in note for note in kept.notes)
    zwitterion = prepare_ligand(Chem.RemoveHs(assigned.ligand.mol), config_of())
    assert not any("kept" in note for note in zwitterion.notes)


def test_a_kept_conformer_keeps_its_bonds(crystal_inhibitor: Chem.Mol) -> None:
    result = docked("1ia1", crystal_inhibitor, pocket=CHAIN_A, keep_conformer=True, n=3, **PHYSICS)
    own = heavy_poses(result.mol)
    reference = crystal_inhibitor.GetConformer().GetPositions()
    ends = np.array([(bond.GetBeginAtomIdx(), bond.GetEndAtomIdx()) for bond in crystal_inhibitor.GetBonds()])
    wanted = np.linalg.norm(reference[ends[:, 0]] - reference[ends[:, 1]], axis=1)
    np.testing.assert_allclose(
        np.linalg.norm(own[:, ends[:, 0]] - own[:, ends[:, 1]], axis=2), np.tile(wanted, (len(own), 1)), atol=2e-3
    )


def test_a_conformer_to_keep_must_be_there() -> None:
    with pytest.raises(ParseError, match="3D coordinates"):
        docked("1of6", TYROSINE, keep_conformer=True)


@pytest.mark.parametrize(
    ("smiles", "told"),
    [("C1CC", "unclosed ring"), ("CC(=O)[O-].[Na+]", "2 fragments"), ("C[Pt]C", "metal Pt"), ("", "SMILES is empty")],
)
def test_ligands_that_cannot_be_docked_are_named(smiles: str, told: str) -> None:
    with pytest.raises(MolgenError, match=told):
        dock(protein_of("1s3v"), smiles, "box:0,30,0,10", effort="quick")


def test_of_a_salt_the_largest_fragment_is_docked_if_wanted() -> None:
    config = config_of(effort="quick")
    prepared = prepare_ligand(Chem.MolFromSmiles("CC(=O)[O-].[Na+]"), config, largest_fragment=True)
    assert prepared.ligand.mol.GetNumHeavyAtoms() == 4


@pytest.mark.parametrize("smiles", ["CC(C)c1ccc(cc1)C(C)C", "O=C(NC1CCCCC1)c1ccccc1", "CC(C)CC(=O)NCCN(CC)CC"])
def test_the_energy_of_torsions_is_the_same_for_every_template_conformer(smiles):
    """Like branches change places from one to another: the tables are those of a ligand made of each alone."""
    own = prepare_ligand(Chem.MolFromSmiles(smiles), config_of(ph=None)).ligand
    energies, _ = torsion_energy(own.torsions, own.templates.permute(1, 2, 0))
    for index, conformer in enumerate(own.mol.GetConformers()):
        alone = ligand_of(Chem.Mol(own.mol, False, conformer.GetId()), keep_conformer=True)
        energy, _ = torsion_energy(alone.torsions, alone.templates.permute(1, 2, 0))
        assert float(energy[0]) == pytest.approx(float(energies[index]), abs=0.05)
