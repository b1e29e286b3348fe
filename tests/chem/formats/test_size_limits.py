"""Molecules that are too large are refused before RDKit sees them, whatever their text says; others pass."""

import numpy as np
import pytest
from rdkit import Chem
from small_molecules import entry_of

from molgen.chem.features.graph_checks import check_graphs
from molgen.chem.formats import text_lines
from molgen.chem.formats.parsing import parse_molblock, parse_smiles
from molgen.chem.formats.size_limits import check_mol2_block, check_molblock, check_smiles
from molgen.chem.molecules.reading import read_molecules
from molgen.errors import InputError, ParseError

# 17 by 17 atoms with 256 rings, and 19 by 19 with 324
FINE, TOO_MANY = 17, 19


def lattice(n: int) -> Chem.Mol:
    mol = Chem.RWMol()
    for _ in range(n * n):
        mol.AddAtom(Chem.Atom("Fe"))
    for atom in range(n * n):
        for other in ([atom + 1] if (atom + 1) % n else []) + ([atom + n] if atom + n < n * n else []):
            mol.AddBond(atom, other, Chem.BondType.SINGLE)
    return mol.GetMol()


def mol2(mol: Chem.Mol) -> str:
    bonds = [(bond.GetBeginAtomIdx() + 1, bond.GetEndAtomIdx() + 1) for bond in mol.GetBonds()]
    rows = [f"{number} {one} {other} 1" for number, (one, other) in enumerate(bonds, 1)]
    head = ["@<TRIPOS>MOLECULE", "x", f"{mol.GetNumAtoms()} {len(bonds)}", "SMALL", "NO_CHARGES", "@<TRIPOS>ATOM"]
    return "\n".join([*head, "@<TRIPOS>BOND", *rows, ""])


@pytest.mark.parametrize(
    ("text_of", "check"),
    [
        (lambda mol: Chem.MolToMolBlock(mol, kekulize=False), check_molblock),
        (lambda mol: Chem.MolToV3KMolBlock(mol, kekulize=False), check_molblock),
        (
            lambda mol: Chem.MolToV3KMolBlock(mol, kekulize=False).replace(" 1 1 2\n", " 1 1 -\nM  V30 2\n"),
            check_molblock,
        ),
        (Chem.MolToSmiles, check_smiles),
        (mol2, check_mol2_block),
    ],
    ids=["V2000", "V3000", "V3000 continued", "SMILES", "MOL2"],
)
def test_rings_are_counted_in_every_format(text_of, check):
    check(text_of(lattice(FINE)))
    with pytest.raises(ParseError, match=r"^324 rings; molecules with more than 300 are not read$"):
        check(text_of(lattice(TOO_MANY)))


def test_atoms_and_letters_are_counted():
    with pytest.raises(ParseError, match="5001 characters"):
        parse_smiles("C" * 5001)
    assert parse_smiles("C" * 5000).GetNumAtoms() == 5000
    with pytest.raises(ParseError, match="extension"):
        parse_smiles("CC |" + "$" * 100_000 + "|")
    block = Chem.MolToV3KMolBlock(Chem.MolFromSmiles("CCO"))
    for count in ("5001", "999999999999"):
        with pytest.raises(ParseError, match="atoms; at most 5000"):
            parse_molblock(block.replace("COUNTS 3", f"COUNTS {count}"))
    for counts, reason in (("-6 5", "'-6' is not a number"), ("6 -5", "'-5' is not"), ("5001 1", "5001 atoms")):
        with pytest.raises(ParseError, match=reason):
            check_mol2_block(f"@<TRIPOS>MOLECULE\nx\n{counts}\n")


def test_a_library_goes_on_up_to_what_is_too_long(tmp_path, monkeypatch):
    monkeypatch.setattr(text_lines, "MOST_LINE", 100)
    monkeypatch.setattr(text_lines, "MOST_RECORD", 300)
    monkeypatch.setattr(text_lines, "MOST_RECORD_LINES", 10)
    for tail, reason in (("C" * 101, "a line is longer"), ("\n" * 11, "10 lines"), ("#" * 90 + "\n", "record")):
        text = "CCO\n" * 50 + (tail * 5 if reason == "record" else tail) + "\nC\n"
        (tmp_path / "a.smi").write_text(text)
        records = list(read_molecules(tmp_path / "a.smi"))
        assert [record.error is None for record in records] == [True] * 50 + [False]
        assert reason in records[-1].error
        assert records[-1].place == "after record 50"
    (tmp_path / "a.smi").write_text("C" * 101)
    with pytest.raises(InputError, match=r"a\.smi: a line is longer"):
        list(read_molecules(tmp_path / "a.smi"))


def flat(smiles: str = "CCOC(=O)CN") -> dict[str, np.ndarray]:
    entry = entry_of(smiles)
    names = ("atoms", "bonds", "torsions", "paths", "path_torsion")
    arrays = {name: getattr(entry.graph, name) for name in names}
    arrays |= {"bond_index": entry.graph.bond_index.T, "moving": entry.graph.moving.reshape(-1)}
    arrays["permutations"] = entry.permutations.reshape(-1)
    return arrays | {f"{name}_rows": np.array([len(array)], dtype=np.int32) for name, array in arrays.items()}


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("bond_index", 7, "bond_index points outside"),
        ("torsions", -1, "torsions points outside"),
        ("paths", 7, "paths points outside"),
        ("path_torsion", 99, "path_torsion points outside"),
        ("permutations", 7, "permutations points outside"),
        ("atoms", 200, "atoms has an unknown class"),
        ("bonds", 9, "bonds has an unknown class"),
        ("moving_rows", 3, "moving has"),
        ("atoms_rows", -1, "not a list of counts"),
    ],
)
def test_a_number_that_points_nowhere_is_seen(name, value, reason):
    arrays = flat()
    check_graphs(arrays)
    changed = arrays[name].copy()
    changed.reshape(-1)[-1] = value
    with pytest.raises(ValueError, match=reason):
        check_graphs(arrays | {name: changed})
