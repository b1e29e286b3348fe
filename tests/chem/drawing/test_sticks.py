"""Sticks are drawn once each, in the colors of their atoms, within the picture."""

import xml.etree.ElementTree as ElementTree

import numpy as np
from rdkit import Chem
from small_molecules import embedded

from molgen.chem.drawing.sticks import CARBON, PALE, stick_svg, sticks_of


def lines(svg: str) -> list[dict[str, str]]:
    return [dict(line.attrib) for line in ElementTree.fromstring(svg)]


def test_every_heavy_bond_is_two_halves_in_the_colors_of_its_atoms() -> None:
    mol = embedded("CCO", 2)
    first, second = (one.GetPositions() for one in mol.GetConformers())
    drawn = lines(stick_svg([sticks_of(mol, first), sticks_of(mol, second, carbon=PALE)]))
    assert [line["stroke"] for line in drawn[:4]] == [PALE] * 4  # behind
    assert sorted(line["stroke"] for line in drawn[4:]) == sorted([CARBON] * 3 + ["#d55e00"])


def test_the_longest_side_lies_across_and_everything_is_inside() -> None:
    mol = embedded("CCCCCCCC", 1)
    svg = stick_svg([sticks_of(mol, mol.GetConformer().GetPositions())], dashes=[(np.zeros(3), np.ones(3))])
    root = ElementTree.fromstring(svg)
    width, height = float(root.attrib["width"]), float(root.attrib["height"])
    assert width > height
    assert width <= 421
    for line in root:
        assert 0 <= float(line.attrib["x1"]) <= width
        assert 0 <= float(line.attrib["y2"]) <= height
    assert [line.attrib["stroke-dasharray"] for line in root if "stroke-dasharray" in line.attrib] == ["3 4"]


def test_without_bonds_there_is_no_picture() -> None:
    atom = Chem.MolFromSmiles("[Na+]")
    assert stick_svg([sticks_of(atom, np.zeros((1, 3)))]) == ""
