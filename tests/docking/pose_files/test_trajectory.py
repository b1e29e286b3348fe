"""The way of a sampled pose as frames of a PDB file, and what bends it."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from command_line import exit_code
from complexes import INHIBITOR, ligand_path, protein_path
from rdkit import Chem
from small_pockets import confidence_model, pose_model

from molgen.chem.proteins.reading import read_protein
from molgen.docking.dock import energy_of
from molgen.docking.ligand import prepare_ligand
from molgen.docking.pose_files.trajectory import sampling_frames, write_trajectory
from molgen.docking.proposals import guide_of, propose
from molgen.docking.records import DockConfig
from molgen.docking.search import EFFORT, SearchConfig
from molgen.docking.site import sites_of
from molgen.errors import ConfigError
from molgen.models.pose_confidence.task import save_confidence
from molgen.models.pose_flow.task import save_pose_model
from molgen.physics.restraints import PointRestraint

FEW = SearchConfig(starts=24, chains=8, rounds=1, screen_steps=4, start_steps=6, hop_steps=4)


@pytest.fixture(scope="module")
def weights(tmp_path_factory) -> dict[str, str]:
    folder = tmp_path_factory.mktemp("weights")
    save_pose_model(pose_model(), folder / "poses.safetensors", {})
    save_confidence(confidence_model(), folder / "confidence.safetensors", {})
    return {"pose_model": str(folder / "poses.safetensors"), "confidence_model": str(folder / "confidence.safetensors")}


@pytest.fixture(scope="module")
def site():
    return sites_of(read_protein(protein_path("1ia1")), ligand_path("1ia1")).searched[0]


@pytest.fixture(scope="module")
def ligand():
    return prepare_ligand(Chem.MolFromSmiles(INHIBITOR), DockConfig()).ligand


def test_the_frames_end_where_the_proposed_pose_of_lowest_energy_does(site, ligand, weights):
    config = DockConfig(samples=20, steps=3, **weights)
    frames = sampling_frames(site, ligand, config)
    assert frames.shape == (3, ligand.graph.n_atoms, 3)
    rng = torch.Generator().manual_seed(config.seed)
    final = propose(pose_model(), site, ligand, 20, 3, rng).positions
    energies, _ = energy_of(site, ligand).cartesian(final)
    torch.testing.assert_close(frames[-1], final[:, :, int(energies.argmin())], atol=1e-4, rtol=0)


def test_the_file_holds_one_model_per_step(site, ligand, weights, tmp_path):
    frames = sampling_frames(site, ligand, DockConfig(samples=4, steps=3, **weights))
    write_trajectory(tmp_path / "way.pdb", ligand, frames)
    models = (tmp_path / "way.pdb").read_text().split("ENDMDL")[:-1]
    assert len(models) == 3
    for model, frame in zip(models, frames, strict=True):
        rows = [line for line in model.splitlines() if line.startswith(("HETATM", "ATOM"))]
        read = np.array([[float(line[k : k + 8]) for k in (30, 38, 46)] for line in rows])
        assert np.abs(read - frame.numpy()).max() < 1e-3


def test_a_trajectory_without_the_model_is_refused(site, ligand, weights, tmp_path, capsys, monkeypatch):
    with pytest.raises(ConfigError, match="not random"):
        sampling_frames(site, ligand, DockConfig(proposals="random", **weights))
    arguments = ["dock", "-p", str(protein_path("1ia1")), "-l", INHIBITOR, "--pocket", str(ligand_path("1ia1"))]
    arguments += ["-o", str(tmp_path / "p.sdf"), "--proposals", "random", "--rank", "energy"]
    assert exit_code(*arguments, "--trajectory", str(tmp_path / "way.pdb")) == 2
    assert "needs proposals" in capsys.readouterr().err
    assert not (tmp_path / "p.sdf").exists()


def test_the_command_writes_a_trajectory(weights, tmp_path, monkeypatch):
    monkeypatch.setitem(EFFORT, "quick", FEW)
    arguments = ["dock", "-p", str(protein_path("1ia1")), "-l", INHIBITOR, "--pocket", str(ligand_path("1ia1"))]
    arguments += ["-o", str(tmp_path / "p.sdf"), "--effort", "quick", "--trajectory", str(tmp_path / "way.pdb")]
    arguments += ["--pose-model", weights["pose_model"], "--confidence-model", weights["confidence_model"]]
    assert exit_code(*arguments, "--steps", "3") == 0
    assert (tmp_path / "way.pdb").read_text().count("ENDMDL") == 3


def test_the_model_that_ships_takes_half_the_steps_of_others(weights):
    assert (DockConfig().sampling_steps, DockConfig(**weights).sampling_steps) == (5, 10)
    assert DockConfig(steps=7).sampling_steps == 7


def test_without_restraints_and_guidance_nothing_bends_the_way(site, ligand):
    assert guide_of(energy_of(site, ligand), torch.zeros(3), 0.0) is None


def test_a_restraint_draws_sampled_poses_to_its_point(site, ligand):
    point = torch.from_numpy(site.pocket.center).float()[None] + torch.tensor([[6.0, 0.0, 0.0]])
    held = PointRestraint(torch.tensor([[0]]), point, torch.tensor([1.0]))
    energy = energy_of(site, ligand, (held,))

    def distances(chosen) -> torch.Tensor:
        made = propose(pose_model(), site, ligand, 16, 8, torch.Generator().manual_seed(0), energy=chosen)
        return (made.positions[0] - point[0][:, None]).norm(dim=0)

    assert distances(energy).mean() < 0.7 * distances(replace(energy, restraints=())).mean()


def test_guidance_lowers_the_energy_of_sampled_poses(site, ligand):
    energy = energy_of(site, ligand)

    def lowest(guidance: float) -> float:
        rng = torch.Generator().manual_seed(0)
        made = propose(pose_model(), site, ligand, 16, 8, rng, energy=energy, guidance=guidance)
        return float(energy.softened(1.0).intermolecular(made.positions)[0].mean())

    assert lowest(0.5) < lowest(0.0)
