"""The benchmark of raw samples: what repels what, and one line per model, steps and spread."""

import re
from pathlib import Path

import numpy as np
import pytest
import torch
from rdkit import Chem
from rdkit.Chem import AllChem

from benchmarks.sampling import torsions as ts


def test_repulsion_points_away_from_the_nearest_sample():
    x = torch.tensor([[0.0, 1.0], [0.3, 1.0], [2.5, -2.0]])
    away = ts.repulsion(x)
    assert away[0, 0] < 0 < away[1, 0]
    assert away[:2, 1].abs().max() < 0.01
    torch.testing.assert_close(ts.repulsion(x + 2 * torch.pi), away, atol=1e-5, rtol=0)
    assert torch.equal(ts.repulsion(x[:1]), torch.zeros(1, 2))  # alone


def test_repulsion_is_the_gradient_of_its_potential():
    x = torch.randn(5, 3, generator=torch.Generator().manual_seed(0), dtype=torch.float64, requires_grad=True)
    mean_cos = (x[:1] - x[1:].detach()).cos().mean(-1)
    potential = ((mean_cos - 1) / ts.KERNEL_WIDTH).exp().sum().log()
    (slope,) = torch.autograd.grad(potential, x)
    torch.testing.assert_close(ts.repulsion(x.detach())[0], -slope[0] * ts.KERNEL_WIDTH * 3)


@pytest.mark.parametrize("spread", ["sobol", "independent"])
def test_starts_are_on_the_torus_and_the_same_every_time(spread):
    points = ts.starts(spread, 20, 3)
    assert points.shape == (20, 3)
    assert points.abs().max() <= np.pi
    assert torch.equal(points, ts.starts(spread, 20, 3))


def test_every_combination_gives_a_line(tmp_path: Path, monkeypatch, capsys):
    data = tmp_path / "small.sdf"
    with Chem.SDWriter(str(data)) as writer:
        mol = Chem.AddHs(Chem.MolFromSmiles("CC(C)CC(=O)OCC"))
        AllChem.EmbedMolecule(mol, randomSeed=1)
        mol.SetProp("mol_id", "ester")
        mol.SetProp("smiles", "CC(C)CC(=O)OCC")
        writer.write(mol)
    spreads = "sobol,independent,guided"
    arguments = ["--data", str(data), "--models", "uniform,default", "--samples", "12", "--spread", spreads]
    monkeypatch.setattr("sys.argv", ["x", *arguments])
    ts.main()
    first, *lines = capsys.readouterr().out.splitlines()
    assert first.startswith("1 molecules of small.sdf, 12 samples")
    assert [line.split(":")[0] for line in lines] == [
        f"{model}, 4 evaluations, {spread}" for model in ("uniform", "default") for spread in spreads.split(",")
    ]
    found = [float(re.search(r"AMR-R ([\d.]+)", line)[1]) for line in lines]  # type: ignore[index]
    assert found[1] == found[2]  # nothing guides uniform torsions
    assert len(set(found[3:])) == 3
    assert max(found) < 1.5
    monkeypatch.setattr("sys.argv", ["x", *arguments[:2], "--models", "default", "--samplers", "sde", "--steps", "1"])
    ts.main()
    assert "needs a score, which a flow of torsions does not have" in capsys.readouterr().out
