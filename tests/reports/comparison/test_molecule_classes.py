"""Molecules are counted in classes by what they are."""

import pytest

from molgen.reports.comparison.classes import CLASSES, classes_of


@pytest.mark.parametrize(
    ("smiles", "labels"),
    [
        ("C", ("0-15", "0-2", "0", "no")),
        ("CCCCCC", ("0-15", "3-5", "0", "no")),
        ("C1CC2CCC1CC2", ("0-15", "0-2", "2", "no")),
        ("C1CCCCCCCCCC1", ("0-15", "0-2", "1", "no")),
        ("C1CCCCCCCCCCC1", ("0-15", "0-2", "1", "yes")),
        ("c1ccccc1" * 3, ("16-25", "0-2", "3", "no")),
        ("C" * 46, ("> 45", "> 12", "0", "no")),
    ],
)
def test_classes_of_a_molecule(smiles: str, labels: tuple[str, ...]) -> None:
    found = classes_of(smiles)
    assert found is not None
    assert tuple(found.labels().values()) == labels
    assert all(label in CLASSES[name] for name, label in found.labels().items())


def test_what_is_no_molecule_has_no_classes() -> None:
    assert classes_of("C1CC") is None
