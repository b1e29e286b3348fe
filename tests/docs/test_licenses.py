"""No unknown or binding license comes in with what is always installed, and the page names all of it."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "docs" / "generate"))

import licenses
from licenses import Licensed, needed, objections, page


def test_nothing_that_is_required_is_unknown_or_binding():
    assert objections() == []


def test_the_walk_reaches_what_requirements_require():
    required, missing = needed("molgen")
    assert {"torch", "rdkit", "numpy", "safetensors", "pyyaml", "sympy", "mpmath", "kiwisolver"} <= set(required)
    assert not {"posebusters", "pytest", "molgen"} & set(required)
    assert missing == []


def test_the_page_names_every_required_package():
    text = licenses.PAGE.read_text(encoding="utf-8")
    required, _ = needed("molgen")
    absent = [one.name for one in required.values() if f"| {one.name} | {one.license} |" not in text]
    assert absent == [], "python docs/generate/licenses.py writes the page"
    assert page().startswith(text[:200])


@pytest.mark.parametrize("license", ["MIT", "MPL-2.0 AND MIT", "Apache-2.0 OR GPL-3.0-only", "BSD-3-Clause AND 0BSD"])
def test_permissive_ones_pass(license):
    assert Licensed("x", "1", license).is_permissive


@pytest.mark.parametrize(
    "license", ["", "GPL-3.0-or-later", "AGPL-3.0", "MIT AND GPL-2.0-only", "LGPL-3.0", "Proprietary", "MIT-like"]
)
def test_others_do_not(license):
    assert not Licensed("x", "1", license).is_permissive


def test_a_binding_license_is_named(monkeypatch):
    monkeypatch.setattr(licenses, "license_of", lambda found: "AGPL-3.0" if found.metadata["Name"] == "tqdm" else "MIT")
    assert objections() == ["tqdm: required, and under AGPL-3.0"]
