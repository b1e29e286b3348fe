"""A library of torsions: what is put in is found again, in a file as in memory."""

import numpy as np
import pytest
import torch
from rdkit import Chem
from rdkit.Chem import AllChem
from safetensors.torch import load_file, save_file

from molgen.chem.features.molecule_features import molecule_graph
from molgen.conformers.torsion_library import (
    TorsionLibrary,
    build_library,
    find_matches,
    joined,
    load_torsion_library,
    resolve_library,
    save_torsion_library,
)
from molgen.errors import CheckpointError, ConfigError

DRUGS = {
    "celecoxib": "Cc1ccc(cc1)c1cc(nn1c1ccc(cc1)S(N)(=O)=O)C(F)(F)F",
    "atenolol": "CC(C)NC[C@H](O)COc1ccc(CC(N)=O)cc1",
    "tolbutamide": "CCCCNC(=O)NS(=O)(=O)c1ccc(C)cc1",
}


def structure(smiles: str, conformers: int = 1, seed: int = 7) -> Chem.Mol:
    mol = Chem.AddHs(Chem.MolFromSmiles(smiles))
    assert len(AllChem.EmbedMultipleConfs(mol, conformers, randomSeed=seed)) == conformers
    return mol


@pytest.fixture(scope="module")
def library() -> TorsionLibrary:
    return build_library([(name, structure(smiles)) for name, smiles in DRUGS.items()], {"of": "drugs"})


@pytest.mark.parametrize("name", DRUGS)
def test_a_molecule_of_the_library_is_the_most_alike_to_itself(library, name):
    mol = Chem.MolFromSmiles(DRUGS[name])
    matches = find_matches(mol, molecule_graph(mol), library)
    in_all = matches.likeness.sum(1)
    assert library.names[matches.molecule[in_all.argmax()]] == name
    assert in_all.max() == matches.likeness.shape[1] == molecule_graph(mol).n_torsions


def test_a_bond_that_is_like_none_has_no_match(library):
    mol = Chem.MolFromSmiles("OCC#CC[Se]CC(Cl)Br")
    assert len(find_matches(mol, molecule_graph(mol), library)) == 0


def test_of_several_conformers_the_first_counts():
    several = build_library([("x", structure("CCCC", conformers=5))])
    assert len(several) == 1
    assert several.names == ("x",)


def test_a_file_holds_all_of_it(library, tmp_path):
    save_torsion_library(library, tmp_path / "own.safetensors")
    again = load_torsion_library(tmp_path / "own.safetensors")
    for name in ("keys", "first", "molecule", "angle", "finer"):
        assert (getattr(again, name) == getattr(library, name)).all(), name
        assert getattr(again, name).dtype == getattr(library, name).dtype
    assert again.names == library.names
    assert again.record == {"of": "drugs"}


def test_libraries_that_are_joined_match_as_one_that_was_built_of_all(library):
    parts = [build_library([(name, structure(smiles))]) for name, smiles in DRUGS.items()]
    together = joined(parts)
    assert len(together) == len(library)
    assert (together.keys == library.keys).all()
    assert (together.first == library.first).all()
    for smiles in DRUGS.values():
        mol = Chem.MolFromSmiles(smiles)
        found = [find_matches(mol, molecule_graph(mol), each) for each in (together, library)]
        names = [[each.names[k] for k in m.molecule] for each, m in zip((together, library), found, strict=True)]
        assert sorted(names[0]) == sorted(names[1])
        order = [np.argsort(own) for own in names]
        assert (found[0].likeness[order[0]] == found[1].likeness[order[1]]).all()


def test_the_library_that_ships_is_of_crystals_and_small():
    shipped = resolve_library("default")
    assert shipped is resolve_library("default")  # read once
    assert len(shipped) > 150_000
    assert len(shipped.names) > 25_000
    assert resolve_library("none") is None


def test_what_is_no_library_is_refused(library, tmp_path):
    with pytest.raises(ConfigError, match="torsion_library must be"):
        resolve_library(3)  # type: ignore[arg-type]
    with pytest.raises(CheckpointError, match="conformers"):
        load_torsion_library(resolve_shipped("conformers"))
    save_torsion_library(library, tmp_path / "good.safetensors")
    from safetensors import safe_open

    with safe_open(tmp_path / "good.safetensors", framework="pt") as file:
        metadata = file.metadata()
    arrays = load_file(tmp_path / "good.safetensors")
    for name, value in {
        "first": arrays["first"] + 1,
        "molecule": arrays["molecule"] + 99,
        "keys": arrays["keys"][:-1],
    }.items():
        save_file({**arrays, name: value.contiguous()}, tmp_path / "bad.safetensors", metadata=metadata)
        with pytest.raises(CheckpointError, match="damaged"):
            load_torsion_library(tmp_path / "bad.safetensors")
    save_file({**arrays, "angle": arrays["angle"].to(torch.float32)}, tmp_path / "bad.safetensors", metadata=metadata)
    with pytest.raises(CheckpointError, match="damaged"):
        load_torsion_library(tmp_path / "bad.safetensors")


def resolve_shipped(name: str):
    from molgen.training.checkpoint import weights_file

    return weights_file("default", name)
