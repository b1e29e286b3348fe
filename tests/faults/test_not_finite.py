"""Numbers that are not finite: they stop at the first place where they could be seen, and are told."""

import math
import warnings
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import pytorch_lightning as lightning
import torch
from complexes import TYROSINE, site_in
from rdkit import Chem
from torch import Tensor, nn

from molgen.chem.molecules.force_field import minimize_conformers
from molgen.conformers.batching import flow
from molgen.conformers.generate import generate_conformers, generate_many
from molgen.docking import proposals as proposing
from molgen.docking.dock import dock_prepared
from molgen.docking.ligand import prepare_ligand
from molgen.docking.records import DockConfig
from molgen.errors import CheckpointError, TrainingError
from molgen.geometry import rotations
from molgen.geometry.torsions import dihedral_angles
from molgen.sampling.guards import NotFiniteWarning, finite_or, warnings_as_notes
from molgen.training.module import FieldTraining
from molgen.training.settings import TrainSettings

DTYPES = [torch.float32, torch.float64]
QUADRUPLE = torch.tensor([[0, 1, 2, 3]])


def positions_of(mol: Chem.Mol) -> np.ndarray:
    return np.array([conformer.GetPositions() for conformer in mol.GetConformers()])


# geometry


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("bend", [0.0, 1e-30, 1e-12, 1e-6, 1e-3])
def test_dihedrals_of_nearly_linear_chains_have_finite_gradients(dtype, bend):
    points = torch.tensor([[0.0, bend, 0], [0, 0, 1.2], [0, 0, 2.4], [bend, 0, 3.6]], dtype=dtype, requires_grad=True)
    angle = dihedral_angles(points, QUADRUPLE)
    angle.sum().backward()
    assert torch.isfinite(angle).all()
    assert torch.isfinite(points.grad).all()  # type: ignore[arg-type]


@pytest.mark.parametrize("dtype", DTYPES)
def test_dihedrals_of_atoms_in_one_place_have_gradient_zero(dtype):
    for points in (torch.zeros(4, 3, dtype=dtype), torch.eye(4, 3, dtype=dtype)[[0, 1, 1, 2]]):
        points = points.clone().requires_grad_()
        angle = dihedral_angles(points, QUADRUPLE)
        angle.sum().backward()
        assert angle.item() == 0.0
        assert points.grad is not None
        assert not points.grad.any()


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("angle", [0.0, math.pi])
@pytest.mark.parametrize("off", [0.0, 1e-7, -1e-7, 1e-4])
def test_dihedrals_near_zero_and_pi_have_the_right_gradient(dtype, angle, off):
    """cos and sin of the angle turn smoothly: d angle / d (turn of the last atom) is 1."""
    turn = torch.tensor(angle + off, dtype=dtype, requires_grad=True)
    zero = torch.zeros((), dtype=dtype)
    last = torch.stack([turn.cos(), turn.sin(), zero + 1.0])
    points = torch.stack(
        [torch.tensor([1.0, 0, 0], dtype=dtype), torch.zeros(3, dtype=dtype), zero.new_tensor([0, 0, 1]), last]
    )
    dihedral_angles(points, QUADRUPLE).sum().backward()
    assert abs(turn.grad.item()) == pytest.approx(1.0, abs=1e-4)  # type: ignore[union-attr]


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("angle", [0.0, 1e-20, 1e-8, 1e-4, math.pi - 1e-4, math.pi - 1e-7, math.pi])
def test_rotations_near_zero_and_pi_come_back_with_finite_gradients(dtype, angle):
    axis = torch.nn.functional.normalize(torch.tensor([0.3, -0.5, 0.8], dtype=dtype), dim=0)
    vector = (angle * axis).requires_grad_()
    rotation = rotations.exp(vector)
    back = rotations.log(rotation)
    back.sum().backward()
    assert torch.isfinite(vector.grad).all()  # type: ignore[arg-type]
    tolerance = 1e-5 if dtype == torch.float64 else 2e-3
    assert torch.allclose(rotations.exp(back), rotation, atol=tolerance)
    assert float(back.detach().norm()) == pytest.approx(angle, abs=tolerance)


# a force field that fails


@pytest.mark.parametrize("smiles", ["Cl", "Br"])
def test_a_minimizer_that_gives_up_keeps_the_structure_and_is_silent(smiles, capfd):
    """RDKit's gives up on HCl with an exception and a stack trace."""
    mol = Chem.AddHs(Chem.MolFromSmiles(smiles))
    conformer = Chem.Conformer(2)
    conformer.SetPositions(np.array([[0.0, 0, 0], [0, 0, 1.3]]))
    mol.AddConformer(conformer)
    found, _ = minimize_conformers(mol, 100)
    assert np.isfinite(found).all()
    assert np.isfinite(positions_of(generate_conformers(smiles, 2, model="uniform"))).all()
    assert capfd.readouterr().err == ""


# samples


def test_rows_that_are_not_finite_are_replaced_and_counted():
    made, start = torch.zeros(4, 3), torch.ones(4, 3)
    made[1, 2], made[3, 0] = math.nan, -math.inf
    with pytest.warns(NotFiniteWarning, match="2 of 4 things were not finite"):
        found = finite_or(made, start, "things")
    assert found.tolist() == [[0.0] * 3, [1.0] * 3, [0.0] * 3, [1.0] * 3]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert finite_or(start, made, "things") is start


def test_only_warnings_of_ours_become_notes():
    notes: list[str] = []

    def warn_twice() -> None:
        with warnings_as_notes(notes):
            warnings.warn("other", stacklevel=1)
            finite_or(torch.full((1, 1), math.nan), torch.zeros(1, 1), "things")

    with pytest.warns(UserWarning, match="other"):
        warn_twice()
    assert notes == ["1 of 1 things were not finite and are replaced by random ones"]


def broken(tensor: Tensor, rows: slice) -> Tensor:
    tensor = tensor.clone()
    tensor[rows] = math.nan
    return tensor


@pytest.mark.parametrize("rows", [slice(0, 3), slice(None)])
def test_conformers_are_finite_when_the_model_is_not(monkeypatch, rows):
    whole = flow.sample_torsions
    monkeypatch.setattr(flow, "sample_torsions", lambda *a, **k: broken(whole(*a, **k), rows))
    with pytest.warns(NotFiniteWarning, match="sampled sets of torsions were not finite"):
        mol = generate_conformers("OCCCN", 5)
    assert mol.GetNumConformers() == 5
    assert np.isfinite(positions_of(mol)).all()


def test_the_row_of_a_library_says_that_samples_were_replaced(monkeypatch):
    monkeypatch.setattr(flow, "sample_torsions", lambda model, graph, local, start, **_: start * math.nan)
    (outcome,) = generate_many(["CCCCO"], n=2, samples=4)
    assert outcome.mol is not None
    assert outcome.note == "4 of 4 sampled sets of torsions were not finite and are replaced by random ones"


@pytest.mark.parametrize("proposals", [pytest.param("both", marks=pytest.mark.slow), "learned"])
def test_poses_are_finite_when_some_proposals_are_not(monkeypatch, proposals):
    whole = proposing.sample_poses
    monkeypatch.setattr(proposing, "sample_poses", lambda *a, **k: broken(whole(*a, **k), slice(2, 9)))
    config = DockConfig(effort="quick", proposals=proposals, rank="energy", n=3)
    found = dock_prepared([site_in("1of6")], prepare_ligand(Chem.MolFromSmiles(TYROSINE), config), config)
    assert np.isfinite(positions_of(found.mol)).all()
    assert any(
        f"7 of {config.sampling_count} proposed poses were not finite and are left out" in note for note in found.notes
    )


def test_a_model_that_diverges_altogether_is_named(monkeypatch):
    whole = proposing.sample_poses
    monkeypatch.setattr(proposing, "sample_poses", lambda *a, **k: broken(whole(*a, **k), slice(None)))
    config = DockConfig(effort="quick", rank="energy")
    with pytest.raises(CheckpointError, match="none of its poses is finite"):
        dock_prepared([site_in("1of6")], prepare_ligand(Chem.MolFromSmiles(TYROSINE), config), config)


# training


class One(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.value = nn.Parameter(torch.tensor([5.0]))


def pull(model: nn.Module, batch: Tensor, rng: torch.Generator) -> Tensor:
    return (model.value - batch).square().mean()  # type: ignore[operator]


class Stream(torch.utils.data.IterableDataset):
    """Batches without a length, as the trainings draw them."""

    def __init__(self, values: list[float]) -> None:
        self.values = values

    def __iter__(self) -> Iterator[Tensor]:
        return (torch.tensor([value]) for value in self.values)


def run(batches: list[float], folder: Path, *, first: int = 0, state: Path | None = None, **options) -> FieldTraining:
    """Trains on the batches from the first on; the state is saved at the end."""
    module = FieldTraining(One(), pull, TrainSettings(learning_rate=0.1, warmup=1, **options))
    trainer = lightning.Trainer(
        max_steps=len(batches),
        accelerator="cpu",
        logger=False,
        enable_progress_bar=False,
        enable_model_summary=False,
        enable_checkpointing=False,
    )
    loader = torch.utils.data.DataLoader(Stream(batches[first:]), batch_size=None)
    trainer.fit(module, loader, ckpt_path=state, weights_only=True)
    trainer.save_checkpoint(folder / f"{len(batches)}.ckpt")
    return module


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("cut", [2, 3, 4])
def test_a_run_with_bad_batches_resumes_exactly(tmp_path, cut):
    """Also when it was cut between two of them: the counts go on."""
    batches = [1.0, 2.0, math.nan, math.nan, 3.0, math.inf, 1.0]
    whole = run(batches, tmp_path)
    run(batches[:cut], tmp_path)
    rest = run(batches, tmp_path, first=cut, state=tmp_path / f"{cut}.ckpt")
    assert rest.bad_batches == whole.bad_batches == 3
    assert torch.equal(rest.model.value, whole.model.value)  # type: ignore[arg-type]
    assert torch.equal(rest.average.values["value"], whole.average.values["value"])


@pytest.mark.filterwarnings("ignore")
def test_bad_batches_in_a_row_are_counted_across_a_cut(tmp_path):
    batches = [1.0, math.nan, math.nan, math.nan]
    run(batches[:3], tmp_path, max_bad_batches=2)
    with pytest.raises(TrainingError, match="3 batches in a row") as error:
        run(batches, tmp_path, first=3, state=tmp_path / "3.ckpt", max_bad_batches=2)
    assert "\n" not in str(error.value)
