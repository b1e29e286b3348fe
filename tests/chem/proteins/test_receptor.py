"""Chains, metals and cofactors near the pocket make the receptor; the rest only when asked for."""

import numpy as np
import pytest
from complexes import protein_of
from structure_texts import hetero, pdb_line, tripeptide

from molgen.chem.proteins.reading import read_protein
from molgen.chem.proteins.receptor import receptor
from molgen.chem.proteins.structure import Pocket
from molgen.errors import InputError


def group(name, number, x, *, chain="A"):
    return [hetero(f"C{k}", "C", name, number, x, 5 + 1.4 * k, 0, chain=chain) for k in range(3)]


@pytest.fixture(scope="module")
def protein(tmp_path_factory):
    """Everything around the origin, and once more 100 Angstrom away."""
    lines = tripeptide()
    for chain, x in (("A", 0), ("B", 100)):
        lines += [*group("MTX", 200, x, chain=chain), *group("HEM", 201, x + 3, chain=chain)]
        lines += [*group("GOL", 202, x + 6, chain=chain), hetero("ZN", "ZN", "ZN", 203, x, -9, 0, chain=chain)]
        lines += [hetero("CL", "CL", "CL", 204, x, -5, 0, chain=chain)]
        lines += [hetero("O", "O", "HOH", 301 + k, x + 3 * k, -7, 3, chain=chain) for k in range(2)]
    path = tmp_path_factory.mktemp("receptor") / "x.pdb"
    path.write_text("\n".join(lines))
    return read_protein(path)


POCKET = Pocket(np.array([0.0, 5.0, 0.0]), np.full(3, 8.0), "ligand:MTX:A:200", removed=("MTX:A:200",))


def test_by_default_chains_metals_and_near_cofactors_are_kept(protein):
    found = receptor(protein, POCKET)
    assert found.kept == ("HEM:A:201", "ZN:A:203", "ZN:B:203")
    assert found.dropped == (
        *("MTX:A:200", "GOL:A:202", "CL:A:204", "MTX:B:200", "HEM:B:201", "GOL:B:202", "CL:B:204", "4 waters"),
    )
    assert [residue.name for residue in found.protein.residues] == ["ALA", "SER", "GLY", "HEM", "ZN", "ZN"]
    assert len(found.protein) == 15 + 3 + 2


def test_without_a_pocket_every_cofactor_is_near(protein):
    assert receptor(protein, None).kept == (
        *("MTX:A:200", "HEM:A:201", "ZN:A:203", "MTX:B:200", "HEM:B:201", "ZN:B:203"),
    )


@pytest.mark.parametrize(
    ("keep", "drop", "added", "lost"),
    [
        (["waters"], [], {"2 waters"}, set()),
        (["hoh"], [], {"4 waters"}, set()),
        (["HOH:A:301"], [], {"1 water"}, set()),
        (["Ions", "additives"], [], {"CL:A:204", "GOL:A:202"}, set()),
        (["CL:B:204"], [], {"CL:B:204"}, set()),
        (["GOL:B"], [], {"GOL:B:202"}, set()),
        (["all"], [], {"GOL:A:202", "CL:A:204", "2 waters"}, set()),
        (["all"], ["waters"], {"GOL:A:202", "CL:A:204"}, set()),
        (["additives"], ["GOL"], set(), set()),
        (["HEM"], ["HEM:A:201"], {"HEM:B:201"}, {"HEM:A:201"}),
        (["MTX"], [], {"MTX:B:200"}, set()),
        ([], ["ZN"], set(), {"ZN:A:203", "ZN:B:203"}),
        ([], ["all"], set(), {"HEM:A:201", "ZN:A:203", "ZN:B:203"}),
        (["ZN:A:203"], ["all"], set(), {"HEM:A:201", "ZN:B:203"}),
        ("waters", (), {"2 waters"}, set()),
    ],
)
def test_groups_are_kept_and_dropped_by_name_label_and_kind(protein, keep, drop, added, lost):
    default = {"HEM:A:201", "ZN:A:203", "ZN:B:203"}
    found = receptor(protein, POCKET, keep=keep, drop=drop)
    assert set(found.kept) == (default | added) - lost
    assert not set(found.kept) & set(found.dropped) - {"2 waters"}


@pytest.mark.parametrize(
    ("keep", "drop", "message"),
    [
        (["NAD"], [], "no group 'NAD' in the structure: there are CL, GOL, HEM, HOH, MTX, ZN; waters, ions, additives"),
        ([], ["ALA"], "no group 'ALA'"),
        ([], ["HEM:C:201"], "no group 'HEM:C:201'"),
        ([], ["HEM:A:20"], "no group 'HEM:A:20'"),
        ([""], [], "no group ''"),
        (["GOL"], ["GOL"], "GOL cannot be both kept and dropped"),
        (["MTX:A:200"], [], "MTX:A:200 cannot be kept: it is the ligand of the pocket"),
        (["MTX:A"], [], "MTX:A cannot be kept: it is the ligand of the pocket"),
    ],
)
def test_entries_that_make_no_sense_are_refused(protein, keep, drop, message):
    with pytest.raises(InputError) as error:
        receptor(protein, POCKET, keep=keep, drop=drop)
    assert message in str(error.value)


def test_a_peptide_that_stands_for_the_ligand_is_left_out_but_its_like_is_not(tmp_path):
    path = tmp_path / "x.pdb"
    path.write_text("\n".join([*tripeptide(), *tripeptide(chain="P")]))
    pocket = Pocket(np.zeros(3), np.full(3, 20.0), "peptide", removed=("ALA:P:1", "SER:P:2", "GLY:P:3"))
    found = receptor(read_protein(path), pocket)
    assert {residue.chain for residue in found.protein.residues} == {"A"}
    assert found.dropped == ("ALA:P:1", "SER:P:2", "GLY:P:3")


def test_nothing_left_is_an_error(tmp_path):
    path = tmp_path / "x.pdb"
    path.write_text(pdb_line("O", "O", "HOH", 1, 0, 0, 0, record="HETATM"))
    with pytest.raises(InputError, match="nothing of the structure is left"):
        receptor(read_protein(path), None)


def test_the_cofactor_of_a_real_pocket_is_kept_and_the_other_ligand_is_not():
    protein = protein_of("1ia1")
    ligand = next(residue for residue in protein.of_kind("ligand") if residue.name == "TQ3")
    atoms = protein.positions[ligand.start : ligand.stop]
    pocket = Pocket(atoms.mean(0), np.ptp(atoms, axis=0) + 8, "TQ3", removed=(ligand.label,))
    found = receptor(protein, pocket)
    assert found.kept == ("NDP:A:193",)
    assert ligand.label in found.dropped
