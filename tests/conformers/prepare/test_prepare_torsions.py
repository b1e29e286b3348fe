"""From files of structures to a library of their torsions, by the command and in Python."""

from pathlib import Path

import pytest
from rdkit import Chem
from rdkit.Chem import AllChem

from molgen.conformers.generate import generate_conformers
from molgen.conformers.prepare.torsions import prepare_torsions
from molgen.conformers.torsion_library import load_torsion_library
from molgen.errors import ConfigError, InputError


def write(path: Path, smiles: dict[str, str], flat: tuple[str, ...] = ()) -> Path:
    with Chem.SDWriter(str(path)) as writer:
        for name, text in smiles.items():
            mol = Chem.AddHs(Chem.MolFromSmiles(text))
            if name in flat:
                AllChem.Compute2DCoords(mol)
            else:
                AllChem.EmbedMolecule(mol, randomSeed=3)
            mol.SetProp("_Name", name)
            writer.write(mol)
    return path


def test_structures_become_a_library_and_others_a_table_of_failures(tmp_path):
    source = write(tmp_path / "own.sdf", {"one": "CCOCCNC(C)=O", "flat": "CCCCO", "two": "OCCc1ccccc1"}, ("flat",))
    summary = prepare_torsions([source], tmp_path / "own.safetensors")
    assert (summary.molecules, len(summary.failures)) == (2, 1)
    library = load_torsion_library(tmp_path / "own.safetensors")
    assert sorted(library.names) == ["one", "two"]
    assert len(library) == summary.torsions
    assert (tmp_path / "own.failures.csv").read_text().splitlines()[1] == "flat,record 2,has no 3D coordinates"


def test_molecules_without_rotatable_bonds_make_no_library(tmp_path):
    with pytest.raises(InputError, match="no molecule has a rotatable bond"):
        prepare_torsions([write(tmp_path / "own.sdf", {"one": "c1ccccc1"})], tmp_path / "own.safetensors")
    with pytest.raises(InputError, match=r"is a \.safetensors file"):
        prepare_torsions([tmp_path / "own.sdf"], tmp_path / "own.sdf2")


def test_conformers_take_torsions_from_a_library_and_name_it(tmp_path):
    smiles = "CCOCCNC(C)=O"
    prepare_torsions([write(tmp_path / "own.sdf", {"own1": smiles})], tmp_path / "own.safetensors")
    mol = generate_conformers(smiles, 10, torsion_library=tmp_path / "own.safetensors", library_share=0.9)
    sources = [conformer.GetProp("molgen_torsions") for conformer in mol.GetConformers()]
    assert set(sources) <= {"model", "library: own1", "library: own1 (mirror image)"}
    assert "library: own1" in sources
    alone = generate_conformers(smiles, 10, torsion_library="none")
    assert {conformer.GetProp("molgen_torsions") for conformer in alone.GetConformers()} == {"model"}
    uniform = generate_conformers(smiles, 10, model="uniform")
    assert not any(conformer.HasProp("molgen_torsions") for conformer in uniform.GetConformers())


def test_a_library_goes_on_from_another(tmp_path):
    first = write(tmp_path / "a.sdf", {"a": "CCOCC"})
    second = write(tmp_path / "b.sdf", {"b": "CCSCC"})
    prepare_torsions([first], tmp_path / "a.safetensors")
    base = load_torsion_library(tmp_path / "a.safetensors")
    prepare_torsions([second], tmp_path / "both.safetensors", base=base)
    assert sorted(load_torsion_library(tmp_path / "both.safetensors").names) == ["a", "b"]


@pytest.mark.parametrize(("scale", "told"), [(0.0, "has atoms in one place"), (1.0, "is flat: has no 3D coordinates")])
def test_coordinates_that_are_no_structure_are_refused(tmp_path, scale, told):
    mol = Chem.AddHs(Chem.MolFromSmiles("CC(C)CO"))
    AllChem.Compute2DCoords(mol)
    mol.GetConformer().SetPositions(mol.GetConformer().GetPositions() * scale + 1.0)
    mol.GetConformer().Set3D(True)
    with Chem.SDWriter(str(tmp_path / "own.sdf")) as writer:
        writer.write(mol)
    with pytest.raises(InputError, match=told):
        prepare_torsions([tmp_path / "own.sdf"], tmp_path / "own.safetensors")


def test_a_table_of_failures_of_an_earlier_run_does_not_stay(tmp_path):
    failing = write(tmp_path / "failing.sdf", {"one": "CCOCC", "flat": "CCCCO"}, ("flat",))
    fine = write(tmp_path / "fine.sdf", {"one": "CCOCC"})
    prepare_torsions([failing], tmp_path / "own.safetensors")
    assert (tmp_path / "own.failures.csv").exists()
    prepare_torsions([fine], tmp_path / "own.safetensors")
    assert not (tmp_path / "own.failures.csv").exists()


def test_a_library_that_is_made_again_is_read_again(tmp_path):
    path = tmp_path / "own.safetensors"
    smiles = "CCOCCNC(C)=O"
    prepare_torsions([write(tmp_path / "a.sdf", {"other": "NCCS"})], path)
    before = generate_conformers(smiles, 5, torsion_library=path, library_share=1.0)
    prepare_torsions([write(tmp_path / "b.sdf", {"own": smiles})], path)
    after = generate_conformers(smiles, 5, torsion_library=path, library_share=1.0)
    sources = [{c.GetProp("molgen_torsions").split()[0] for c in mol.GetConformers()} for mol in (before, after)]
    assert sources == [{"model"}, {"library:"}]


@pytest.mark.parametrize("options", [{"model": "uniform"}, {"boltzmann": 298.0}])
def test_a_library_that_would_not_be_used_is_refused(tmp_path, options):
    prepare_torsions([write(tmp_path / "a.sdf", {"a": "CCOCC"})], tmp_path / "own.safetensors")
    with pytest.raises(ConfigError, match="library of torsions"):
        generate_conformers("CCOCC", 3, torsion_library=tmp_path / "own.safetensors", **options)


def test_files_without_structures_are_refused(tmp_path):
    (tmp_path / "x.smi").write_text("CCO x\n")
    with pytest.raises(InputError, match="no molecule with a structure: has no 3D coordinates"):
        prepare_torsions([tmp_path / "x.smi"], tmp_path / "x.safetensors")
    assert not (tmp_path / "x.safetensors").exists()
