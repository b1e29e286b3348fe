"""A receptor made ready for docking: maps, boxes, atoms, memory."""

import subprocess
import sys

import numpy as np
import pytest
import torch
from complexes import INHIBITOR, TYROSINE, protein_of

from molgen.chem.formats.parsing import parse_smiles
from molgen.chem.proteins.structure import Pocket
from molgen.docking import site as module
from molgen.docking.ligand import prepare_ligand
from molgen.docking.records import config_of
from molgen.docking.site import class_keys, site_of, sites_of
from molgen.errors import InputError
from molgen.physics.maps import build_maps
from molgen.physics.vina import CUTOFF

CENTER = (-3.0, 27.0, 3.0)
SMALL = "box:-3,27,3,8"


def classes_of_smiles(smiles: str):
    return prepare_ligand(parse_smiles(smiles), config_of()).ligand.classes


def test_maps_are_computed_once_for_each_class_and_shared(monkeypatch) -> None:
    site = sites_of(protein_of("1s3v"), SMALL).searched[0]
    computed: list[int] = []

    def counted(*arguments, **options):
        computed.append(len(arguments[2]))
        return build_maps(*arguments, **options)

    monkeypatch.setattr(module, "build_maps", counted)
    first, second = classes_of_smiles(TYROSINE), classes_of_smiles(INHIBITOR)
    one = site.with_maps(first)
    assert computed == [len(first)]
    maps = one.maps_for(first)
    assert one.with_maps(first) is one
    assert computed == [len(first)]
    both = one.with_maps(second)
    new = len(set(class_keys(second)) - set(class_keys(first)))
    assert 0 < new < len(second)
    assert computed == [len(first), new]
    assert torch.equal(both.maps_for(first).values, maps.values)
    assert computed == [len(first), new]


def test_a_site_does_not_change() -> None:
    site = sites_of(protein_of("1s3v"), SMALL).searched[0]
    site.maps_for(classes_of_smiles(TYROSINE))
    more = site.with_maps(classes_of_smiles(TYROSINE))
    assert len(site.maps) == 0
    assert len(more.maps) == len(classes_of_smiles(TYROSINE))
    assert more.pocket is site.pocket
    assert more.receptor is site.receptor


def test_shared_maps_are_those_that_would_be_computed_alone() -> None:
    site = sites_of(protein_of("1s3v"), SMALL).searched[0]
    shared = site.with_maps(classes_of_smiles(TYROSINE))
    wanted = classes_of_smiles(INHIBITOR)
    torch.testing.assert_close(shared.maps_for(wanted).values, site.maps_for(wanted).values)


def test_the_corners_are_those_of_the_box() -> None:
    site = site_of(protein_of("1s3v"), Pocket(np.array(CENTER), np.array([8.0, 10.0, 12.0]), "box"))
    assert site.lower.tolist() == [-7.0, 22.0, -3.0]
    assert site.upper.tolist() == [1.0, 32.0, 9.0]
    maps = site.maps_for(classes_of_smiles("C"))
    assert (maps.origin <= site.lower).all()
    assert (maps.upper >= site.upper - 1e-4).all()


def test_all_atoms_that_reach_the_box_are_there_and_few_others() -> None:
    protein = protein_of("1s3v")
    site = sites_of(protein, SMALL).searched[0]
    outside = np.linalg.norm(np.maximum(np.abs(protein.positions - site.pocket.center) - 4.0, 0), axis=1)
    assert (outside < CUTOFF).sum() <= len(site.atoms.positions) < len(protein)


def test_only_blind_searches_more_than_one_pocket() -> None:
    blind, auto = (sites_of(protein_of("1uou"), spec) for spec in (" Blind", "auto"))
    assert len(blind.searched) > 2
    assert blind.others == ()
    assert len(auto.searched) == 1
    assert len(auto.others) == len(blind.searched) - 1


def test_a_huge_box_gets_a_coarser_grid() -> None:
    protein = protein_of("1s3v")
    small = site_of(protein, Pocket(np.array(CENTER), np.full(3, 40.0), "box"))
    huge = site_of(protein, Pocket(np.array(CENTER), np.full(3, 126.0), "box"))
    assert small.spacing == 0.375
    assert 0.7 < huge.spacing < 0.9
    assert (126.0 / huge.spacing) ** 3 <= 4_000_001


def test_a_box_without_protein_is_refused() -> None:
    with pytest.raises(InputError, match="away from the nearest protein atom"):
        sites_of(protein_of("1s3v"), "box:500,500,500")


MEMORY = """
import resource, sys
from molgen.docking.dock import dock
from complexes import protein_of
protein = protein_of("1of6")
chains = protein.keep(lambda one: one.chain in "ABCD")
assert len(chains) > 10_000
smiles = "CC(C)C[C@H](NC(=O)[C@H](Cc1ccccc1)NC(=O)[C@H](CO)NC(=O)[C@H](C)NC(=O)[C@@H](N)Cc1ccc(O)cc1)C(=O)NCC(=O)O"
result = dock(chains, smiles, "box:31.6,-1.3,49.8,30", effort="quick", n=9)
assert 45 < result.mol.GetNumHeavyAtoms() < 60, result.mol.GetNumHeavyAtoms()
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


@pytest.mark.slow
def test_a_large_ligand_in_a_large_protein_needs_less_than_4_gib() -> None:
    environment = {"PYTHONPATH": ":".join(path for path in sys.path if path)}
    done = subprocess.run([sys.executable, "-c", MEMORY], capture_output=True, text=True, check=False, env=environment)
    assert done.returncode == 0, done.stderr
    unit = 1 if sys.platform == "darwin" else 1024
    assert int(done.stdout) * unit < 4 * 2**30
