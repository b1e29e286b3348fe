"""Libraries docked into several structures of one protein."""

from pathlib import Path

import pytest
from complexes import INHIBITOR
from structure_texts import turned_pdb

from molgen.docking.records import DockConfig
from molgen.docking.search import EFFORT, SearchConfig
from molgen.errors import InputError
from molgen.screening.dock_work import dock_work
from molgen.screening.run import _structures, screen

DATA = Path(__file__).parents[2] / "data"
PROTEIN, LIGAND = DATA / "1ia1.pdb", str(DATA / "1ia1_ligand.sdf")
TINY = DockConfig(n=1, effort="quick", proposals="random", rank="energy")


@pytest.fixture(scope="module")
def turned(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("other") / "turned.pdb"
    path.write_text(turned_pdb(PROTEIN.read_text()))
    return path


def test_a_ligand_is_docked_into_the_pocket_of_every_structure(turned, monkeypatch):
    monkeypatch.setitem(EFFORT, "quick", SearchConfig(starts=64, chains=16, rounds=3, patience=3))
    work = dock_work([PROTEIN, turned], LIGAND, TINY)
    assert [site.pocket.name.split(" in ")[1] for site in work.sites] == ["1ia1", "turned"]
    (row,) = work.open(work.arrays())([INHIBITOR])
    assert row.error is None
    assert row.values["pocket"].split(" in ")[1] in ("1ia1", "turned")


def test_a_run_with_one_structure_has_the_settings_it_had(turned):
    one, two = _structures(PROTEIN), _structures([PROTEIN, turned])
    assert list(one) == ["protein"]
    assert one["protein"] == _structures([PROTEIN])["protein"] == two["protein"]
    assert [other["name"] for other in two["structures"]] == ["turned.pdb"]


def test_no_structure_is_refused(tmp_path):
    with pytest.raises(InputError, match="no structure to dock into"):
        screen(tmp_path / "library.smi", [], tmp_path / "run")
