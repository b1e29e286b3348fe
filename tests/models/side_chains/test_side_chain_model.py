"""The network: what it sees, and what it must not see."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from molgen.chem.proteins.reading import read_protein
from molgen.chem.side_chains.geometry import set_chi
from molgen.chem.side_chains.records import side_chain_record
from molgen.datasets.records.side_chains import SideChainEntry, encode_side_chains, load_side_chains
from molgen.geometry import rotations
from molgen.models.side_chains.bins import centers, refined, soft_targets
from molgen.models.side_chains.config import SideChainModelConfig, SideChainTrainConfig
from molgen.models.side_chains.data import Cropping, SideChainBatch, side_chain_batch
from molgen.models.side_chains.loss import drawn_times, side_chain_loss
from molgen.models.side_chains.model import SideChainModel

CONFIG = SideChainModelConfig(hidden=16, layers=2, neighbors=8, surroundings=4)


@pytest.fixture(scope="module")
def entry() -> SideChainEntry:
    record = side_chain_record(read_protein("data/1ia1.pdb"))
    columns = {name: getattr(record, name) for name in SideChainEntry.__dataclass_fields__ if hasattr(record, name)}
    return SideChainEntry(name="1ia1", cluster="reductase", **columns)


@pytest.fixture(scope="module")
def model() -> SideChainModel:
    torch.manual_seed(0)
    network = SideChainModel(CONFIG)
    torch.nn.init.normal_(network.out, std=0.3)
    return network.eval()


def logits(model, batch, t, chi=None):
    chi = batch.chi if chi is None else chi
    atoms = set_chi(batch.graph.types, batch.atoms, chi)
    with torch.no_grad():
        return model(batch.graph, atoms, chi, t, torch.zeros_like(chi))


def whole(entry) -> SideChainBatch:
    return SideChainBatch.of(side_chain_batch([entry], CONFIG))


def moved(entry) -> SideChainEntry:
    rotation = rotations.random_rotation((), torch.Generator().manual_seed(3)).numpy()
    shift = np.float32([5, -3, 2])
    return replace(entry, atoms=entry.atoms @ rotation.T + shift, context=entry.context @ rotation.T + shift)


def test_distributions_do_not_change_when_the_protein_is_moved(entry, model):
    t = torch.full((len(entry),), 0.5)
    first, second = (logits(model, whole(one), t) for one in (entry, moved(entry)))
    assert torch.allclose(first, second, atol=2e-3)
    assert first.std() > 0.05


def test_hidden_side_chains_are_not_seen(entry, model):
    batch, t = whole(entry), torch.ones(len(entry))
    other = batch.chi + 1.0
    assert torch.equal(logits(model, batch, t), logits(model, batch, t, other))


def test_given_side_chains_are_seen_by_their_neighbors(entry, model):
    batch, t = whole(entry), torch.ones(len(entry))
    t[50] = 0.0
    changed = batch.chi.clone()
    changed[50] += 1.0
    difference = (logits(model, batch, t) - logits(model, batch, t, changed)).abs().amax((1, 2))
    seen_by = (batch.graph.neighbors == 50).any(1)
    assert float(difference[seen_by].max()) > 1e-4


def test_structures_of_a_batch_do_not_see_each_other(entry, model):
    alone = logits(model, whole(entry), torch.ones(len(entry)))
    both = SideChainBatch.of(side_chain_batch([entry, moved(entry)], CONFIG))
    together = logits(model, both, torch.ones(2 * len(entry)))
    assert torch.allclose(together[: len(entry)], alone, atol=1e-4)
    assert torch.allclose(together[len(entry) :], alone, atol=2e-3)


def test_incomplete_side_chains_are_never_given(entry):
    batch = whole(replace(entry, present=entry.present & (np.arange(14) != 5)))
    settings = SideChainTrainConfig(packed=0.0, noised=0.0)
    t = drawn_times(batch, torch.Generator().manual_seed(0), settings)
    assert (t[(entry.types != 0) & (entry.types != 7)] == 1).all()  # only ALA and GLY have no slot 5


@pytest.mark.parametrize("process", ["flow", "diffusion"])
def test_angles_are_on_their_way_from_the_structure_to_random_ones(entry, process):
    chi, process = whole(entry).chi, SideChainModel(replace(CONFIG, process=process)).process
    rng = torch.Generator().manual_seed(0)
    near, far = (torch.cos(process.corrupt(chi, t, rng).x_t - chi).mean() for t in (0.02, 1.0))
    assert near > 0.99
    assert abs(far) < 0.1


def test_a_process_that_there_is_not_is_refused():
    with pytest.raises(ValueError, match='"flow" or "diffusion", not "jump"'):
        replace(CONFIG, process="jump")


@pytest.mark.parametrize("process", ["flow", "diffusion"])
def test_the_loss_is_a_cross_entropy_that_training_lowers(entry, process):
    torch.manual_seed(0)
    network, settings = SideChainModel(replace(CONFIG, process=process)), SideChainTrainConfig()
    cropping = Cropping(60, 0.5, 0.02)
    optimizer = torch.optim.Adam(network.parameters(), 0.01)
    losses = []
    for step in range(25):
        batch = SideChainBatch.of(side_chain_batch([entry], CONFIG, cropping, np.random.default_rng(step)))
        loss = side_chain_loss(network, batch, torch.Generator().manual_seed(step), settings)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert losses[0] == pytest.approx(np.log(36), abs=0.3)
    assert np.mean(losses[-5:]) < losses[0] - 0.5


def test_a_stored_set_is_what_was_stored(entry, tmp_path):
    (tmp_path / "part.safetensors").write_bytes(encode_side_chains([entry, moved(entry)], "test"))
    (first, _), sources = load_side_chains([tmp_path / "part.safetensors"])
    assert sources == ["test"]
    assert (first.name, first.cluster) == ("1ia1", "reductase")
    center = entry.atoms[:, 1].mean(0)
    assert np.abs((first.atoms - entry.atoms + center) * entry.present[..., None]).max() < 0.006
    assert (first.types == entry.types).all()


def test_targets_are_distributions_about_the_angle():
    angle = torch.tensor([0.3, -3.1, 1.0])
    plain = soft_targets(angle, torch.zeros(3, dtype=torch.bool), 36)
    assert torch.allclose(plain.sum(-1), torch.ones(3))
    mean = torch.atan2((plain * centers(36).sin()).sum(-1), (plain * centers(36).cos()).sum(-1))
    assert torch.allclose(mean, angle, atol=0.02)
    twofold = soft_targets(angle, torch.ones(3, dtype=torch.bool), 36)
    assert torch.allclose(twofold, twofold.roll(18, -1), atol=1e-6)


def test_an_angle_between_two_bins_is_found():
    angle = torch.tensor([0.05])
    target = soft_targets(angle, torch.zeros(1, dtype=torch.bool), 36).log()
    assert refined(target, target.argmax(-1), 36).item() == pytest.approx(0.05, abs=0.03)
