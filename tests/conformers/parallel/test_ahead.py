"""Template conformers that processes make ahead: the same conformers in the same order, and nothing hangs on them."""

import os
import signal

import numpy as np
import pytest
from generated import QUICK

from molgen.chem.molecules.reading import read_molecules
from molgen.conformers import generate
from molgen.conformers.config import GenerateConfig
from molgen.conformers.generate import generate_many
from molgen.conformers.parallel.ahead import templates_of, with_templates
from molgen.errors import ConfigError

SMILES = ["CCCO", "C1CC", "CC(F)CN", "C[B-](C)(C)C", "OC1CCNCC1"]
OPTIONS = {"model": "uniform", "stereo": "enumerate", **QUICK}


def test_conformers_are_those_of_one_process(monkeypatch):
    alone = list(generate_many(SMILES, 2, **OPTIONS))
    monkeypatch.setattr(generate, "_is_on_gpu", lambda *_: True)  # a CPU stands for it
    ahead = list(generate_many(SMILES, 2, n_jobs=2, **OPTIONS))
    assert [one.error for one in ahead] == [one.error for one in alone]
    assert [one.note for one in ahead] == [one.note for one in alone]
    for one, other in zip(ahead, alone, strict=True):
        if one.mol is not None and other.mol is not None:
            np.testing.assert_array_equal(one.mol.positions, other.mol.positions)


def test_where_there_is_nothing_to_prepare_it_is_said_at_once(monkeypatch):
    monkeypatch.setattr(generate, "_is_on_gpu", lambda *_: True)
    with pytest.raises(ConfigError, match="processes have nothing to prepare here for cpu: n_jobs must be 1"):
        generate_many(SMILES, 2, n_jobs=2, boltzmann=300.0, **OPTIONS)


def test_blocks_come_in_order_and_what_a_lost_process_held_is_still_to_be_made():
    blocks = [list(read_molecules(["CCO", "CCN"])), list(read_molecules(["C[Kr]"])), list(read_molecules(["CCF"]))]
    found = list(with_templates(blocks, lost_over_krypton, 2))
    assert [[one.record.name for one in block] for block in found] == [[r.name for r in block] for block in blocks]
    assert [[len(one.made) for one in block] for block in found] == [[1, 1], [0], [1]]


def lost_over_krypton(record):
    if "Kr" in str(record.source):
        os.kill(os.getpid(), signal.SIGKILL)
    return [None]


def test_what_cannot_be_embedded_or_read_is_left_to_the_one_who_asks():
    broken, fine = read_molecules(["C1CC", "CCO"])
    assert list(templates_of(broken, GenerateConfig(n=1), False, "one")) == []
    (made,) = templates_of(fine, GenerateConfig(n=1, templates=1), False, "one")
    assert made is not None
    assert made.positions.shape == (1, 9, 3)
