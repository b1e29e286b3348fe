"""Conformers of one molecule of a library: a row and its structures, or a named failure."""

import logging

import pytest

from molgen.conformers import generate
from molgen.conformers.config import GenerateConfig
from molgen.conformers.generate import generate_conformers
from molgen.screening.conformer_work import ConformerWork

CONFIG = GenerateConfig(n=3, samples=6, templates=2)


@pytest.fixture
def work():
    return ConformerWork(CONFIG, "uniform")


def test_the_row_has_every_column_and_the_structures_those_of_the_molecule_alone(work):
    result = work.open(work.arrays())(["CCCO", "CCO"])[0]
    alone = generate_conformers("CCCO", 3, model="uniform", samples=6, templates=2)
    assert result.error is None
    assert list(result.values) == list(work.columns)
    assert result.values["conformers"] == alone.GetNumConformers() == result.sdf.count("$$$$")
    assert result.values["energy_span"] == pytest.approx(
        max(conformer.GetDoubleProp("molgen_energy") for conformer in alone.GetConformers()), abs=1e-3
    )


def test_a_molecule_that_cannot_be_read_is_a_failure_with_its_reason(work):
    result = work.open([])(["C1CC"])[0]
    assert "unclosed ring" in (result.error or "")
    assert (dict(result.values), result.sdf) == ({}, "")


def test_an_unexpected_error_is_a_failure_and_its_traceback_is_logged(work, monkeypatch, caplog):
    def fail(*_):
        raise RuntimeError("tensor\nmismatch")

    monkeypatch.setattr(generate, "conformers_of", fail)
    with caplog.at_level(logging.ERROR, logger="molgen"):
        result = work.open([])(["CCO"])[0]
    assert result.error == "unexpected RuntimeError: tensor mismatch"
    assert caplog.records[0].exc_info is not None


def test_salts_keep_their_largest_fragment_when_asked():
    assert ConformerWork(CONFIG, "uniform").open([])(["CC(=O)[O-].[Na+]"])[0].error is not None
    assert ConformerWork(CONFIG, "uniform", largest_fragment=True).open([])(["CC(=O)[O-].[Na+]"])[0].error is None
