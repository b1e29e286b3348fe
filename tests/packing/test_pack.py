"""Packing, repair and mutation of a structure."""

from dataclasses import replace

import numpy as np
import pytest
from command_line import exit_code

from molgen.chem.proteins.reading import read_protein
from molgen.chem.side_chains.records import side_chain_record
from molgen.errors import ConfigError, InputError
from molgen.models.side_chains.task import TASK
from molgen.packing.pack import pack
from molgen.packing.records import PackConfig
from molgen.packing.repair import completed
from molgen.packing.residues.selection import select


@pytest.fixture(scope="module")
def protein():
    return read_protein("data/1ia1.pdb")


@pytest.fixture(scope="module")
def model():
    return TASK.load()[0]


@pytest.fixture(scope="module")
def site(protein, model):
    """The side chains around the inhibitor, packed."""
    return pack(protein, PackConfig(around="TQ3", samples=2), model)


def without(protein, residue: int, names: tuple[str, ...]):
    """The structure without some atoms of a residue."""
    one = protein.residues[residue]
    gone = {k for k in range(one.start, one.stop) if protein.atom_names[k] in names}
    kept = [k for k in range(len(protein)) if k not in gone]
    residues, start = [], 0
    for other in protein.residues:
        size = sum(k not in gone for k in range(other.start, other.stop))
        residues.append(replace(other, start=start, stop=start + size))
        start += size
    return replace(
        protein,
        positions=protein.positions[kept],
        elements=protein.elements[kept],
        atom_names=tuple(protein.atom_names[k] for k in kept),
        hydrogens=protein.hydrogens[kept],
        residue_index=protein.residue_index[kept],
        residues=tuple(residues),
    )


def index_of(protein, number: int) -> int:
    return next(k for k, residue in enumerate(protein.residues) if residue.number == number)


def test_only_what_was_asked_for_moves(protein, site):
    moved = np.flatnonzero(np.abs(site.protein.positions - protein.positions).max(1) > 0)
    labels = {site.protein.residues[k].label for k in protein.residue_index[moved].tolist()}
    assert labels <= {residue.label for residue in site.residues}
    assert len(labels) > 8
    assert {protein.atom_names[k] for k in moved}.isdisjoint({"N", "CA", "C", "O"})
    assert site.protein.atom_names == protein.atom_names


def test_side_chains_of_a_pocket_with_its_ligand_are_mostly_those_of_the_crystal(site):
    near = [
        all(
            abs((a - b + np.pi) % (2 * np.pi) - np.pi) < np.radians(40)
            for a, b in zip(one.chi, one.before, strict=True)
        )
        for one in site.residues
        if one.before is not None
    ]
    assert np.mean(near) > 0.5


def test_the_b_factor_is_the_probability_in_percent(site):
    by_label = {residue.label: residue.probability for residue in site.residues}
    for residue in site.protein.residues:
        expected = 100 * by_label.get(residue.label, 0.0)
        assert site.b_factors[residue.start] == pytest.approx(expected)
    assert all(0 < one.probability <= one.chi1_probability + 0.3 <= 1.3 for one in site.residues)


def test_alternatives_have_the_same_atoms_elsewhere(site):
    (other,) = site.alternatives
    assert other.atom_names == site.protein.atom_names
    assert np.abs(other.positions - site.protein.positions).max() > 0.1


def test_the_same_seed_gives_the_same_packing(protein, site, model):
    again = pack(protein, PackConfig(around="TQ3", samples=2), model)
    assert np.array_equal(again.alternatives[0].positions, site.alternatives[0].positions)


def test_a_mutation_changes_the_residue_and_nothing_else(protein, model):
    packing = pack(protein, PackConfig(mutate=("A:9:TRP", "A:19:GLY")), model)
    new = {residue.label.rsplit(":", 1)[1]: residue for residue in packing.residues}
    assert [new[number].reason for number in ("9", "19")] == ["mutated from ILE", "mutated from ILE"]
    tryptophan = packing.protein.residues[index_of(packing.protein, 9)]
    names = packing.protein.atom_names[tryptophan.start : tryptophan.stop]
    assert tryptophan.name == "TRP"
    assert names == (*("N", "CA", "C", "O", "CB", "CG", "CD1", "CD2", "NE1", "CE2", "CE3", "CZ2", "CZ3", "CH2"),)
    glycine = packing.protein.residues[index_of(packing.protein, 19)]
    assert packing.protein.atom_names[glycine.start : glycine.stop] == ("N", "CA", "C", "O")


def test_options_are_fields_of_the_configuration(protein, model):
    packing = pack(protein, PackConfig(seed=3, residues="A:9"), model, mutate="A:9:VAL", residues="")
    assert [(residue.label, residue.reason) for residue in packing.residues] == [("VAL:A:9", "mutated from ILE")]
    with pytest.raises(ConfigError, match="unexpected keyword argument 'mutation'"):
        pack(protein, mutation="A:9:VAL")


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"around": ["TQ3"]}, "around is a text"),
        ({"residues": 5}, "residues is a text"),
        ({"mutate": 9}, "mutate is a text"),
        ({"samples": 0}, "samples is from 1 to 100, not 0"),
        ({"samples": 10**9}, "samples is from 1 to 100"),
    ],
)
def test_options_of_another_kind_are_one_line(protein, options, reason):
    with pytest.raises(ConfigError, match=reason):
        pack(protein, **options)


def test_the_surroundings_of_a_mutation_are_packed_anew(protein, model):
    packing = pack(protein, PackConfig(mutate=("A:9:ALA",), around="A:9", reach=4.5), model)
    labels = [residue.label for residue in packing.residues]
    assert "ALA:A:9" in labels
    assert 3 < len(labels) < 20


def test_an_incomplete_side_chain_is_completed(protein, model):
    place = index_of(protein, 32)
    stub = without(protein, place, ("CG", "CD", "OE1", "OE2"))
    packing = pack(stub, PackConfig(only_incomplete=True), model)
    (residue,) = packing.residues
    assert (residue.label, residue.reason, residue.before) == ("GLU:A:32", "incomplete", None)
    whole = packing.protein
    assert sorted(whole.atom_names) == sorted(protein.atom_names)
    bond = whole.positions[whole.residues[place].start : whole.residues[place].stop]
    names = whole.atom_names[whole.residues[place].start : whole.residues[place].stop]
    assert np.linalg.norm(bond[names.index("CB")] - bond[names.index("CG")]) == pytest.approx(1.52, abs=0.03)


def test_a_receptor_is_completed_near_the_site_and_says_so(protein):
    place = index_of(protein, 32)
    stub = without(protein, place, ("CG", "CD", "OE1", "OE2"))
    center = stub.positions[stub.residues[place].start]
    whole, notes = completed(stub, center, 5.0)
    assert len(whole) == len(protein)
    assert "missing atoms of side chains were added in GLU:A:32" in notes[0]
    assert completed(stub, center + 200.0, 5.0) == (stub, ())


def test_selenomethionine_keeps_its_name_and_selenium(protein, model):
    place = next(k for k, residue in enumerate(protein.residues) if residue.name == "MET")
    residues = list(protein.residues)
    residues[place] = replace(residues[place], name="MSE")
    span = range(residues[place].start, residues[place].stop)
    names = ["SE" if k in span and name == "SD" else name for k, name in enumerate(protein.atom_names)]
    changed = replace(protein, residues=tuple(residues), atom_names=tuple(names))
    packing = pack(changed, PackConfig(residues=f"A:{residues[place].number}"), model)
    one = packing.protein.residues[place]
    assert one.name == "MSE"
    selenium = one.start + packing.protein.atom_names[one.start : one.stop].index("SE")
    assert packing.protein.elements[selenium] == 34


def renamed(protein, place: int, name: str, atoms: dict[str, str]):
    """The structure with another name of a residue and of some of its atoms."""
    residues, names = list(protein.residues), list(protein.atom_names)
    residues[place] = replace(residues[place], name=name)
    for k in range(residues[place].start, residues[place].stop):
        names[k] = atoms.get(names[k], names[k])
    return replace(protein, residues=tuple(residues), atom_names=tuple(names))


def test_selenomethionine_is_mutated_to_methionine(protein, model):
    place = next(k for k, residue in enumerate(protein.residues) if residue.name == "MET")
    changed = renamed(protein, place, "MSE", {"SD": "SE"})
    packing = pack(changed, PackConfig(mutate=(f"A:{protein.residues[place].number}:MET",)), model)
    one = packing.protein.residues[place]
    assert (one.name, packing.residues[0].reason) == ("MET", "mutated from MSE")
    sulfur = one.start + packing.protein.atom_names[one.start : one.stop].index("SD")
    assert packing.protein.elements[sulfur] == 16


def test_a_mutation_to_the_same_residue_packs_it(protein, model):
    (residue,) = pack(protein, PackConfig(mutate=("A:9:ILE",)), model).residues
    assert residue.reason == "packed"
    assert residue.before is not None


def test_around_a_name_is_around_all_groups_of_the_name(protein):
    far, near = (k for k, residue in enumerate(protein.residues) if residue.kind == "ligand")
    names = protein.residues[near].name, protein.residues[far].name
    record = side_chain_record(protein)
    each = [select(protein, record, PackConfig(around=name)).moves for name in names]
    both = renamed(protein, far, names[0], {})
    assert np.array_equal(select(both, record, PackConfig(around=names[0])).moves, each[0] | each[1])
    assert not np.array_equal(each[0], each[0] | each[1])


def test_a_sulfur_bonded_to_sulfur_of_a_group_stays(protein):
    record = side_chain_record(protein)
    row = next(r for r, index in enumerate(record.residues) if protein.residues[int(index)].name == "MET")
    context, elements = record.context.copy(), record.elements.copy()
    context[0], elements[0] = record.atoms[row, 6] + np.array([2.05, 0, 0]), 3
    number = protein.residues[int(record.residues[row])].number
    bonded = replace(record, context=context, elements=elements)
    assert not select(protein, bonded, PackConfig(residues=f"A:{number}")).moves.any()
    assert select(protein, record, PackConfig(residues=f"A:{number}")).moves[row]


def test_a_side_chain_bonded_to_a_group_stays(protein, model):
    record = side_chain_record(protein)
    row = next(r for r, index in enumerate(record.residues) if protein.residues[int(index)].name == "ASN")
    residue = protein.residues[int(record.residues[row])]
    nitrogen = protein.positions[residue.start + protein.atom_names[residue.start : residue.stop].index("ND2")]
    sugar = index_of(protein, next(r.number for r in protein.residues if r.kind == "ligand"))
    positions = protein.positions.copy()
    positions[protein.residues[sugar].start] = nitrogen + np.array([1.45, 0, 0])
    packing = pack(replace(protein, positions=positions), PackConfig(residues=f"A:{residue.number}"), model)
    assert packing.residues == ()
    assert any("side chains kept, bonded to another group" in note for note in packing.notes)
    mutant = pack(replace(protein, positions=positions), PackConfig(mutate=(f"A:{residue.number}:ALA",)), model)
    assert any(f"stays where it is: {residue.label}" in note for note in mutant.notes)


def test_residues_without_a_backbone_are_named(protein, model):
    packing = pack(without(protein, index_of(protein, 50), ("C",)), PackConfig(residues="A:9"), model)
    assert any(note.startswith("not packed, N, CA or C is missing: ") and ":A:50" in note for note in packing.notes)


@pytest.mark.parametrize(
    ("config", "reason"),
    [
        (PackConfig(residues="A:5000"), "there is no residue A:5000"),
        (PackConfig(mutate=("A:9",)), "is no mutation; the form is A:57:ALA"),
        (PackConfig(mutate=("A:9:XYZ",)), "XYZ is none of the twenty amino acids"),
        (PackConfig(mutate=("A:9-11:ALA",)), "names 3 residues"),
        (PackConfig(mutate=("A:9:ALA", "A:9:VAL")), "ILE:A:9 is mutated twice"),
        (PackConfig(residues="A:35-32"), "the range 'A:35-32' ends before it begins"),
        (PackConfig(around="HEM"), "there is no group 'HEM'; the groups are"),
        (PackConfig(around="TQ9"), "there is no group 'TQ9'; the groups are"),
        (PackConfig(around="TQ3", residues="A:9"), "give one of the two"),
    ],
)
def test_what_is_not_there_is_named(protein, model, config, reason):
    with pytest.raises(InputError, match=reason):
        pack(protein, config, model)


def test_a_structure_without_backbones_is_refused(protein, model):
    traces = protein.keep(lambda residue: residue.kind == "ligand")
    with pytest.raises(InputError, match="there is no backbone"):
        pack(traces, PackConfig(), model)


@pytest.mark.parametrize("suffix", [".pdb", ".cif.gz"])
def test_the_command_writes_models_that_can_be_read(tmp_path, capsys, suffix):
    output = tmp_path / f"packed{suffix}"
    assert exit_code("pack", "data/1ia1.pdb", "-o", str(output), "--residues", "A:9,A:32", "--samples", "2") == 0
    assert "GLU:A:32" in capsys.readouterr().out
    again = read_protein(output)
    assert any("model" in note for note in again.notes)
    assert len(again) == len(read_protein("data/1ia1.pdb"))


def test_the_command_refuses_other_formats_before_it_works(tmp_path, capsys):
    assert exit_code("pack", "data/1ia1.pdb", "-o", str(tmp_path / "x.sdf")) == 2
    assert "written as .pdb or .cif" in capsys.readouterr().err
