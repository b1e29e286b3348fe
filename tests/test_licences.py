"""No unknown or binding licence comes in with what is always installed, and the page names all of it."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "docs" / "generate"))

import licences
from licences import Licensed, needed, objections, page


def test_nothing_that_is_required_is_unknown_or_binding():
    assert objections() == []


def test_the_walk_reaches_what_requirements_require():
    required, missing = needed("molgen")
    assert {"torch", "rdkit", "numpy", "safetensors", "pyyaml", "sympy", "mpmath", "kiwisolver"} <= set(required)
    assert not {"posebusters", "pytest", "molgen"} & set(required)
    assert missing == []


def test_the_page_names_every_required_package():
    text = licences.PAGE.read_text(encoding="utf-8")
    required, _ = needed("molgen")
    absent = [one.name for one in required.values() if f"| {one.name} | {one.licence} |" not in text]
    assert absent == [], "python docs/generate/licences.py writes the page"
    assert page().startswith(text[:200])


@pytest.mark.parametrize("licence", ["MIT", "MPL-2.0 AND MIT", "Apache-2.0 OR GPL-3.0-only", "BSD-3-Clause AND 0BSD"])
def test_permissive_ones_pass(licence):
    assert Licensed("x", "1", licence).is_permissive


@pytest.mark.parametrize(
    "licence", ["", "GPL-3.0-or-later", "AGPL-3.0", "MIT AND GPL-2.0-only", "LGPL-3.0", "Proprietary", "MIT-like"]
)
def test_others_do_not(licence):
    assert not Licensed("x", "1", licence).is_permissive


def test_a_binding_licence_is_named(monkeypatch):
    monkeypatch.setattr(licences, "licence_of", lambda found: "AGPL-3.0" if found.metadata["Name"] == "tqdm" else "MIT")
    assert objections() == ["tqdm: required, and under AGPL-3.0"]
