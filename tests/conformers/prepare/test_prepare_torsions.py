"""From files of structures to a library of their torsions, by the command and in Python."""

from pathlib import Path

import pytest
from rdkit import Chem
from rdkit.Chem import AllChem

from molgen.conformers.generate import generate_conformers
from molgen.conformers.prepare.torsions import prepare_torsions
from molgen.conformers.torsion_library import load_torsion_library
from molgen.errors import InputError


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


def test_files_without_structures_are_refused(tmp_path):
    (tmp_path / "x.smi").write_text("CCO x\n")
    with pytest.raises(InputError, match="no molecule with a structure: has no 3D coordinates"):
        prepare_torsions([tmp_path / "x.smi"], tmp_path / "x.safetensors")
    assert not (tmp_path / "x.safetensors").exists()
