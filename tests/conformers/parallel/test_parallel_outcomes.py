"""Several processes give what one gives, in order; a time limit is one failure; a wrong option is one line."""

import math
import time
from dataclasses import dataclass
from functools import partial

import numpy as np
import pytest
from generated import QUICK
from rdkit import Chem

from molgen.conformers import generate
from molgen.conformers.batching.meeting import asked, run_together
from molgen.conformers.generate import generate_conformers, generate_many
from molgen.conformers.parallel.in_order import in_order
from molgen.errors import ConfigError, MolgenError
from molgen.outcomes import attempt
from molgen.runtime.time_limit import TimeLimitError, cpu_limit
from molgen.runtime.worker_pool import Ended


def test_processes_give_the_same_in_the_same_order_and_keep_fields():
    source = [{"smiles": smiles, "id": smiles, "pIC50": 5} for smiles in ("CCCO", "C1CC", "CCN", "CCCCO")]
    alone, together = (list(generate_many(source, 2, model="uniform", n_jobs=jobs, **QUICK)) for jobs in (1, 2))
    assert [o.record.name for o in together] == [o.record.name for o in alone]
    assert [o.error for o in together] == [o.error for o in alone]
    for one, other in zip(alone, together, strict=True):
        if one.mol is not None and other.mol is not None:
            np.testing.assert_allclose(one.mol.positions, other.mol.positions, atol=1e-4)
            assert other.mol.GetProp("pIC50") == one.mol.GetProp("pIC50") == "5"
            np.testing.assert_allclose(one.mol.energies, other.mol.energies, atol=1e-3)


def test_a_limit_counts_cpu_time_only():
    with cpu_limit(0.2):
        time.sleep(0.4)
    with pytest.raises(TimeLimitError, match=r"took longer than 0\.1 s of CPU time"), cpu_limit(0.1):
        forever()
    with cpu_limit(None):
        pass


def forever(seconds=math.inf):
    end = time.process_time() + seconds
    while time.process_time() < end:
        pass


def test_a_molecule_that_takes_too_long_is_one_failure(monkeypatch):
    original = generate.sample_conformers

    def slow(mol, *arguments):
        if mol.GetNumHeavyAtoms() == 4:
            forever()
        return original(mol, *arguments)

    monkeypatch.setattr(generate, "sample_conformers", slow)
    found = list(generate_many(["CCO", "CCCO"], 1, model="uniform", timeout=1.0, **QUICK))
    assert [outcome.error for outcome in found] == [None, "took longer than 1 s of CPU time"]


def test_what_is_done_for_all_counts_by_what_it_costs():
    def slow(requests):
        forever(0.3)
        return requests

    @dataclass
    class Request:
        cost: float

    def job(cost):
        with cpu_limit(0.2):
            return asked(slow, Request(cost)).cost

    errors = [one.error for one in run_together([partial(attempt, job, cost) for cost in (0.1, 0.9)])]
    assert errors == [None, "took longer than 0.2 s of CPU time"]


class Pool:
    """Stands for the processes: an item 3 ends the one that works on it."""

    def __init__(self, job, workers, **_):
        self.job, self.items = job, []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    @property
    def running(self):
        return len(self.items)

    def submit(self, item):
        self.items.append(item)

    def ended(self):
        item = self.items.pop()  # the last comes first
        return [Ended(item, lost="signal 9") if 3 in item.items else Ended(item, self.job(item))]


def test_a_process_that_dies_over_a_block_fails_the_item_at_fault_alone(monkeypatch):
    monkeypatch.setattr("molgen.runtime.worker_pool.WorkerPool", Pool)
    blocks = [[0], [1, 2, 3, 4], [5, 6], [7]]
    found = list(in_order(lambda block: [str(item) for item in block], iter(blocks), 2, lambda item, why: why))
    assert found == ["0", "1", "2", "its process died (signal 9)", "4", "5", "6", "7"]


def test_progress_is_shown_on_request(capsys):
    assert len(list(generate_many(["CCO"], 1, model="uniform", progress=True, **QUICK))) == 1
    assert "molecules" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "options", "reason"),
    [
        ((5,), {}, "a molecule is a SMILES, an InChI or an RDKit Mol, not 5"),
        ((None,), {}, "not None"),
        ((["CCO"],), {}, "not"),
        (("CCO", "5"), {}, "n must be a whole number"),
        (("CCO",), {"model": 5}, "model must be"),
        (("CCO",), {"timeout": "long"}, "timeout must be"),
        (("CCO",), {"sort": "size"}, 'sort must be "coverage" or "energy"'),
        (("CCO",), {"unique": "yes"}, 'unique must be "rmsd" or "minima"'),
    ],
)
def test_wrong_types_are_one_line(arguments, options, reason):
    with pytest.raises(MolgenError, match=reason) as caught:
        generate_conformers(*arguments, **{"model": "uniform", **options})
    assert len(str(caught.value).splitlines()) == 1


@pytest.mark.parametrize("options", [{"n_jobs": 0}, {"n_jobs": 1.5}, {"n_jobs": True}, {"stereo": "all"}])
def test_a_batch_refuses_wrong_options_at_once(options):
    with pytest.raises(ConfigError, match=next(iter(options))):
        generate_many([Chem.MolFromSmiles("CO")], 1, model="uniform", **options)
