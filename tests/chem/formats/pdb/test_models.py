"""Models beside each other are one assembly, models on each other an ensemble of which the first is read."""

import numpy as np
from structure_texts import TRIPEPTIDE, cif_row, hetero, mmcif, pdb_line

from molgen.chem.formats.mmcif.reading import parse_mmcif
from molgen.chem.formats.pdb.reading import parse_pdb


def model(number, shift, chain="A", noise=0.0):
    rng = np.random.default_rng(number)
    lines = [pdb_line(*atom[:4], atom[4] + shift + noise * rng.normal(), *atom[5:], chain=chain) for atom in TRIPEPTIDE]
    return [f"MODEL     {number:4d}", *lines, "TER", "ENDMDL"]


def chains(atoms):
    return list(dict.fromkeys(atom.chain for atom in atoms))


def test_models_that_do_not_overlap_are_chains_of_one_assembly():
    atoms, notes = parse_pdb("\n".join([*model(1, 0), *model(2, 12), *model(3, 24), "END"]))
    assert len(atoms) == 45
    assert chains(atoms) == ["A", "B", "C"]
    assert notes == [
        "3 models that do not overlap are read as one assembly: chain A of model 2 is B, chain A of model 3 is C"
    ]


def test_chain_ids_of_their_own_stay():
    atoms, notes = parse_pdb("\n".join([*model(1, 0), *model(2, 12, chain="B"), *model(3, 24, chain="B"), "END"]))
    assert chains(atoms) == ["A", "B", "C"]
    assert notes[0].endswith("one assembly: chain B of model 3 is C")


def test_models_that_overlap_are_an_ensemble():
    for second in (model(2, 0, noise=0.5), model(2, 3)):
        atoms, notes = parse_pdb("\n".join([*model(1, 0), *second, "END"]))
        assert len(atoms) == 15
        assert notes == ["the first of 2 models is read"]


def test_an_ensemble_is_known_by_its_second_model():
    broken = [*model(3, 0)[:2], "ATOM  cut"]
    assert len(parse_pdb("\n".join([*model(1, 0), *model(2, 0.5), *broken]))[0]) == 15


def test_groups_of_later_models_alone_are_named():
    ligand = hetero("C1", "C", "LIG", 301, 3, 8, 0, chain="A")
    water = hetero("O", "O", "HOH", 302, 3, 9, 0, chain="A")
    other_chain = [line for line in model(3, 0.5, chain="B") if line.startswith("ATOM")]
    atoms, notes = parse_pdb(
        "\n".join([*model(1, 0), *model(2, 0.5)[:-1], ligand, water, "ENDMDL", *model(3, 0.5)[:-1], *other_chain])
    )
    assert len(atoms) == 15
    assert notes == [
        "the first of 3 models is read",
        "groups of later models alone left out: chain B (3 residues), LIG:A:301",
    ]


def test_a_later_model_that_cannot_be_read_ends_the_search_for_groups():
    ligand = hetero("C1", "C", "LIG", 301, 3, 8, 0, chain="A")
    _, notes = parse_pdb("\n".join([*model(1, 0), *model(2, 0.5), ligand, "ENDMDL", "MODEL        3", "ATOM  cut"]))
    assert notes[1:] == ["groups of later models alone left out: LIG:A:301"]


def test_groups_of_the_models_come_along():
    water = hetero("O", "O", "HOH", 301, 3, 8, 0, chain="A")
    atoms, _ = parse_pdb("\n".join([*model(1, 0)[:-1], water, "ENDMDL", *model(2, 12)]))
    assert [atom.residue for atom in atoms].count("HOH") == 1
    assert len(atoms) == 31


def test_mmcif_models_are_read_alike():
    rows = [cif_row(*atom) for atom in TRIPEPTIDE]
    beside = [cif_row(*atom[:4], atom[4] + 12, *atom[5:], model="2") for atom in TRIPEPTIDE]
    atoms, notes = parse_mmcif(mmcif([*rows, *beside]))
    assert chains(atoms) == ["AAA", "A"]
    assert notes == ["2 models that do not overlap are read as one assembly: chain AAA of model 2 is A"]
