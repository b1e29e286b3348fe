"""Ligands that are known to bind in a site: which they are, what they say of poses, and what is wrong with others."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from complexes import INHIBITOR
from rdkit import Chem
from small_pockets import confidence_model, pose_model
from structure_texts import turned_pdb

import molgen
from molgen.chem.molecules.reference import reference_ligand
from molgen.chem.proteins.reading import read_protein
from molgen.docking.ensemble import ensemble_sites
from molgen.docking.known_ligands import (
    KnownLigand,
    distinct,
    known_besides,
    most_overlap,
    read_known_ligands,
    with_known_ligands,
)
from molgen.docking.ligand import ligand_of
from molgen.docking.ranking import ranked_poses
from molgen.docking.receptor_sites import receptor_sites
from molgen.docking.records import DockConfig
from molgen.docking.refine import Refined
from molgen.docking.search import EFFORT, SearchConfig
from molgen.docking.site import Site, sites_of
from molgen.errors import ConfigError, InputError
from molgen.metrics.symmetry import heavy_coordinates
from molgen.models.pose_confidence.known import WIDTH, overlaps
from molgen.models.pose_confidence.model import ConfidenceModel

DATA = Path(__file__).parents[2] / "data"
PROTEIN, LIGAND, DIMER = DATA / "1ia1.pdb", DATA / "1ia1_ligand.sdf", DATA / "1ia1.cif"
OTHER = INHIBITOR.replace("ccccc3", "ccc(F)cc3")
"""Not the ligand of the structure, but much like it."""


def site(pocket: str, path: Path = DIMER, **options) -> Site:
    return sites_of(read_protein(path), pocket, **options).searched[0]


def names(found: Site) -> list[str]:
    return [known.name for known in found.known]


def with_its_ligand(folder: Path) -> Path:
    """The structure with its ligand in a chain."""
    atoms = [line for line in PROTEIN.read_text().splitlines() if line.startswith(("ATOM", "HETATM"))]
    mol = reference_ligand(LIGAND)
    for number, (atom, (x, y, z)) in enumerate(zip(mol.GetAtoms(), heavy_coordinates(mol)[0], strict=False)):
        symbol = atom.GetSymbol()
        atoms.append(
            f"HETATM{9000 + number:5d} {symbol + str(number):<4s} TQ3 A 999    {x:8.3f}{y:8.3f}{z:8.3f}"
            f"  1.00  0.00          {symbol:>2s}"
        )
    path = folder / "with_ligand.pdb"
    path.write_text("\n".join([*atoms, "END", ""]))
    return path


def test_the_ligand_that_names_the_pocket_is_known():
    found = site("ligand:TQ3")
    assert names(found) == ["TQ3:A:194"]
    assert np.array_equal(found.known[0].positions, found.pocket.reference)
    assert names(site(str(LIGAND), PROTEIN)) == ["1ia1_ligand.sdf"]


def test_a_ligand_in_the_box_is_known_where_it_is_taken_out():
    center = ",".join(f"{x:.2f}" for x in site("ligand:TQ3:A").pocket.center)
    assert names(site(f"box:{center}")) == []  # it is part of the receptor
    assert names(site(f"box:{center}", drop=["TQ3"])) == ["TQ3:A:194"]
    assert names(site(f"box:{center},22.5", drop=["TQ3", "NDP"])) == ["TQ3:A:194"]  # and no cofactor
    assert names(site("ligand:NDP")) == ["NDP:A:193"]  # unless it is the one in question


def test_a_ligand_of_the_file_and_the_reference_in_its_place_are_one():
    assert names(site(str(LIGAND))) == ["1ia1_ligand.sdf"]


def test_the_same_ligand_does_not_count_whatever_its_protons():
    found = site("ligand:TQ3")
    for smiles in (INHIBITOR, INHIBITOR.replace("nc(N)", "[nH+]c(N)")):
        others, notes = known_besides([found], Chem.AddHs(Chem.MolFromSmiles(smiles)))
        assert others == ()
        assert notes == ["TQ3:A:194 may be this ligand and does not count as known"]
    others, notes = known_besides([found, found], Chem.MolFromSmiles(OTHER))
    assert [known.name for known in others] == ["TQ3:A:194"]
    assert notes[0] == "poses that overlap known ligands rank higher: TQ3:A:194"
    assert notes[1].startswith("if TQ3:A:194 is this ligand with 1 atom missing")


def test_a_pose_overlaps_most_the_ligand_whose_space_it_fills():
    rng = np.random.default_rng(0)
    here, there = rng.normal(size=(12, 3)) * 2, rng.normal(size=(20, 3)) * 2 + 9.0
    known = [KnownLigand(name, at, np.full(len(at), 6)) for name, at in (("here", here), ("there", there))]
    poses = torch.from_numpy(np.stack([here, here + 1.0, there[:12], here + 50.0])).float()
    values, nearest = most_overlap(poses, known)
    assert nearest[:3] == ["here", "here", "there"]
    assert values[0] > values[1] > values[3]
    assert values[3] == pytest.approx(0.0, abs=1e-6)


def test_the_overlap_is_the_same_in_every_frame_and_order():
    rng = np.random.default_rng(1)
    pose, known = torch.from_numpy(rng.normal(size=(1, 9, 3))), torch.from_numpy(rng.normal(size=(14, 3)))
    turn = torch.linalg.qr(torch.from_numpy(rng.normal(size=(3, 3))))[0]
    expected = overlaps(pose, known)
    torch.testing.assert_close(overlaps(pose @ turn + 3.0, known @ turn + 3.0), expected)
    torch.testing.assert_close(overlaps(pose.flip(1), known.flip(0)), expected)


def test_two_atoms_overlap_as_gaussians_do():
    pair = torch.tensor([[[0.0, 0.0, 0.0]]]), torch.tensor([[0.0, 0.0, 1.0]])
    assert overlaps(*pair).item() == pytest.approx(np.exp(-0.5 / WIDTH**2))


def test_structures_share_their_ligands(tmp_path):
    (tmp_path / "turned.pdb").write_text(turned_pdb(with_its_ligand(tmp_path).read_text()))
    first = sites_of(read_protein(PROTEIN), str(LIGAND)).searched
    sites = ensemble_sites(first, [read_protein(tmp_path / "turned.pdb")])
    assert names(sites[1])[-1].endswith(" of turned")
    shared = with_known_ligands(sites, "auto")
    assert names(shared[0]) == names(shared[1]) == ["1ia1_ligand.sdf"]  # one place, so one ligand
    assert names(with_known_ligands(sites, "none")[0]) == []


def test_a_file_adds_its_ligands_and_one_elsewhere_is_named(tmp_path):
    mol = reference_ligand(LIGAND)
    far = Chem.Mol(mol)
    far.SetProp("_Name", "far")
    positions = far.GetConformer().GetPositions() + 100.0
    for index, place in enumerate(positions.tolist()):
        far.GetConformer().SetAtomPosition(index, place)
    with Chem.SDWriter(str(tmp_path / "known.sdf")) as writer:
        mol.SetProp("_Name", "near")
        writer.write(mol)
        writer.write(far)
    center = ",".join(f"{x:.2f}" for x in heavy_coordinates(mol)[0].mean(0))
    (found,) = with_known_ligands([site(f"box:{center}", PROTEIN)], tmp_path / "known.sdf")
    assert names(found) == ["near"]
    assert found.notes[-1] == "known ligands that do not lie in the box do not count: far"
    with Chem.SDWriter(str(tmp_path / "far.sdf")) as writer:
        writer.write(far)
    with pytest.raises(InputError, match=r"far\.sdf: none of the known ligands lies in the box"):
        with_known_ligands([found], tmp_path / "far.sdf")


def test_known_ligands_need_places(tmp_path):
    (tmp_path / "flat.smi").write_text("CCO\n")
    with pytest.raises(InputError, match=r"flat\.smi.*3D coordinates"):
        read_known_ligands(tmp_path / "flat.smi")
    with pytest.raises(InputError, match="nowhere"):
        read_known_ligands(tmp_path / "nowhere.sdf")
    with pytest.raises(ConfigError, match="known_ligands"):
        DockConfig(known_ligands=3)  # type: ignore[arg-type]


def placed(name: str, mol: Chem.Mol) -> KnownLigand:
    elements = np.array([atom.GetAtomicNum() for atom in mol.GetAtoms()])
    return KnownLigand(name, mol.GetConformer().GetPositions(), elements)


def test_a_copy_with_missing_atoms_does_not_count_beside_the_whole_and_alone_is_asked_about():
    whole = reference_ligand(LIGAND)
    part = Chem.RWMol(whole)
    part.RemoveAtom(part.GetNumAtoms() - 1)
    both = placed("part", part.GetMol()), placed("whole", whole)
    for order in (both, both[::-1]):
        assert [one.name for one in distinct(order)] == ["whole"]
    found = replace(site("ligand:TQ3"), known=both[:1])
    others, notes = known_besides([found], Chem.MolFromSmiles(INHIBITOR))
    assert [one.name for one in others] == ["part"]
    assert notes[-1] == "if part is this ligand with 1 atom missing, dock with --known-ligands none"


CHLORIDE = """
  made

  1  0  0  0  0  0  0  0  0  0999 V2000
   38.0000   -3.0000    2.0000 Cl  0  5  0  0  0  0  0  0  0  0  0  0
M  CHG  1   1  -1
M  END
"""
PEPTIDE = "".join(
    f"ATOM  {9000 + k:5d}  {name:<3s} ALA P{1 + k // 3:4d}    {11.5 + 1.4 * k:8.3f}{5.2:8.3f}{20.1:8.3f}"
    f"  1.00  0.00           {name[0]}\n"
    for k, name in enumerate(["N", "CA", "C"] * 3)
)


def of_one_atom(symbol: str) -> Chem.Mol:
    block = CHLORIDE.replace("Cl  0  5", f"{symbol:<2s}  0  0").replace("M  CHG  1   1  -1\n", "")
    return Chem.MolFromMolBlock(block, removeHs=False, sanitize=False)


def test_counter_ions_and_pieces_of_chains_are_no_known_ligands(tmp_path):
    salt = Chem.CombineMols(reference_ligand(LIGAND), Chem.MolFromMolBlock(CHLORIDE))
    Chem.MolToMolFile(salt, str(tmp_path / "salt.sdf"))
    (known,) = read_known_ligands(tmp_path / "salt.sdf")
    assert known.missing_atoms(Chem.MolFromSmiles(INHIBITOR)) == 0
    for source in (PROTEIN, DIMER):  # with and without a copy of the ligand in its place
        others, _ = known_besides([site(str(tmp_path / "salt.sdf"), source)], Chem.MolFromSmiles(INHIBITOR))
        assert others == ()
    (tmp_path / "peptide.pdb").write_text(PROTEIN.read_text().replace("END", "") + PEPTIDE + "END\n")
    assert names(site("box:15,5.2,20.1", tmp_path / "peptide.pdb", drop=["chain:P"])) == []


def test_of_a_structure_file_all_ligands_are_known():
    assert {known.name for known in read_known_ligands(DIMER)} >= {"TQ3:A:194", "NDP:A:193"}


def test_what_is_too_small_is_named_and_alone_refused(tmp_path):
    water = of_one_atom("O")
    water.SetProp("_Name", "water")
    for name, mols in (("small", [water]), ("both", [water, reference_ligand(LIGAND)])):
        with Chem.SDWriter(str(tmp_path / f"{name}.sdf")) as writer:
            for mol in mols:
                writer.write(mol)
    here = site("ligand:TQ3")
    with pytest.raises(InputError, match="no known ligand has 6 to 200 heavy atoms"):
        with_known_ligands([here], tmp_path / "small.sdf")
    (found,) = with_known_ligands([here], tmp_path / "both.sdf")
    assert found.notes[-1] == "known ligands without 6 to 200 heavy atoms do not count: water"
    Chem.MolToMolFile(of_one_atom("H"), str(tmp_path / "h.sdf"))
    with pytest.raises(InputError, match=r"h\.sdf.*needs heavy atoms"):
        read_known_ligands(tmp_path / "h.sdf")


def test_auto_and_none_are_taken_in_any_case_and_an_empty_name_is_refused():
    assert DockConfig(known_ligands=" NONE ").known_ligands == "none"
    with pytest.raises(ConfigError, match="known_ligands must be"):
        DockConfig(known_ligands="")


def test_a_ligand_in_the_pocket_of_a_later_structure_is_known_where_the_first_has_none(tmp_path):
    lines = PROTEIN.read_text().splitlines(keepends=True)
    (tmp_path / "apo.pdb").write_text("".join(line for line in lines if line[17:20] != "TQ3"))
    structures = [read_protein(tmp_path / "apo.pdb"), read_protein(PROTEIN)]
    found = receptor_sites(structures, "blind", DockConfig()).searched
    inside = [own for own in found if own.pocket.name.endswith("1ia1") and "TQ3:A:194" in own.pocket.removed]
    assert inside
    assert names(inside[0]) == ["TQ3:A:194 of 1ia1"]
    assert "TQ3" not in {residue.name for residue in inside[0].receptor.protein.residues}
    box = "box:" + ",".join(f"{x:.2f}" for x in inside[0].pocket.center)
    dropped = receptor_sites(structures, box, DockConfig(), drop=["TQ3"]).searched
    assert names(dropped[0]) == names(dropped[1]) == ["TQ3:A:194 of 1ia1"]
    with pytest.raises(InputError, match="XYZ"):
        receptor_sites(structures, box, DockConfig(), drop=["XYZ"])


@pytest.fixture(scope="module")
def equal_poses() -> tuple[Site, object, Refined, ConfidenceModel]:
    """Poses of one energy, and a confidence that weighs known ligands."""
    found = site("ligand:TQ3")
    model = confidence_model(support=True, known=True)
    assert model.known is not None
    model.known.weight.fill_(50.0)
    mol = Chem.AddHs(Chem.MolFromSmiles(OTHER))
    Chem.rdDistGeom.EmbedMolecule(mol, randomSeed=1)
    ligand = ligand_of(mol)
    shape = ligand.templates[0] - ligand.templates[0].mean(0)
    center = torch.from_numpy(found.pocket.center).float()
    positions = torch.stack([shape + center + torch.tensor([away, 0.0, 0.0]) for away in (8.0, 0.0, 4.0)])
    zero = torch.zeros(3)
    refined = Refined(
        positions, torch.zeros(3, dtype=torch.long), zero - 5.0, zero, zero, zero, torch.full((3, 4), 9.0)
    )
    return found, ligand, refined, model


def test_poses_rank_by_their_overlap_where_all_else_is_equal(equal_poses):
    found, ligand, refined, model = equal_poses
    known, _ = known_besides([found], ligand.mol)
    ranked = ranked_poses(ligand, [(found, refined)], model, pose_model(), known)
    assert [pose.row for pose in ranked] == [1, 2, 0]
    assert [pose.known.name for pose in ranked] == ["TQ3:A:194"] * 3
    assert [pose.known.overlap for pose in ranked] == sorted((pose.known.overlap for pose in ranked), reverse=True)


@pytest.mark.parametrize("lacking", ["known", "pose model", "samples", "weight"])
def test_known_ligands_count_only_beside_what_the_pose_model_says(equal_poses, lacking):
    found, ligand, refined, model = equal_poses
    known, _ = known_besides([found], ligand.mol)
    ranked = ranked_poses(
        ligand,
        [(found, replace(refined, sampled=None) if lacking == "samples" else refined)],
        confidence_model(support=True) if lacking == "weight" else model,
        None if lacking == "pose model" else pose_model(),
        () if lacking == "known" else known,
    )
    assert [pose.known for pose in ranked] == [None] * 3


def test_a_docking_says_which_known_ligand_a_pose_is_near(monkeypatch):
    monkeypatch.setitem(EFFORT, "quick", SearchConfig(starts=128, chains=32, rounds=4, patience=4))
    options = {"n": 2, "effort": "quick", "samples": 8}
    result = molgen.dock(DIMER, OTHER, "ligand:TQ3", **options)
    assert "poses that overlap known ligands rank higher: TQ3:A:194" in result.notes
    assert {pose.known_ligand for pose in result.poses} == {"TQ3:A:194"}
    without = molgen.dock(DIMER, OTHER, "ligand:TQ3", known_ligands="none", **options)
    assert {pose.known_ligand for pose in without.poses} == {None}
    by_energy = molgen.dock(DIMER, OTHER, "ligand:TQ3", rank="energy", known_ligands=LIGAND, **options)
    assert any("the known ligands do not count" in note for note in by_energy.notes)
