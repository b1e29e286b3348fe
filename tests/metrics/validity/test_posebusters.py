"""The bridge to the PoseBusters package."""

import builtins
import gzip
import io
from pathlib import Path

import numpy as np
import pytest
import rdkit
from complexes import crystal_ligand, protein_path
from rdkit import Chem

from molgen.errors import InputError, MolgenError
from molgen.metrics.validity.posebusters import posebusters_checks


def files(code: str) -> tuple[Chem.Mol, Path]:
    return crystal_ligand(code), protein_path(code)


def test_every_conformer_has_its_record() -> None:
    mol, path = files("1s3v")
    shifted = Chem.Conformer(mol.GetConformer())
    shifted.SetPositions(mol.GetConformer().GetPositions() + np.array([0.0, 0.0, 2.5]))
    mol.AddConformer(shifted, assignId=True)
    crystal, pushed = posebusters_checks(mol, path, reference=mol, config="redock_fast")
    assert all(crystal.values())
    assert not pushed["minimum_distance_to_protein"]
    assert pushed["bond_lengths"]


def test_leaving_out_the_far_receptor_changes_no_check() -> None:
    from posebusters import PoseBusters

    mol, path = files("1ia1")
    shifted = Chem.Mol(mol)
    shifted.GetConformer().SetPositions(mol.GetConformer().GetPositions() + np.array([0.0, 1.5, 0.0]))
    table = PoseBusters(config="dock_fast", max_workers=0).bust(shifted, None, path)
    assert posebusters_checks(shifted, path, config="dock_fast") == table.astype(bool).to_dict("records")


def test_a_compressed_file_is_read(tmp_path: Path) -> None:
    mol, path = files("1uou")
    packed = tmp_path / "protein.pdb.gz"
    packed.write_bytes(gzip.compress(path.read_bytes()))
    assert posebusters_checks(mol, packed, config="dock_fast") == posebusters_checks(mol, path, config="dock_fast")


def test_a_receptor_far_away_is_reported() -> None:
    mol, path = files("1uou")
    mol.GetConformer().SetPositions(mol.GetConformer().GetPositions() + 300.0)
    (record,) = posebusters_checks(mol, path, config="dock_fast")
    assert not record["protein-ligand_maximum_distance"]


def test_a_missing_receptor_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot read the receptor"):
        posebusters_checks(Chem.MolFromMolBlock(Chem.MolToMolBlock(files("1uou")[0])), tmp_path / "none.pdb")


def test_a_missing_reference_is_refused() -> None:
    with pytest.raises(ValueError, match="reference"):
        posebusters_checks(Chem.MolFromSmiles("C"), "protein.pdb", config="redock")


def test_a_missing_package_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    original = builtins.__import__

    def blocked(name: str, *args: object, **kwargs: object) -> object:
        if name == "posebusters":
            raise ImportError(name)
        return original(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", blocked)
    with pytest.raises(MolgenError, match=r"pip install molgen\[eval\]"):
        posebusters_checks(Chem.MolFromSmiles("C"), "protein.pdb")


def test_it_runs_where_the_stream_of_its_last_call_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    closed = io.StringIO()
    closed.close()
    monkeypatch.setattr(rdkit.log_handler, "stream", closed)
    assert posebusters_checks(crystal_ligand("1ia1"), reference=crystal_ligand("1ia1"), config="mol_fast")
