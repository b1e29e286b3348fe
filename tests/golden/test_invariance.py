"""The same input and seed give the same structures: whatever else is computed, with any threads, in any process.

No stored numbers. Heavy atoms agree to an RMSD of 1e-3 Angstrom.
"""

from pathlib import Path

import numpy as np
import pytest
import torch
from command_process import python
from complexes import ligand_path, protein_path
from golden.cases import COMPLEXES, MOLECULES, N, conformers, docked, heavy, ligand, rmsd, turn
from golden.evaluations import proposed, sampled
from rdkit import Chem

from molgen.chem.molecules.reading import read_molecules
from molgen.conformers.generate import generate_many
from molgen.docking.records import DockConfig
from molgen.docking.run import dock_to_file

TOLERANCE = 1e-3
FEW = ("aspirin", "menthol", "zidovudine")
slow_but = [name if name == "1of6" else pytest.param(name, marks=pytest.mark.slow) for name in COMPLEXES]


@pytest.fixture(scope="module")
def alone() -> dict[str, np.ndarray]:
    return {name: conformers(name) for name in MOLECULES}


def test_a_molecule_of_a_library_is_the_same_as_alone(alone):
    """In the reverse order, twice, behind a molecule that fails."""
    names = [*reversed(MOLECULES), *MOLECULES]
    library = generate_many(["C1CC", *(f"{MOLECULES[name]} {name}" for name in names)], N, seed=0)
    assert next(library).error
    for name, outcome in zip(names, library, strict=True):
        assert outcome.mol is not None
        assert rmsd(heavy(outcome.mol), alone[name]) < TOLERANCE, name


def test_another_seed_gives_other_conformers(alone):
    assert not rmsd(conformers("zidovudine", seed=1), alone["zidovudine"]) < 0.1


@pytest.mark.parametrize("name", FEW)
def test_a_sample_does_not_depend_on_the_samples_beside_it(name):
    together = sampled(name)
    apart = np.concatenate([sampled(name, rows=slice(k, k + 1)) for k in range(len(together))])
    assert turn(together, apart) < 5e-3


@pytest.mark.parametrize("name", FEW)
def test_single_precision_is_enough_for_conformers(name):
    """The whole sampler in float64 ends at the same torsions, to 0.005 radian: 2e-4 is seen."""
    assert turn(sampled(name), sampled(name, torch.float64)) < 5e-3


OTHER_PROCESS = """
import os, sys
os.environ["OMP_WAIT_POLICY"] = "passive"  # a busy machine would spin
sys.path[:0] = {paths!r}
import numpy as np, torch
torch.set_num_threads({threads})
from golden.cases import conformers, docked
np.savez({output!r}, **{{n: conformers(n) for n in {names!r}}}, **{{c: docked(c) for c in {codes!r}}})
"""


def elsewhere(folder: Path, names: tuple[str, ...], codes: tuple[str, ...], threads: int) -> dict[str, np.ndarray]:
    tests = Path(__file__).parents[1]
    paths = [str(tests), *map(str, tests.glob("support/*"))]
    output = str(folder / "found.npz")
    done = python(OTHER_PROCESS.format(paths=paths, names=names, codes=codes, threads=threads, output=output))
    assert done.returncode == 0, done.stderr
    with np.load(output, allow_pickle=False) as file:
        return {name: file[name] for name in file.files}


@pytest.mark.parametrize("threads", [1, 2])
def test_another_process_and_its_threads_give_the_same_conformers(tmp_path, alone, threads):
    found = elsewhere(tmp_path, tuple(reversed(FEW)), (), threads)
    assert all(rmsd(found[name], alone[name]) < TOLERANCE for name in FEW)


@pytest.mark.slow
@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("code", COMPLEXES)
def test_another_process_and_its_threads_give_the_same_poses(tmp_path, code, threads):
    found = elsewhere(tmp_path, (), (code,), threads)
    assert rmsd(found[code], docked(code)) < TOLERANCE


def test_another_seed_gives_other_poses():
    first = docked("1of6")
    assert rmsd(docked("1of6"), first) < TOLERANCE
    assert not rmsd(docked("1of6", seed=1), first) < TOLERANCE


@pytest.mark.slow
def test_a_ligand_of_a_library_is_docked_as_alone(tmp_path):
    """Behind others whose maps it then shares."""
    mine = Chem.MolToSmiles(ligand("1of6"))
    (tmp_path / "in.smi").write_text(f"c1ccccc1CCN first\nC1CC broken\n{mine} mine\nOC(=O)CCBr last\n{mine} again\n")
    config = DockConfig(n=N, effort="quick")
    dock_to_file(
        tmp_path / "in.smi", protein_path("1of6"), str(ligand_path("1of6")), tmp_path / "out.sdf", config=config
    )
    (tmp_path / "alone.smi").write_text(f"{mine} mine\n")
    dock_to_file(
        tmp_path / "alone.smi", protein_path("1of6"), str(ligand_path("1of6")), tmp_path / "alone.sdf", config=config
    )
    poses = {"mine": [], "again": []}
    for record in read_molecules(tmp_path / "out.sdf"):
        if record.name in poses:
            poses[record.name].append(record.mol.GetConformer().GetPositions())
    wanted = np.array([r.mol.GetConformer().GetPositions() for r in read_molecules(tmp_path / "alone.sdf")])
    for name, found in poses.items():
        assert rmsd(np.array(found), wanted) < TOLERANCE, name


@pytest.mark.parametrize("code", slow_but)
def test_single_precision_is_enough_for_poses(code):
    """The whole sampler of poses in float64 ends at the same place, to 1e-3 Angstrom."""
    assert rmsd(proposed(code), proposed(code, torch.float64)) < TOLERANCE
