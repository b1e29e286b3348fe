"""Receptors as files: the same atoms again, and in PDBQT the polar hydrogens that tell donors."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from structure_texts import hetero, tripeptide

from molgen.chem.proteins.output import check_receptor_file, write_receptor
from molgen.chem.proteins.output.polar_hydrogens import polar_hydrogens
from molgen.chem.proteins.reading import read_protein
from molgen.errors import InputError

# imidazole ring of a histidine, Angstrom
HISTIDINE = [
    ("N", 6.0, 0.0, 0.0),
    ("CA", 5.4, 1.3, 0.3),
    ("C", 6.4, 2.4, 0.2),
    ("O", 6.3, 3.3, -0.6),
    ("CB", 4.2, 1.5, -0.6),
    ("CG", 3.0, 0.7, -0.2),
    ("CD2", 2.6, -0.6, -0.4),
    ("NE2", 1.35, -0.8, 0.1),
    ("CE1", 0.95, 0.4, 0.6),
    ("ND1", 1.95, 1.3, 0.45),
]


def histidine(name: str = "HIS", *more: str) -> list[str]:
    lines = [
        f"ATOM      1  {atom:<3} {name} A   1    {x:8.3f}{y:8.3f}{z:8.3f}  1.00  0.00           {atom[0]}"
        for atom, x, y, z in HISTIDINE
    ]
    return [*lines, *more]


def structure(folder: Path, lines: list[str]):
    path = folder / "a.pdb"
    path.write_text("\n".join(lines))
    return read_protein(path)


def counts(protein) -> dict[str, int]:
    return {protein.atom_names[atom]: len(places) for atom, places in polar_hydrogens(protein).items()}


@pytest.mark.parametrize("name", ["r.pdb", "r.cif", "r.pdbqt", "r.pdbqt.gz"])
def test_a_receptor_reads_back_as_it_was(tmp_path: Path, name: str) -> None:
    protein = structure(tmp_path, [*tripeptide(), hetero("ZN", "ZN", "ZN", 9, 9.0, 9.0, 9.0)])
    path = tmp_path / ("r.pdbqt" if name.endswith(".gz") else name)
    write_receptor(tmp_path / name, protein)
    if not name.endswith(".gz"):
        found = read_protein(path)
        np.testing.assert_allclose(found.positions, protein.positions, atol=1e-3)
        assert found.elements.tolist() == protein.elements.tolist()
        assert [one.label for one in found.residues] == [one.label for one in protein.residues]


def test_hydrogens_are_at_the_length_of_a_bond_and_away_from_the_neighbors(tmp_path: Path) -> None:
    protein = structure(tmp_path, tripeptide())
    for atom, places in polar_hydrogens(protein).items():
        np.testing.assert_allclose(np.linalg.norm(places - protein.positions[atom], axis=1), 1.0, atol=0.06)
        others = np.delete(protein.positions, atom, axis=0)
        assert np.linalg.norm(others[:, None] - places[None], axis=-1).min() > 1.5


def test_the_first_nitrogen_is_charged_and_those_of_amides_are_flat(tmp_path: Path) -> None:
    protein = structure(tmp_path, tripeptide())
    found = polar_hydrogens(protein)
    first, second = (residue.start for residue in protein.residues[:2])
    assert (len(found[first]), len(found[second])) == (3, 1)
    carbon = protein.positions[protein.atom_names.index("C")]
    alpha = protein.positions[second + 1]
    center = protein.positions[second]
    normal = np.cross(carbon - center, alpha - center)
    assert abs((found[second][0] - center) @ normal) / np.linalg.norm(normal) < 0.05


def test_a_hydrogen_has_a_place_even_between_neighbors_on_a_line(tmp_path: Path) -> None:
    protein = structure(tmp_path, tripeptide())
    center = protein.residues[1].start
    positions = protein.positions.copy()
    positions[center] = (positions[protein.atom_names.index("C")] + positions[center + 1]) / 2
    places = polar_hydrogens(replace(protein, positions=positions))[center]
    np.testing.assert_allclose(np.linalg.norm(places - positions[center], axis=1), 1.0, atol=0.06)


@pytest.mark.parametrize(
    ("name", "more", "expected"),
    [
        ("HIS", (), {"NE2": 1}),
        ("HIS", (hetero("ZN", "ZN", "ZN", 9, 0.4, -2.5, 0.1),), {"ND1": 1}),
        ("HID", (), {"ND1": 1}),
        ("HIP", (), {"ND1": 1, "NE2": 1}),
    ],
)
def test_a_histidine_has_its_hydrogen_where_name_or_metal_tell(tmp_path: Path, name, more, expected) -> None:
    found = counts(structure(tmp_path, histidine(name, *more)))
    assert {atom: count for atom, count in found.items() if atom in ("ND1", "NE2")} == expected


def test_other_names_are_refused() -> None:
    with pytest.raises(InputError, match=r"receptors are written as \.pdb, \.cif or \.pdbqt"):
        check_receptor_file("a.sdf")
