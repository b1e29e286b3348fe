"""A batch: one outcome per input, whatever happens to one of them."""

from pathlib import Path

import pytest
from generated import QUICK
from rdkit import Chem

from molgen.chem.molecules.reading import InputRecord
from molgen.conformers import generate
from molgen.conformers.config import GenerateConfig
from molgen.conformers.generate import generate_conformers, generate_many, outcomes
from molgen.conformers.parallel import ahead
from molgen.errors import CheckpointError, InputError


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


@pytest.mark.parametrize(
    ("module", "step"), [(ahead, "prepare_molecule"), (ahead, "enumerate_stereo"), (generate, "conformers_of")]
)
def test_a_failure_that_no_one_foresaw_is_one_row(monkeypatch, module, step):
    def fail(*_, **__):
        raise RuntimeError("Pre-condition Violation\n\tbad lexical cast\n")

    monkeypatch.setattr(module, step, fail)
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


def test_results_have_the_names_of_their_inputs():
    mol = Chem.MolFromSmiles("CC(O)F")
    mol.SetProp("_Name", "fluoroethanol")
    with pytest.warns(UserWarning, match="stereo of C2"):
        assert generate_conformers(mol, 1, model="uniform", **QUICK).GetProp("_Name") == "fluoroethanol"
    assert generate_conformers("CCO ethanol", 1, model="uniform", **QUICK).GetProp("_Name") == "ethanol"
    found = list(generate_many([mol], 1, model="uniform", stereo="enumerate", **QUICK))
    assert [outcome.mol and outcome.mol.GetProp("_Name") for outcome in found] == [
        "fluoroethanol_isomer1",
        "fluoroethanol_isomer2",
    ]
