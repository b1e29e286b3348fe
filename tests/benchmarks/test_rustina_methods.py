"""Poses ranked by another program's network, with stand-ins for both programs."""

import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from rdkit import Chem
from rdkit.Chem import rdDistGeom

from benchmarks.docking import rustina_methods
from benchmarks.docking.methods import METHODS, Docked, Task


def test_poses_are_in_the_order_of_the_network(monkeypatch, tmp_path):
    mol = Chem.AddHs(Chem.MolFromSmiles("CCO"))
    rdDistGeom.EmbedMultipleConfs(mol, 3, randomSeed=1)
    places = [conformer.GetPositions() for conformer in mol.GetConformers()]
    chances = dict(zip(map(_first_atom, mol.GetConformers()), (0.2, 0.9, 0.5), strict=True))
    rustina = SimpleNamespace(
        prepare_receptor=lambda text, center, size: {"pdbqt": text},
        score_cnn=lambda receptor, ligand: {"cnn_score": chances[ligand]} if receptor == "ATOM" else {},
    )
    monkeypatch.setitem(sys.modules, "rustina", rustina)
    monkeypatch.setattr(rustina_methods, "make_molgen", lambda: lambda task: Docked(mol, [-3.0, -2.0, -1.0], 1.0))
    monkeypatch.setattr(
        rustina_methods, "ligand_pdbqt", lambda pose, rigid_macrocycles: _first_atom(pose.GetConformer())
    )
    protein = tmp_path / "protein.pdb"
    protein.write_text("ATOM")
    found = METHODS["molgen-cnn"]()(Task("x", protein, "CCO", (0.0, 0.0, 0.0), 20.0))
    assert found.scores == [-2.0, -1.0, -3.0]
    assert found.extra == {"cnn": [0.9, 0.5, 0.2]}
    assert found.cpu_s >= 1.0
    assert [own.GetId() for own in found.mol.GetConformers()] == [0, 1, 2]
    for conformer, index in zip(found.mol.GetConformers(), (1, 2, 0), strict=True):
        assert conformer.GetPositions() == pytest.approx(places[index])


@pytest.mark.slow
def test_rustina_docks_a_small_ligand():
    pytest.importorskip("rustina")
    pytest.importorskip("meeko")
    protein = Path(__file__).parents[2] / "data" / "1ia1.pdb"
    found = METHODS["rustina"]()(Task("x", protein, "Nc1nc(N)c2ccccc2n1", (29.5, -2.0, 1.0), 18.0, n=2))
    assert found.mol.GetNumConformers() == len(found.scores) == len(found.extra["cnn"])


def _first_atom(conformer: Chem.Conformer) -> str:
    return f"{conformer.GetAtomPosition(0).x:.3f}"
