"""No kernel makes a tensor on a fixed device: whatever is made says on which, or takes it from what is there.

So the networks run on any device, which is seen here without one.
"""

from collections.abc import Callable

import pytest
import torch
from named_devices import DevicesAreNamed
from small_molecules import batch_of
from small_pockets import confidence_model, pose_model, random_pocket

from molgen.chem.side_chains.geometry import ideal_residues
from molgen.graphs.pockets import batch_pockets
from molgen.models.pose_flow.sample import prior_states, sample_poses
from molgen.models.side_chains.config import SideChainModelConfig
from molgen.models.side_chains.graph import side_chain_graph
from molgen.models.side_chains.model import SideChainModel
from molgen.models.side_chains.validation import most_likely
from molgen.models.torsion_flow.config import ModelConfig
from molgen.models.torsion_flow.likelihood import sample_with_likelihood
from molgen.models.torsion_flow.model import TorsionModel
from molgen.models.torsion_flow.sample import sample_torsions
from molgen.nets.config import BackboneConfig
from molgen.sampling import uniform_grid

FLEXIBLE, SAMPLES = "CCOC(C)N", 3
TIMES = uniform_grid(2)  # of any sampler: numbers that the CPU steers by, wherever the states are
SIZE = {"scalars": 8, "pseudoscalars": 4, "vectors": 4, "pseudovectors": 4, "edge_channels": 8, "layers": 2}


def test_the_mode_sees_a_tensor_on_a_fixed_device():
    program = compile("made = torch.zeros(3)", "somewhere/molgen/kernel.py", "exec")
    with pytest.raises(AssertionError, match=r"kernel\.py:1"), DevicesAreNamed():
        exec(program, {"torch": torch})
    with DevicesAreNamed():
        exec(compile("torch.zeros(3, device='cpu')", "somewhere/molgen/kernel.py", "exec"), {"torch": torch})


def torsion_model(l_max: int = 1, jumps: bool = False) -> TorsionModel:
    return TorsionModel(ModelConfig(backbone=BackboneConfig(l_max=l_max, **SIZE), jumps=jumps)).eval()


@pytest.mark.parametrize("options", [{}, {"l_max": 2}, {"jumps": True}], ids=str)
def test_the_flow_of_torsions_takes_its_device_from_its_inputs(options):
    model = torsion_model(**options)
    given = molecule()
    end = checked(lambda: sample_torsions(model, *given, times=TIMES))
    assert end.shape == given[2].shape


def test_likelihoods_of_torsions_take_their_device_from_their_inputs():
    model, given = torsion_model(), molecule()
    _, likelihood = checked(lambda: sample_with_likelihood(model, *given, time=0.1, steps=2))
    assert likelihood.shape == (SAMPLES,)


@pytest.mark.parametrize("process", ["flow", "diffusion"])
def test_the_flow_of_poses_takes_its_device_from_its_inputs(process):
    model = pose_model(process)
    graph, template, torsions = molecule()
    pocket = batch_pockets([random_pocket()])
    start = prior_states(model, template, torsions.shape[1], torch.Generator().manual_seed(0))
    end = checked(lambda: sample_poses(model, graph, pocket, template, start, TIMES))
    assert end.shape == template.shape


def test_the_confidence_takes_its_device_from_its_inputs():
    model = confidence_model(members=2)
    graph, positions, _ = molecule()
    pocket, energies = batch_pockets([random_pocket()]), torch.arange(float(SAMPLES))

    def probability() -> torch.Tensor:
        logits = model(graph, pocket, positions[None], energies[None])[0]
        return model.probability(model.meta_logits(logits, positions, energies))

    assert checked(probability).shape == (SAMPLES,)


@pytest.mark.parametrize("ligand_atoms", [0, 3])
def test_distributions_of_side_chains_take_their_device_from_their_inputs(ligand_atoms):
    model = SideChainModel(SideChainModelConfig(hidden=8, layers=1, neighbors=4, surroundings=2))
    types, chains, numbers = torch.tensor([1, 5, 11, 4, 8, 15]), torch.zeros(6, dtype=torch.long), torch.arange(6)
    backbone = 3 * torch.randn(6, 4, 3, generator=torch.Generator().manual_seed(0))
    context, elements = torch.randn(ligand_atoms, 3), torch.ones(ligand_atoms, dtype=torch.long)

    def angles() -> torch.Tensor:
        graph = side_chain_graph(types, backbone, chains, numbers, context, elements, 4, 2)
        atoms = ideal_residues(types, backbone)
        chi = atoms.new_zeros(6, 4)
        return most_likely(model, model.trunk(graph, model.encode(graph), atoms, chi, chi[:, 0] + 1))

    assert checked(angles).shape == (6, 4)


def molecule() -> tuple:
    """A graph, template conformers [S, n, 3] and torsions [S, m]."""
    graph, positions = batch_of(FLEXIBLE, count=SAMPLES)
    return graph, positions[0].float(), torch.zeros(SAMPLES, graph.torsions.shape[1])


def checked(kernel: Callable) -> torch.Tensor:
    with DevicesAreNamed(), torch.no_grad():
        return kernel()
