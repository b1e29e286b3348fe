"""The page on packed side chains: confidence, what moved, both structures."""

import json
import re
from dataclasses import replace

import numpy as np
import pytest
from command_line import exit_code

from molgen.chem.proteins.reading import read_protein
from molgen.packing.pack import pack
from molgen.packing.records import PackConfig
from molgen.reports.packing import report as packing_pages
from molgen.reports.packing.report import packing_report, write_packing_report

CONFIG = PackConfig(residues="A:9,A:32", mutate=("A:33:PHE",), samples=2)


@pytest.fixture(scope="module")
def before():
    return read_protein("data/1ia1.pdb")


@pytest.fixture(scope="module")
def packing(before):
    return pack(before, CONFIG)


@pytest.fixture(scope="module")
def report(packing, before):
    return packing_report(packing, before, config=CONFIG)


def test_every_packed_residue_is_an_entry_with_its_probabilities(report, packing):
    (subject,) = report.subjects
    assert [entry.cells[0] for entry in subject.entries] == [one.label for one in packing.residues]
    assert [entry.cells[1] for entry in subject.entries] == [f"{100 * r.probability:.0f} %" for r in packing.residues]
    assert subject.facts["side chains"] == "2 packed, 1 mutated"


def test_how_far_a_side_chain_moved_is_the_largest_distance(report, packing, before):
    for entry, one in zip(report.subjects[0].entries, packing.residues, strict=True):
        if one.before is None:
            assert entry.cells[3] == ""
            continue
        index = next(k for k, residue in enumerate(before.residues) if residue.label == one.label)
        span = slice(before.residues[index].start, before.residues[index].stop)
        gaps = np.linalg.norm(packing.protein.positions[span] - before.positions[span], axis=1)
        assert entry.cells[3] == f"{gaps.max():.1f}"


def test_the_old_side_chain_is_drawn_as_the_reference(report, before):
    mutated = report.subjects[0].entries[2]
    assert "ILE" in mutated.reference
    assert "PHE" in mutated.structure
    assert "other packings" in mutated.details
    assert all(other.label != mutated.name for other in mutated.nearby)


def test_colors_follow_the_probability(packing, before):
    residues = [replace(one, probability=share) for one, share in zip(packing.residues, (0.9, 0.6, 0.2), strict=True)]
    page = packing_report(replace(packing, residues=tuple(residues)), before, config=CONFIG)
    assert [entry.color for entry in page.subjects[0].entries] == list(page.colors.values())


def test_of_many_residues_the_least_certain_are_listed(packing, before, monkeypatch):
    monkeypatch.setattr(packing_pages, "MOST_RESIDUES", 1)
    page = packing_report(packing, before, config=CONFIG, output="packed.pdb")
    worst = min(packing.residues, key=lambda one: one.probability)
    assert [entry.name for entry in page.subjects[0].entries] == [worst.label]
    assert "The 1 least certain are listed, all are in packed.pdb." in page.lead


def test_one_side_chain_is_spoken_of_as_one(packing, before):
    alone = replace(packing, residues=packing.residues[:1])
    assert packing_report(alone, before, config=CONFIG).lead.startswith(
        "One side chain, within 20 degrees with a probability of "
    )


def test_a_packing_without_residues_has_no_report(tmp_path, packing, before):
    write_packing_report(tmp_path / "x.html", replace(packing, residues=()), before, config=CONFIG)
    assert not (tmp_path / "x.html").exists()


def test_the_command_writes_a_page_that_tells_nothing_of_the_disk(tmp_path):
    page = tmp_path / "report.html"
    output = tmp_path / "packed.pdb"
    assert exit_code("pack", "data/1ia1.pdb", "-o", str(output), "--residues", "A:32", "--report", str(page)) == 0
    text = page.read_text(encoding="utf-8")
    assert str(tmp_path) not in text
    data = json.loads(re.search(r'<script[^>]*type="application/json"[^>]*>(.*?)</script>', text, re.DOTALL)[1])
    assert data["kind"] == "residue"
    assert len(data["subjects"][0]["entries"]) == 1


def test_a_report_of_another_kind_is_refused_before_the_work(tmp_path, capsys):
    assert exit_code("pack", "data/1ia1.pdb", "-o", str(tmp_path / "x.pdb"), "--report", "x.pdf") == 2
    assert "reports are written as .html" in capsys.readouterr().err
    assert not (tmp_path / "x.pdb").exists()
