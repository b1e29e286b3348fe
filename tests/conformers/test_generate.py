"""The whole way from a SMILES to conformers: same in, same out; stereo, geometry and choice hold for every molecule."""

import time
import warnings
from pathlib import Path

import numpy as np
import pytest
import torch
from rdkit import Chem
from rdkit.Chem import rdMolTransforms

import molgen
from molgen.chem.features.molecule_features import heavy_atoms, molecule_graph
from molgen.chem.molecules.embedding import embed_templates
from molgen.chem.molecules.force_field import Energies, relax
from molgen.chem.molecules.positions import with_conformers
from molgen.chem.molecules.reading import InputRecord
from molgen.chem.molecules.standardize import prepare_molecule
from molgen.conformers import generate
from molgen.conformers import selection as choose
from molgen.conformers.candidates import Pool, sample_pool
from molgen.conformers.force_field import ConformerField
from molgen.conformers.generate import GenerateConfig, generate_conformers, generate_many, outcomes
from molgen.conformers.options import MAX_SEED
from molgen.errors import CheckpointError, ConfigError, EmbeddingError, InputError, ParseError
from molgen.metrics.rmsd import rmsd_matrix
from molgen.metrics.stereo import stereo_mask
from molgen.metrics.symmetry import automorphisms
from molgen.models.torsion_flow.checkpoint import load_model
from molgen.models.torsion_flow.config import ModelConfig
from molgen.models.torsion_flow.model import TorsionModel
from molgen.nets.backbone import BackboneConfig

FLEXIBLE = "CC[C@H](N)C(=O)OCC"
TINY = BackboneConfig(scalars=8, pseudoscalars=4, vectors=4, pseudovectors=4, edge_channels=8, layers=1)
QUICK = {"pool": 16, "templates": 2, "template_relax": 50}


@pytest.fixture
def network() -> TorsionModel:
    """A network with random weights: its torsions mean nothing, but every step of it runs."""
    torch.manual_seed(0)
    return TorsionModel(ModelConfig("flow", TINY, 2)).eval()


def uniform(smiles: str | Chem.Mol, n: int = 4, **options) -> Chem.Mol:
    return generate_conformers(smiles, n, model="uniform", **{**QUICK, **options})


def coordinates(mol: Chem.Mol) -> np.ndarray:
    return np.array([c.GetPositions() for c in mol.GetConformers()])


def energies(mol: Chem.Mol) -> list[float]:
    return [c.GetDoubleProp("molgen_energy") for c in mol.GetConformers()]


def assert_same(first: Chem.Mol, second: Chem.Mol) -> None:
    np.testing.assert_allclose(coordinates(first), coordinates(second), atol=1e-4, rtol=0)
    assert [c.GetIntProp("molgen_rank") for c in first.GetConformers()] == list(range(1, first.GetNumConformers() + 1))


def nearest_pair(mol: Chem.Mol) -> float:
    heavy = coordinates(mol)[:, heavy_atoms(mol)]
    distances = rmsd_matrix(heavy, heavy, automorphisms(mol).permutations).numpy()
    return float(distances[np.triu_indices(len(distances), 1)].min())


def assert_sound_geometry(mol: Chem.Mol) -> None:
    """Bonds as long as covalent radii ask for, nothing on top of anything else, hydrogens on their own atom."""
    radius = Chem.GetPeriodicTable().GetRcovalent
    numbers = [atom.GetAtomicNum() for atom in mol.GetAtoms()]
    heavy = np.array(numbers) > 1
    bonded = Chem.GetAdjacencyMatrix(mol).astype(bool)
    for positions in coordinates(mol):
        assert np.isfinite(positions).all()
        distances = np.linalg.norm(positions[:, None] - positions[None], axis=-1)
        for bond in mol.GetBonds():
            i, j = bond.GetBeginAtomIdx(), bond.GetEndAtomIdx()
            assert 0.7 < distances[i, j] / (radius(numbers[i]) + radius(numbers[j])) < 1.3, (i, j, distances[i, j])
        apart = ~bonded & ~np.eye(len(numbers), dtype=bool)
        assert distances[np.outer(heavy, heavy) & apart].min(initial=9.0) > 1.0
        assert distances[apart].min(initial=9.0) > 0.9
        for k in np.flatnonzero(~heavy):
            assert bonded[k, distances[k].argsort()[1]]


# --- the same every time ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("neighbors", [[], ["CCOCC", "C1CC", "c1ccccc1"]])
def test_a_molecule_is_the_same_alone_and_after_others(neighbors, network):
    alone = generate_conformers(FLEXIBLE, 4, seed=3, model=network, **QUICK)
    torch.rand(7)  # the state of the global generators does not matter
    np.random.rand(3)  # noqa: NPY002  # the global state is what is meant
    found = list(generate_many([*neighbors, FLEXIBLE, "CCCCO"], 4, seed=3, model=network, **QUICK))
    assert len(found) == len(neighbors) + 2
    result = found[len(neighbors)].mol
    assert result is not None
    assert_same(alone, result)


@pytest.mark.parametrize("smiles", [FLEXIBLE, "CC1CCCCC1CO", "c1ccccc1"])
def test_threads_do_not_matter(smiles, network):
    before = torch.get_num_threads()
    try:
        torch.set_num_threads(1)
        one = quiet(smiles, network)
        torch.set_num_threads(2)
        two = quiet(smiles, network)
    finally:
        torch.set_num_threads(before)
    assert_same(one, two)


def quiet(smiles: str, model) -> Chem.Mol:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return generate_conformers(smiles, 4, model=model, **QUICK)


def test_another_seed_gives_other_conformers(network):
    first, again, other = (generate_conformers(FLEXIBLE, 4, seed=s, model=network, **QUICK) for s in (1, 1, 2))
    assert_same(first, again)
    assert np.abs(coordinates(first) - coordinates(other)).max() > 0.1


def test_the_network_moves_the_torsions(network):
    with_network = generate_conformers(FLEXIBLE, 4, model=network, **QUICK)
    assert np.abs(coordinates(with_network) - coordinates(uniform(FLEXIBLE))).max() > 0.1


def test_input_coordinates_and_hydrogens_do_not_matter():
    mol = embed_templates(Chem.AddHs(Chem.MolFromSmiles(FLEXIBLE)), 1, seed=99).mol
    before = coordinates(mol)
    assert_same(uniform(mol), uniform(FLEXIBLE))
    assert np.array_equal(coordinates(mol), before)


def test_the_largest_seed_works_and_a_larger_one_is_refused():
    assert uniform("CCCO", seed=MAX_SEED).GetNumConformers()
    assert_same(uniform("CCCO", seed=np.int64(5)), uniform("CCCO", seed=5))
    for seed in (MAX_SEED + 1, -1, 2**64, 1.5):
        with pytest.raises(ConfigError, match="seed must be"):
            uniform("CCCO", seed=seed)


# --- stereo -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "smiles",
    [
        "C[C@H](O)[C@@H](N)[C@H](F)Cl",
        "C/C=C/C=C\\CO",
        "C[C@@H](Cl)/C=C/C(F)=C\\[C@H](C)O",
        "O[C@H]1CC[C@@H]2CCCC[C@H]2C1",  # trans-fused
        "O[C@H]1CC[C@H]2CCCC[C@H]2C1",
        "C[C@]12CC[C@H](C1)C(=O)C2",
        "C[S@](=O)CC",
        "C[C@H]1C[C@@H](C)C[C@H](O)C1",
        "OC/N=C/CC",
        "C[C@H](O)[C@@H](C)O",  # meso
    ],
)
def test_every_conformer_has_the_stereo_of_the_input(smiles):
    mol = uniform(smiles, 6)
    assert stereo_mask(smiles, mol).all()
    for conformer in mol.GetConformers():  # with RDKit's own eyes
        seen = Chem.Mol(mol, confId=conformer.GetId())
        Chem.AssignStereochemistryFrom3D(seen, conformer.GetId())
        assert Chem.MolToSmiles(Chem.RemoveHs(seen)) == Chem.CanonSmiles(smiles)


def test_relaxation_keeps_the_stereo():
    smiles = "C[C@@H](Cl)/C=C/C(F)=C\\[C@H](C)O"
    assert stereo_mask(smiles, uniform(smiles, relax="mmff")).all()


def test_a_conformer_of_the_wrong_stereo_is_not_returned(monkeypatch):
    monkeypatch.setattr(choose, "stereo_mask", lambda reference, mol: np.arange(mol.GetNumConformers()) != 1)
    pool = sample_pool(prepare_molecule(Chem.MolFromSmiles("CCCCO")), None, GenerateConfig(**QUICK))
    sample = np.array([4, 7, 2])
    kept = choose._finished(pool, pool.positions[sample], sample, GenerateConfig())
    np.testing.assert_array_equal(coordinates(kept), pool.positions[[4, 2]])
    monkeypatch.setattr(choose, "stereo_mask", lambda reference, mol: np.zeros(mol.GetNumConformers(), bool))
    with pytest.raises(EmbeddingError, match="stereo"):
        choose._finished(pool, pool.positions[sample], sample, GenerateConfig())


def test_open_stereo_warns_and_names_the_center():
    with pytest.warns(UserWarning, match=r"stereo of C2, C5=C6 is not specified") as caught:
        mol = generate_conformers("CC(F)CC=CC", 2, model="uniform", **QUICK)
    assert len(caught) == 1
    assert caught[0].filename == __file__  # the warning points to the caller
    assert stereo_mask(mol, mol).all()
    assert "@" in Chem.MolToSmiles(Chem.RemoveHs(mol))


@pytest.mark.parametrize("smiles", ["C1C2CC3CC1CC(C2)C3", "C1CC2CCN1CC2", "C1CC2CCC1C2", "C[SiH2]CC", FLEXIBLE])
def test_where_only_one_isomer_can_exist_nothing_is_open(smiles):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert uniform(smiles).GetNumConformers()
    (outcome,) = generate_many([smiles], 1, model="uniform", stereo="enumerate", **QUICK)
    assert outcome.note == ""
    assert outcome.record.name == smiles


def test_enumeration_gives_every_isomer():
    found = list(generate_many(["CC(F)CC=CC x", "CCO"], 2, model="uniform", stereo="enumerate", **QUICK))
    assert [o.record.name for o in found] == ["x_isomer1", "x_isomer2", "x_isomer3", "x_isomer4", "CCO"]
    assert all("C2, C5=C6" in o.note for o in found[:4])
    smiles = {Chem.MolToSmiles(Chem.RemoveHs(o.mol)) for o in found[:4] if o.mol}
    assert smiles == {Chem.CanonSmiles(f"C[C@{at}H](F)C/C=C{slash}C") for at in ("", "@") for slash in "/\\"}
    assert all(o.mol is not None and stereo_mask(o.mol, o.mol).all() for o in found)


# --- what a conformer carries, and how they are chosen ----------------------------------------------------------------


def test_every_conformer_says_where_it_comes_from():
    mol = uniform(FLEXIBLE, 5)
    for rank, conformer in enumerate(mol.GetConformers(), 1):
        properties = conformer.GetPropsAsDict()
        assert properties["molgen_rank"] == rank
        assert 0.0 <= properties["molgen_energy"] <= 20.0
        assert properties["molgen_energy_method"] == "MMFF94s without electrostatics"
        assert properties["molgen_template"] in (0, 1)
        assert properties["molgen_method"] == "ETKDGv3"
    assert {a.GetAtomicNum() for a in mol.GetAtoms()} == {1, 6, 7, 8}
    assert mol.GetNumAtoms() == Chem.AddHs(Chem.MolFromSmiles(FLEXIBLE)).GetNumAtoms()


def test_the_first_of_many_are_the_best_few():
    """With the samples fixed, asking for fewer gives the beginning of the longer list, energies included."""
    many = uniform(FLEXIBLE, 20, pool=40)
    few = uniform(FLEXIBLE, 7, pool=40)
    assert (many.GetNumConformers(), few.GetNumConformers()) == (20, 7)
    np.testing.assert_array_equal(coordinates(many)[:7], coordinates(few))
    np.testing.assert_allclose(np.diff(energies(many)[:7]), np.diff(energies(few)), atol=1e-6)
    reverse = coordinates(many)[::-1]
    assert np.abs(reverse[:7] - coordinates(few)).max() > 0.1


@pytest.mark.parametrize("spacing", [0.3, 0.8])
@pytest.mark.parametrize("relax", ["none", "mmff"])
def test_conformers_keep_their_distance(spacing, relax):
    mol = uniform("CCCCCCC", 20, spacing=spacing, relax=relax, pool=32)
    assert mol.GetNumConformers() >= 2
    assert nearest_pair(mol) >= spacing - 1e-6


def test_the_distance_can_be_given_up():
    assert nearest_pair(uniform("CCCCC", 20, spacing=0.0, pool=32)) < 0.2


def test_symmetric_copies_count_as_one():
    assert uniform("CC(C)(C)C", 10).GetNumConformers() == 1
    mol = uniform("c1ccccc1-c1ccccc1", 50, spacing=0.5, pool=64)
    assert mol.GetNumConformers() < 10  # the dihedral has a period of 180 degrees, and the sign is a mirror image


def test_strained_samples_are_dropped():
    wide, narrow = (uniform("CC(C)CC(=O)OCC", 30, energy_window=w, pool=30, polish=0, vacuum=0.0) for w in (1e6, 3.0))
    assert max(energies(narrow)) <= 3.0 < max(energies(wide))
    assert 0 < narrow.GetNumConformers() < wide.GetNumConformers()


def test_a_sample_without_an_energy_is_dropped_unless_none_has_one():
    def sound(*values: float) -> list[int]:
        field = ConformerField(Chem.MolFromSmiles("[H][H]"))
        pool = Pool(Chem.Mol(), np.zeros((len(values), 1, 3)), Energies(np.array(values), ""), np.zeros(1), "", field)
        return choose.sound(pool, 5.0).tolist()

    assert sound(3.0, np.nan, 1.0, 6.0, 6.1, np.inf) == [0, 2, 3]
    assert sound(np.nan, np.nan) == [0, 1]


@pytest.mark.parametrize("share", [0.0, 0.3, 1.0])
def test_candidates_are_samples_by_strain_and_minima_by_energy(share):
    """At 0 only samples, at 1 only minima; between, both with their shares of the weight."""
    config = GenerateConfig(vacuum=share, n=10, pool=20, templates=2)
    pool = sample_pool(prepare_molecule(Chem.MolFromSmiles("OCCCCO")), None, config)
    found = choose.candidates(pool, config)
    assert found.weights.sum() == pytest.approx(1.0)
    samples = len(choose.sound(pool, config.energy_window)) if share < 1 else 0
    assert found.samples == samples
    assert found.weights[samples:].sum() == pytest.approx(share)
    assert (len(found.weights) > samples) == (share > 0)
    minima = found.positions[samples:]
    if share:
        energies = pool.field.energies(minima).values
        low = energies < energies.min() + 8.0
        assert (energies[low] - relax(with_conformers(pool.mol, minima[low]), 300)[1].values < 0.5).mean() > 0.8
        expected = choose.shares(energies, config.vacuum_scale) * share
        np.testing.assert_allclose(found.weights[samples:], expected, rtol=1e-3)
    if samples:
        strain = choose.shares(pool.energies.values[found.sample[:samples]], config.strain_scale)
        np.testing.assert_allclose(found.weights[:samples], strain * (1 - share))


def test_the_first_conformer_is_the_first_of_the_samples_alone():
    shares = [uniform("OC[C@H](O)[C@@H](O)CNC(=O)CCN", 5, pool=40, vacuum=v) for v in (0.0, 0.6)]
    first, second = (coordinates(mol)[0] for mol in shares)
    np.testing.assert_allclose(first, second, atol=0.2)  # polished with others in the batch, so rounded otherwise
    assert np.abs(coordinates(shares[0])[1] - coordinates(shares[1])[1]).max() > 0.3


def test_shares_are_boltzmann_factors_that_add_up_to_one():
    found = choose.shares(np.array([1.0, 5.5, np.nan]), 4.5)
    expected = np.array([1.0, np.exp(-1), 0.0])  # what has no energy does not count
    np.testing.assert_allclose(found, expected / expected.sum())
    np.testing.assert_array_equal(choose.shares(np.full(4, np.nan), 4.5), 0.25)  # unless none has


def test_the_energy_window_holds_for_minima_too():
    mol = prepare_molecule(Chem.MolFromSmiles("OC[C@H](O)[C@@H](O)CNC(=O)CCN"))
    for window in (2.0, 20.0):
        config = GenerateConfig(vacuum=1.0, pool=40, templates=2, energy_window=window)
        pool = sample_pool(mol, None, config)
        energies = pool.field.energies(choose.candidates(pool, config).positions).values
        assert (np.ptp(energies) <= 2.0) == (window == 2.0)


def test_without_charges_in_the_field_there_are_no_minima_in_vacuum():
    config = GenerateConfig(pool=12, templates=2)
    pool = sample_pool(prepare_molecule(Chem.MolFromSmiles("CCOB(O)CC")), None, config)
    found = choose.candidates(pool, config)
    np.testing.assert_array_equal(found.sample, choose.sound(pool, config.energy_window))


def test_a_choice_by_energies_in_vacuum_prefers_hydrogen_bonds():
    def nearest_of_the_first(share: float) -> float:
        mol = uniform("OCCCCO", 3, pool=60, polish=0, vacuum=share, vacuum_scale=1.0)
        return float(np.linalg.norm(coordinates(mol)[:, 0] - coordinates(mol)[:, 5], axis=-1).min())

    assert nearest_of_the_first(1.0) < 3.3 < nearest_of_the_first(0.0)


def test_more_torsions_get_a_larger_pool():
    sizes = [
        len(sample_pool(prepare_molecule(Chem.MolFromSmiles("C" * k)), None, GenerateConfig(n=10, settle=0)).positions)
        for k in (5, 8, 16)
    ]
    assert sizes == sorted(sizes)
    assert sizes[-1] == 100  # at most 30 + 7 n
    given = GenerateConfig(n=10, pool=12, settle=0)
    assert len(sample_pool(prepare_molecule(Chem.MolFromSmiles("C" * 16)), None, given).positions) == 12


def test_relaxation_lowers_the_energy():
    options = {"spacing": 0.0, "polish": 0, "vacuum": 0.0}
    plain, relaxed = (uniform("CC(C)CC(=O)OCC", relax=kind, **options) for kind in ("none", "mmff"))
    assert plain.GetNumConformers() == relaxed.GetNumConformers() == 4
    before, after = (relax(mol, 0)[1].values for mol in (plain, relaxed))
    assert (after < before - 0.5).all()
    np.testing.assert_allclose(energies(relaxed), after - after.min(), atol=1e-3)
    assert relaxed.GetConformer(0).GetProp("molgen_energy_method") == "MMFF94s"
    assert_sound_geometry(relaxed)


def test_samples_that_strained_bonds_keep_out_of_the_window_get_more_steps(monkeypatch):
    mol = prepare_molecule(Chem.MolFromSmiles("CC(C)C[C@H](NC(=O)c1ccccc1)C(=O)NCCOC"))
    config = GenerateConfig(n=8, settle=1, energy_window=5.0, pool=32, templates=2)

    def inside() -> int:
        values = sample_pool(mol, None, config).energies.values
        return int((values <= values.min() + config.energy_window).sum())

    more = inside()
    monkeypatch.setattr("molgen.conformers.candidates.FURTHER_ROUNDS", 0)
    assert more > inside()


def test_polishing_lowers_the_energy_and_merges_what_comes_together():
    plain, polished = (uniform("CC(C)CC(=O)OCC", 12, pool=32, polish=steps, vacuum=0.0) for steps in (0, 200))
    before, after = (relax(mol, 0)[1].values for mol in (plain, polished))
    assert after.mean() < before.mean() - 0.3
    assert nearest_pair(polished) >= 0.1 - 1e-6
    assert energies(polished)[0] >= 0.0 == min(energies(polished))


def test_relaxation_into_one_minimum_leaves_one_conformer():
    assert uniform("c1ccccc1C", 10, spacing=0.05, relax="mmff").GetNumConformers() == 1
    assert uniform("CCCO", 30, pool=40, relax="mmff").GetNumConformers() <= 9


# --- molecules of all kinds -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("smiles", "most"),
    [
        ("c1ccccc1", 1),
        ("C1C2CC3CC1CC(C2)C3", 1),
        ("C", 1),
        ("[Cl-]", 1),
        ("CC", 1),
        ("BrI", 1),
        ("C#N", 1),
        ("O=C=O", 1),
        ("C(F)(F)(F)Cl", 1),
        ("CC#CC", 1),
        ("N#CCC#N", 1),
        ("[2H]C([2H])O", 1),
        ("N#CCCC#CCC#N", 4),
        ("[NH3+]CC([O-])=O", 4),
        ("C[N+](C)(C)CC(=O)O", 4),
        ("CC[O-]", 4),
        ("[CH2]CCO", 4),
        ("CC(=O)[C](C)C", 4),
        ("CB(O)OCC", 4),
        ("C[Si](C)(C)OCC", 4),
        ("C[Se]CC=O", 4),
        ("FS(F)(F)(F)(F)C", 4),
        ("C1CC1C#CC1CC1", 4),
        ("CP(=O)(OCC)OCC", 4),
        ("CS(=O)(=O)Nc1ccccn1", 4),
        ("C[N+](=O)[O-]", 4),
        ("CN=[N+]=[N-]", 4),
        ("c1ccc2c(c1)CCC2", 4),
    ],
)
def test_molecules_of_every_kind_have_sound_conformers(smiles, most, network):
    for model in ("uniform", network):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)
            mol = generate_conformers(smiles, 4, model=model, **QUICK)
        assert 1 <= mol.GetNumConformers() <= most
        assert_sound_geometry(mol)
        assert Chem.CanonSmiles(Chem.MolToSmiles(Chem.RemoveHs(mol))) == Chem.CanonSmiles(smiles)


def test_a_macrocycle_has_several_shapes():
    mol = uniform("O=C1CCCCCCCCCCCCO1", 3, templates=4)
    assert mol.GetNumConformers() == 3
    assert mol.GetConformer(0).GetProp("molgen_method") == "ETKDGv3 from random coordinates"
    assert nearest_pair(mol) > 0.3
    assert_sound_geometry(mol)


def test_a_chain_of_thirty_rotors_takes_bounded_time(network):
    begin = time.process_time()
    mol = generate_conformers("C" * 33, 3, model=network, pool=6, templates=1, template_relax=20, settle=2)
    assert time.process_time() - begin < 20.0
    assert molecule_graph(mol).n_torsions == 30
    assert mol.GetNumConformers() >= 1
    assert stereo_mask(mol, mol).all()


def test_atoms_keep_the_order_of_the_input():
    mol = uniform("OC(=O)C[C@H](F)Br")
    assert [a.GetSymbol() for a in mol.GetAtoms()][:8] == ["O", "C", "O", "C", "C", "F", "Br", "H"]


def test_turning_a_bond_keeps_bonds_angles_and_the_hydrogens_on_their_atoms():
    """Without the settling steps a sample differs from its template in its torsions only."""
    mol = prepare_molecule(Chem.MolFromSmiles("CC(O)C(N)COC(=O)CC#N"))
    config = GenerateConfig(n=8, settle=0, **QUICK)
    pool = sample_pool(mol, None, config)
    near = Chem.GetDistanceMatrix(mol) <= 2
    shapes = [np.linalg.norm(x[:, None] - x[None], axis=-1) for x in pool.positions]
    for template in set(pool.template.tolist()):
        own = [shape for shape, index in zip(shapes, pool.template, strict=True) if index == template]
        assert len(own) > 2
        assert max(np.abs(own[0] - other)[near].max() for other in own[1:]) < 1e-6
        assert max(np.abs(own[0] - other).max() for other in own[1:]) > 0.5


def test_settling_changes_bonds_a_little_only():
    mol = prepare_molecule(Chem.MolFromSmiles("CCOC(=O)CCO"))
    template = embed_templates(mol, 1).positions[0]
    made = uniform("CCOC(=O)CCO", 8)
    for bond in mol.GetBonds():
        i, j = bond.GetBeginAtomIdx(), bond.GetEndAtomIdx()
        expected = np.linalg.norm(template[i] - template[j])
        lengths = [rdMolTransforms.GetBondLength(c, i, j) for c in made.GetConformers()]
        assert np.abs(np.array(lengths) - expected).max() < 0.1


def test_the_mean_energy_window_sees_no_clash():
    assert_sound_geometry(uniform("CC(C)C[C@H](NC(=O)c1ccccc1)C(=O)NCCOC", 10, pool=32))


# --- bad input --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("smiles", "reason"),
    [
        ("C1CC", "unclosed ring"),
        ("CC(=O)[O-].[Na+]", "2 fragments"),
        ("C[Pt]C", "metal Pt"),
        ("C" * 201, "201 heavy atoms, at most 200"),
        ("*CC", "dummy"),
        ("[H][H]", "no heavy atoms"),
    ],
)
def test_a_bad_molecule_is_a_parse_error_in_one_line(smiles, reason):
    with pytest.raises(ParseError, match=reason) as caught:
        uniform(smiles)
    assert len(str(caught.value).splitlines()) == 1


def test_an_impossible_molecule_is_an_embedding_error():
    with pytest.raises(EmbeddingError, match="no conformer could be embedded"):
        uniform("C1C[C@H]2CC[C@H]1C2", timeout=3.0)  # norbornane with a trans bridge


def test_the_largest_fragment_of_a_salt_is_kept_on_request():
    mol = uniform("[Na+].CCC(=O)[O-]", largest_fragment=True)
    assert Chem.MolToSmiles(Chem.RemoveHs(mol)) == "CCC(=O)[O-]"


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"n": 0}, "n must be a whole number of at least 1, not 0"),
        ({"n": 2.5}, "n must be a whole number"),
        ({"steps": 0}, "steps must be"),
        ({"energy_window": float("nan")}, "energy_window must be at least 0, not nan"),
        ({"spacing": -0.1}, "spacing must be at least 0"),
        ({"templates": 0}, "templates must be"),
        ({"relax": "opls"}, "opls"),
        ({"color": "red"}, "color"),
    ],
)
def test_an_option_that_makes_no_sense_is_a_config_error(options, reason):
    for start in (generate_conformers, generate_many):
        with pytest.raises(ConfigError, match=reason):
            start("CCO", **{"n": 1, "model": "uniform", **options})


def test_a_batch_names_its_failures_and_goes_on():
    source = ["CCO", "C1CC", "CC.CC", None, Chem.MolFromSmiles("CO"), "C[Pt]"]
    found = list(generate_many(source, 1, model="uniform", **QUICK))
    assert [o.mol is not None for o in found] == [True, False, False, False, True, False]
    assert [o.record.index for o in found] == list(range(6))
    assert [o.error is None for o in found] == [o.mol is not None for o in found]


def test_a_batch_refuses_a_bad_source_or_model_at_once():
    with pytest.raises(InputError, match="no such file"):
        generate_many("missing.smi", model="uniform")
    with pytest.raises(CheckpointError, match="no such checkpoint"):
        generate_many(["CCO"], model=Path("missing.safetensors"))


@pytest.mark.parametrize("step", ["prepare_molecule", "enumerate_stereo", "conformers_of"])
def test_a_failure_that_no_one_foresaw_is_one_row(monkeypatch, step):
    def fail(*_, **__):
        raise RuntimeError("Pre-condition Violation\n\tbad lexical cast\n")

    monkeypatch.setattr(generate, step, fail)
    record = InputRecord(0, "x", "x", None, Chem.MolFromSmiles("CCO"))
    (outcome,) = outcomes(record, None, GenerateConfig(n=1), False, "one")
    assert outcome.mol is None
    assert outcome.error == "unexpected RuntimeError: Pre-condition Violation bad lexical cast"


def test_an_interrupt_stops_a_batch(monkeypatch):
    def interrupt(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(generate, "conformers_of", interrupt)
    with pytest.raises(KeyboardInterrupt):
        list(generate_many(["CCO"], 1, model="uniform"))


# --- the weights that ship --------------------------------------------------------------------------------------------


def torsion_degrees(smiles: str, model: TorsionModel | None, atoms: tuple[int, int, int, int]) -> np.ndarray:
    """|dihedral| of every sample before any choice, degree."""
    mol = prepare_molecule(Chem.MolFromSmiles(smiles))
    pool = sample_pool(mol, model, GenerateConfig(n=96, pool=96, templates=2, settle=0))
    made = with_conformers(mol, pool.positions)
    return np.abs([rdMolTransforms.GetDihedralDeg(c, *atoms) for c in made.GetConformers()])


@pytest.mark.parametrize(
    ("smiles", "atoms", "low", "high", "share"),
    [
        ("CCCC", (0, 1, 2, 3), 150, 180, 0.40),  # anti
        ("CCCCCC", (1, 2, 3, 4), 150, 180, 0.40),
        ("CC(=O)OCC", (2, 1, 3, 4), 0, 30, 0.60),  # esters are Z
        ("C=CC=C", (0, 1, 2, 3), 150, 180, 0.50),  # s-trans
    ],
)
def test_the_shipped_model_knows_the_torsions_that_molecules_prefer(smiles, atoms, low, high, share):
    """Uniform torsions lie in a range of 30 degrees one time in six (of |dihedral|)."""
    found = torsion_degrees(smiles, load_model(), atoms)
    blind = torsion_degrees(smiles, None, atoms)
    assert ((blind >= low) & (blind <= high)).mean() < 0.25
    assert ((found >= low) & (found <= high)).mean() > share


def test_the_shipped_model_avoids_eclipsed_butane():
    def eclipsed(found: np.ndarray) -> float:
        return float(((found < 30) | ((found > 90) & (found < 150))).mean())

    assert eclipsed(torsion_degrees("CCCC", load_model(), (0, 1, 2, 3))) < 0.3
    assert 0.4 < eclipsed(torsion_degrees("CCCC", None, (0, 1, 2, 3))) < 0.6


def test_the_package_offers_the_python_interface():
    assert molgen.generate_conformers is generate_conformers
    assert molgen.generate_many is generate_many
