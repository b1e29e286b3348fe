"""Any network with `encode` and `forward` stands in the models, their losses, samplers and the likelihood."""

import pytest
import torch
from earlier_names import earlier_name
from small_molecules import batch_of, entry_of
from small_pockets import SIZE, pose_model, random_pocket
from torch import Tensor, nn

from molgen.graphs.batch import GraphBatch
from molgen.graphs.complexes import ComplexBatch
from molgen.graphs.pockets import batch_pockets
from molgen.models.pose_flow.config import PoseModelConfig
from molgen.models.pose_flow.data import PoseBatch
from molgen.models.pose_flow.loss import pose_loss
from molgen.models.pose_flow.model import PoseModel, PoseNetwork
from molgen.models.pose_flow.sample import prior_states, sample_poses
from molgen.models.pose_flow.sample import time_grid as pose_times
from molgen.models.torsion_flow.config import ModelConfig
from molgen.models.torsion_flow.data import ConformerBatch
from molgen.models.torsion_flow.likelihood import log_likelihood
from molgen.models.torsion_flow.loss import torsion_loss
from molgen.models.torsion_flow.model import TorsionModel, TorsionNetwork
from molgen.models.torsion_flow.sample import sample_torsions, time_grid
from molgen.models.torsion_flow.validation import validate
from molgen.nets.field_model import score_scale
from molgen.nets.protocol import FieldNetwork
from molgen.processes import RotationDiffusion, TorsionDiffusion
from molgen.sampling import torus_points

SMILES = "CCOC(C)=O"


class PlainTorsions(nn.Module):
    """Coordinates and the time through two layers: neither equivariant nor aware of the molecule."""

    def __init__(self, atoms: int, torsions: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(3 * atoms + 1, 64), nn.SiLU(), nn.Linear(64, torsions))

    def encode(self, graph: GraphBatch) -> Tensor:
        return graph.torsion_mask[:, None]

    def forward(self, graph: GraphBatch, encoding: Tensor, positions: Tensor, t: Tensor) -> Tensor:
        return self.layers(torch.cat([positions.flatten(-2), t[..., None]], -1)) * encoding


class PlainPoses(nn.Module):
    """The same for poses."""

    def __init__(self, atoms: int, torsions: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(3 * atoms + 1, 64), nn.SiLU(), nn.Linear(64, 6 + torsions))

    def encode(self, batch: ComplexBatch) -> None:
        return None

    def forward(self, batch: ComplexBatch, encoding: None, positions: Tensor, t: Tensor) -> dict[str, Tensor]:
        out = self.layers(torch.cat([positions.flatten(-2), t[..., None]], -1))
        return {"translation": out[..., :3], "rotation": out[..., 3:6], "torsion": out[..., 6:]}


def torsion_model(process: str = "flow") -> tuple[TorsionModel, GraphBatch, Tensor]:
    torch.manual_seed(0)
    graph, positions = batch_of(SMILES, count=16)
    network = PlainTorsions(positions.shape[2], graph.torsions.shape[1])
    positions = (positions - positions.mean(2, keepdim=True)).float()
    return TorsionModel(ModelConfig(process), network), graph, positions


def trained(model: nn.Module, loss, steps: int = 60) -> tuple[float, float]:
    """The loss before and after some steps."""
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
    losses = []
    for _ in range(steps):
        optimizer.zero_grad()
        value = loss()
        value.backward()
        optimizer.step()
        losses.append(value.item())
    return losses[0], losses[-1]


def test_own_and_other_networks_satisfy_the_protocol():
    for network in (
        PlainTorsions(3, 1),
        PlainPoses(3, 1),
        TorsionNetwork(ModelConfig()),
        PoseNetwork(PoseModelConfig()),
    ):
        assert isinstance(network, FieldNetwork)
    assert isinstance(TorsionModel(ModelConfig()), FieldNetwork), "a model can stand where a network stands"
    assert not isinstance(nn.Linear(1, 1), FieldNetwork)


@pytest.mark.parametrize("process", ["flow", "diffusion"])
def test_a_network_of_ones_own_learns_samples_and_scores_torsions(process):
    model, graph, positions = torsion_model(process)
    batch = ConformerBatch(graph, positions)
    before, after = trained(model, lambda: torsion_loss(model, batch, torch.Generator().manual_seed(0)))
    assert after < 0.8 * before
    start = torus_points(16, graph.torsions.shape[1], seed=0).float()
    torsions = sample_torsions(model, graph, positions[0], start, times=time_grid(model, 4))
    assert torsions.isfinite().all()
    assert (torsions - start).abs().max() > 0.1, "the field moved nothing"
    assert log_likelihood(model, graph, positions[0, :4], steps=2).isfinite().all()
    scores = validate(model, [entry_of(SMILES, 2)], samples=4, steps=2)
    assert 0 < scores["amr_recall"] < 5


def test_a_network_of_ones_own_learns_and_samples_poses():
    torch.manual_seed(0)
    graph, positions = batch_of(SMILES)
    bound = (positions - positions.mean(2, keepdim=True))[:, 0].float()
    pocket = batch_pockets([random_pocket(20)])
    model = PoseModel(PoseModelConfig(backbone=SIZE), PlainPoses(bound.shape[1], graph.torsions.shape[1]))
    batch = PoseBatch(graph, pocket, bound, draws=8, ligand_noise=0.0)
    before, after = trained(model, lambda: pose_loss(model, batch, torch.Generator().manual_seed(0)))
    assert after < 0.8 * before
    template = bound.expand(4, -1, -1)
    start = prior_states(model, template, graph.torsions.shape[1], torch.Generator().manual_seed(0))
    poses = sample_poses(model, graph, pocket, template, start, pose_times(4))
    assert poses.isfinite().all()
    assert poses.mean(1).norm(dim=-1).mean() < start["translation"].norm(dim=-1).mean(), "nothing moved to the data"


@pytest.mark.parametrize("process", [TorsionDiffusion(), RotationDiffusion()], ids=["torus", "rotations"])
def test_a_score_over_its_scale_has_the_size_of_one_at_every_time(process):
    rng, curved = torch.Generator().manual_seed(0), isinstance(process, RotationDiffusion)
    x0 = torch.eye(3).expand(4000, 3, 3) if curved else torch.zeros(4000, 3)
    for t in (0.05, 0.5, 0.8, 0.95):
        scaled = process.corrupt(x0, t, rng).target / score_scale(process, torch.tensor(t))
        assert abs(float(scaled.square().mean()) - 1) < 0.1
    assert score_scale(process, torch.tensor(0.2)) < 0, "the network points along the noise"


def test_weights_of_a_network_of_ones_own_are_those_of_the_model():
    model, _, _ = torsion_model()
    names = {f"network.{name}" for name in model.network.state_dict()}  # type: ignore[attr-defined]
    assert model.state_dict().keys() == names
    assert {name for name, _ in model.named_parameters()} == names


def test_weights_of_earlier_versions_are_known_by_their_names():
    model, other = pose_model(seed=0), pose_model(seed=1)
    weights = {earlier_name(name): value for name, value in model.state_dict().items()}
    assert "backbone.graph.length.weight" in weights
    assert "backbone.contact_mix.1.weight" in weights
    other.load_state_dict(weights)
    assert all(torch.equal(value, model.state_dict()[name]) for name, value in other.state_dict().items())
    with pytest.raises(RuntimeError, match=r"backbone\.no_such"):
        other.load_state_dict(weights | {"backbone.no_such": torch.zeros(1)})
