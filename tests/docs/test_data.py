"""The example files that ship in `data/` are what its README says."""

from pathlib import Path

import pytest
from rdkit import Chem

from molgen.chem.molecules.reading import read_molecules
from molgen.chem.proteins.reading import read_protein
from molgen.config import from_yaml

DATA = Path(__file__).parents[2] / "data"


def test_the_ligands_are_the_same_in_every_format():
    tables = [list(read_molecules(DATA / f"ligands.{suffix}")) for suffix in ("smi", "csv", "sdf")]
    names = [[record.name for record in records] for records in tables]
    skeletons = [
        [Chem.MolToSmiles(Chem.RemoveHs(r.mol), isomericSmiles=False) for r in records if r.mol] for records in tables
    ]
    assert names[0] == names[1] == names[2]
    assert skeletons[0] == skeletons[1] == skeletons[2]
    assert len(skeletons[0]) == 12


@pytest.mark.parametrize("suffix", ["pdb", "cif"])
def test_the_example_complex_has_its_chain_cofactor_and_ligand(suffix):
    protein = read_protein(DATA / f"1ia1.{suffix}")
    groups = {residue.name for residue in protein.residues if residue.kind != "polymer"}
    assert {residue.chain for residue in protein.residues} == {"A"}
    assert groups == {"TQ3", "NDP"}
    assert sum(residue.kind == "polymer" for residue in protein.residues) == 192


@pytest.mark.parametrize("path", sorted(path.name for path in (DATA / "complexes").iterdir()))
def test_the_ligand_of_a_small_complex_lies_in_its_protein(path):
    (record,) = read_molecules(DATA / "complexes" / path / "ligand.sdf")
    protein = read_protein(DATA / "complexes" / path / "protein.pdb.gz")
    place = record.mol.GetConformer().GetPositions()
    nearest = abs(protein.positions[:, None] - place[None]).max(-1).min()
    assert 1.0 < nearest < 5.0


def test_the_readme_names_every_file():
    text = (DATA / "README.md").read_text(encoding="utf-8")
    named = {path.name for path in DATA.iterdir()} - {"README.md", "training", "complexes"}
    assert [name for name in named if name not in text] == []
    assert all(f"training/{path.name}" in text for path in (DATA / "training").iterdir() if path.is_dir())


def test_the_toy_configurations_name_sets_that_are_there():
    from molgen.models.pose_confidence.task import ConfidenceTraining
    from molgen.models.pose_flow.config import DockingTraining
    from molgen.models.torsion_flow.config import ConformerConfig

    for name, kind in (("conformers", ConformerConfig), ("poses", DockingTraining), ("confidence", ConfidenceTraining)):
        config = from_yaml(kind, DATA / "training" / f"{name}.yaml")
        for source in config.train.sources:
            assert list((DATA.parent / source.path).glob("part-*.safetensors")), source.path
