"""From any molecule to one that molgen can work on: one fragment, known elements, explicit hydrogens, whole stereo."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from rdkit import Chem

from molgen.chem.formats.parsing import atom_name, one_line, sanitization_problem, shortened, silent_rdkit
from molgen.chem.molecules.stereo import enumerate_stereo, mark_axes
from molgen.errors import ParseError

__all__ = ["SUPPORTED_ELEMENTS", "enumerate_stereo", "molecule_notes", "prepare_molecule", "supported_fragment"]

SUPPORTED_ELEMENTS = frozenset(("H", "B", "C", "N", "O", "F", "Si", "P", "S", "Cl", "Ge", "As", "Se", "Br", "Te", "I"))
_IONS = {**dict.fromkeys(("Li", "Na", "K", "Rb", "Cs"), "+"), **dict.fromkeys(("Mg", "Ca", "Sr", "Ba", "Zn"), "+2")}
_REPEATS = ("SRU", "MON", "MER", "COP", "CRO", "MOD", "GRA")
"""Types of groups of a CTfile that stand for several units, which are not written out."""
_LEFT_OUT = "_molgenLeftOut"
_OTHER_NON_METALS = frozenset(("He", "Ne", "Ar", "Kr", "Xe", "Rn", "At"))


def prepare_molecule(mol: Chem.Mol, *, largest_fragment: bool = False, max_heavy_atoms: int = 200) -> Chem.Mol:
    """A checked copy of `mol` with explicit hydrogens after the atoms it has, whose order is kept.

    Radicals, isotopes (deuterium too) and charges are left as they are; see `molecule_notes`. Coordinates, where there
    are any, are kept and the new hydrogens get theirs; hindered axes without a mark get the one that they show.

    Args:
        largest_fragment: of several fragments keep the one with most heavy atoms; of equals the first.
        max_heavy_atoms: the largest molecule to accept.

    Raises:
        ParseError: no (heavy) atoms, several fragments, repeat units of a polymer, dummy or query atoms, metals and
            other unsupported elements, impossible valences, too many atoms. Atom numbers count from 1.
    """
    kept = supported_fragment(mol, largest_fragment=largest_fragment, max_heavy_atoms=max_heavy_atoms)
    problem = sanitization_problem(kept)
    if problem:
        raise ParseError(problem)
    with silent_rdkit():
        kept = Chem.Mol(kept)
        Chem.SanitizeMol(kept)
        kept = Chem.AddHs(kept, addCoords=kept.GetNumConformers() > 0)
    mark_axes(kept)
    return kept


def supported_fragment(mol: Chem.Mol, *, largest_fragment: bool = False, max_heavy_atoms: int = 200) -> Chem.Mol:
    """The fragment of `mol` that :func:`prepare_molecule` works on: itself where it is the only one.

    Raises:
        ParseError: as there, but for impossible valences, which are not looked for.
    """
    if mol is None or mol.GetNumAtoms() == 0:
        raise ParseError("the molecule has no atoms")
    if any(group.HasProp("TYPE") and group.GetProp("TYPE") in _REPEATS for group in Chem.GetMolSubstanceGroups(mol)):
        raise ParseError("a repeat unit of a polymer, in brackets: write all of its units out")
    kept = _only_fragment(mol, largest_fragment)
    _check_atoms(kept, max_heavy_atoms)
    return kept


def molecule_notes(mol: Chem.Mol) -> tuple[str, ...]:
    """What a user should know about an accepted molecule, one line each; empty for ordinary ones."""
    radicals = [atom_name(atom) for atom in mol.GetAtoms() if atom.GetNumRadicalElectrons()]
    return (
        *([mol.GetProp(_LEFT_OUT)] if mol.HasProp(_LEFT_OUT) else []),
        *([f"unpaired electrons on {shortened(radicals)}"] if radicals else []),
    )


def _only_fragment(mol: Chem.Mol, largest_fragment: bool) -> Chem.Mol:
    if len(Chem.GetMolFrags(mol)) == 1:
        return mol
    fragments = Chem.GetMolFrags(mol, asMols=True, sanitizeFrags=False)
    largest = max(fragments, key=lambda fragment: fragment.GetNumHeavyAtoms())
    if not largest_fragment:
        raise ParseError(f"{len(fragments)} fragments ({_listed(fragments)}); {_fragment_advice(largest)}")
    kept = largest
    rest = [fragment for fragment in fragments if fragment is not largest]
    kept.SetProp(_LEFT_OUT, f"only the largest fragment is kept, without {_listed(rest)}")
    for name in (*mol.GetPropNames(), *(["_Name"] if mol.HasProp("_Name") else [])):
        kept.SetProp(name, mol.GetProp(name))
    return kept


def _listed(fragments: Sequence[Chem.Mol]) -> str:
    names = Counter(_fragment_name(fragment) for fragment in fragments)
    return shortened([name if count == 1 else f"{count} x {name}" for name, count in names.items()])


def _fragment_advice(largest: Chem.Mol) -> str:
    """What a user can do about several fragments; nothing where the largest is a metal or one of its complexes."""
    metals = [atom.GetSymbol() for atom in largest.GetAtoms() if _is_metal(atom.GetSymbol())]
    return f"the largest has a metal ({metals[0]})" if metals else "--largest-fragment keeps the biggest"


def _is_metal(symbol: str) -> bool:
    return symbol.isalpha() and symbol not in SUPPORTED_ELEMENTS and symbol not in _OTHER_NON_METALS


def _unsupported(atom: Chem.Atom) -> str:
    symbol = atom.GetSymbol()
    ion = _IONS.get(symbol) if atom.GetDegree() else None
    advice = f"; write the salt with ions, [{symbol}{ion}]" if ion else ""
    return (
        f"{'metal' if _is_metal(symbol) else 'element'} {symbol} at atom {atom.GetIdx() + 1} is not supported{advice}"
    )


def _fragment_name(fragment: Chem.Mol) -> str:
    smiles = one_line(Chem.MolToSmiles(Chem.RemoveHs(fragment, sanitize=False)))
    return smiles if len(smiles) <= 30 else f"{smiles[:27]}..."


def _check_atoms(mol: Chem.Mol, max_heavy_atoms: int) -> None:
    for atom in mol.GetAtoms():
        number, symbol = atom.GetIdx() + 1, atom.GetSymbol()
        if atom.GetAtomicNum() == 0 or atom.HasQuery():
            raise ParseError(f"atom {number} is a dummy or query atom ({atom.GetSmarts()})")
        if symbol not in SUPPORTED_ELEMENTS:
            raise ParseError(_unsupported(atom))
    for bond in mol.GetBonds():
        if bond.HasQuery() or bond.GetBondType() in (Chem.BondType.ZERO, Chem.BondType.UNSPECIFIED):
            ends = f"{atom_name(bond.GetBeginAtom())}-{atom_name(bond.GetEndAtom())}"
            raise ParseError(f"the bond {ends} has no definite order")
    heavy = mol.GetNumHeavyAtoms()
    if heavy == 0:
        raise ParseError("the molecule has no heavy atoms")
    if heavy > max_heavy_atoms:
        raise ParseError(f"{heavy} heavy atoms, at most {max_heavy_atoms} are supported")
