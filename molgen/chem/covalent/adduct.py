"""From a ligand to what it is after it has reacted with a residue."""

from __future__ import annotations

from dataclasses import dataclass

from rdkit import Chem
from rdkit.Chem import rdChemReactions

from molgen.chem.covalent.nucleophiles import Nucleophile
from molgen.chem.covalent.reactions import ADDUCT, RESIDUE_ISOTOPE
from molgen.chem.covalent.request import CovalentBond
from molgen.chem.covalent.warheads import Warhead, warheads
from molgen.chem.features.molecule_features import without_hydrogens
from molgen.chem.formats.parsing import atom_name, sanitization_problem, silent_rdkit
from molgen.errors import InputError, ParseError


@dataclass(frozen=True)
class Adduct:
    """A ligand bonded to a part of a residue.

    Attributes:
        mol: without hydrogens: the ligand's atoms in their order, then those of the residue in the order of
            `Nucleophile.names`, without coordinates.
        n_ligand: how many of them are the ligand's.
        attached: the ligand's atom that is bonded to the residue.
        reaction: name of the reaction, or "adduct".
        note: what was decided, one line.
    """

    mol: Chem.Mol
    n_ligand: int
    attached: int
    reaction: str
    note: str


def with_residue_atom(mol: Chem.Mol, bond: CovalentBond) -> Chem.Mol:
    """A ligand whose dummy atom, `*`, stands for the atom of the residue, as :func:`adduct_of` takes it.

    One without a dummy atom comes back as it is.

    Raises:
        InputError: there are several dummy atoms, or it has several bonds.
    """
    dummies = [atom for atom in mol.GetAtoms() if not atom.GetAtomicNum()]
    if not dummies:
        return mol
    if len(dummies) > 1 or dummies[0].GetDegree() != 1:
        raise InputError("the atom of the residue in an adduct is one dummy atom with one bond")
    marked = Chem.RWMol(mol)
    atom = Chem.Atom(bond.nucleophile.element)
    atom.SetIsotope(RESIDUE_ISOTOPE)
    marked.ReplaceAtom(dummies[0].GetIdx(), atom)
    return marked.GetMol()


def adduct_of(mol: Chem.Mol, bond: CovalentBond) -> Adduct:
    """The adduct of a ligand with a residue.

    A SMARTS names the ligand's atom by its first atom. Is this the reactive atom of a warhead, the reaction takes
    place; else, or where "adduct" is asked for, the ligand is the adduct, and one hydrogen of the atom gives way. A
    ligand in which the atom of the residue is drawn (:func:`with_residue_atom`) is the adduct, with the stereo it has.

    Args:
        mol: the ligand; its hydrogens, coordinates and the leaving group do not count.
        bond: that is asked for.

    Raises:
        InputError: the SMARTS matches no atom or several, or an atom that has no hydrogen; no warhead is recognized, or
            several are; with what there is.
    """
    ligand = without_hydrogens(mol)
    ligand.RemoveAllConformers()
    drawn = [atom.GetIdx() for atom in ligand.GetAtoms() if atom.GetIsotope() == RESIDUE_ISOTOPE]
    if drawn:
        return _drawn(ligand, drawn[0], bond)
    named = None if bond.smarts is None else _named_atom(ligand, bond.smarts)
    if bond.reaction == ADDUCT and named is None:
        raise InputError("an adduct needs a SMARTS whose first atom is bonded to the residue: adduct@SMARTS")
    own = [] if bond.reaction == ADDUCT else warheads(ligand, bond.nucleophile.element, bond.reaction)
    if named is not None:
        own = [candidate for candidate in own if _equivalent(ligand, candidate.atom, named)]
    if bond.reaction in (None, ADDUCT) and named is not None and not own:
        return _grafted(_substituted(ligand, named), bond, ADDUCT, f"{_name(ligand, named)} bonded to {bond.label}")
    warhead = _only(ligand, own, bond)
    note = f"{warhead.reaction.label} ({_name(ligand, warhead.atom)}) bonded to {bond.label} by {warhead.reaction.name}"
    return _grafted(_reacted(ligand, warhead), bond, warhead.reaction.name, note)


def _drawn(mol: Chem.Mol, atom: int, bond: CovalentBond) -> Adduct:
    if bond.smarts is not None or bond.reaction not in (None, ADDUCT):
        raise InputError(f"the ligand has the atom of the residue, *, already; {bond.label} is all that is needed")
    order = [index for index in range(mol.GetNumAtoms()) if index != atom]
    whole = Chem.RWMol(Chem.RenumberAtoms(mol, [*order, atom]))
    whole.ReplaceAtom(len(order), _dummy())
    bonded = whole.GetAtomWithIdx(len(order)).GetNeighbors()[0].GetIdx()
    return _grafted(whole.GetMol(), bond, ADDUCT, f"{_name(whole, bonded)} bonded to {bond.label}, as drawn")


def _only(mol: Chem.Mol, own: list[Warhead], bond: CovalentBond) -> Warhead:
    if len(own) == 1:
        return own[0]
    if own:
        listed = ", ".join(warhead.text(mol) for warhead in own)
        raise InputError(
            f"{len(own)} atoms of the ligand can react with {bond.label}: {listed}; name one by its reaction or by a "
            "SMARTS whose first atom it is: =REACTION@SMARTS"
        )
    lack = f"nothing that reacts by {bond.reaction}" if bond.reaction else "no warhead that is known"
    raise InputError(
        f"the ligand has {lack} with {bond.label}; name the reaction, or the bonded atom of the adduct: =SMARTS"
    )


def _name(mol: Chem.Mol, atom: int) -> str:
    return atom_name(mol.GetAtomWithIdx(atom))


def _equivalent(mol: Chem.Mol, first: int, second: int) -> bool:
    ranks = list(Chem.CanonicalRankAtoms(mol, breakTies=False, includeChirality=False))
    return ranks[first] == ranks[second]


def _named_atom(mol: Chem.Mol, smarts: str) -> int:
    matches = mol.GetSubstructMatches(Chem.MolFromSmarts(smarts), uniquify=False)
    atoms = sorted({match[0] for match in matches})
    if not atoms:
        matches = Chem.AddHs(mol).GetSubstructMatches(Chem.MolFromSmarts(smarts), uniquify=False)
        atoms = sorted({match[0] for match in matches})
    if not atoms:
        raise InputError(f"the ligand has no atom that matches {smarts}")
    ranks = list(Chem.CanonicalRankAtoms(mol, breakTies=False, includeChirality=False))
    if any(atom >= mol.GetNumAtoms() for atom in atoms):
        raise InputError(f"{smarts} names a hydrogen; its first atom is the one that is bonded to the residue")
    if len({ranks[atom] for atom in atoms}) > 1:
        listed = ", ".join(_name(mol, atom) for atom in atoms)
        raise InputError(f"{smarts} matches {len(atoms)} atoms of the ligand ({listed}); the bond is to one")
    return atoms[0]


def _substituted(mol: Chem.Mol, atom: int) -> Chem.Mol:
    """The molecule with a dummy atom in place of a hydrogen of an atom; chirality is kept."""
    if not mol.GetAtomWithIdx(atom).GetTotalNumHs():
        raise InputError(f"{_name(mol, atom)} has no hydrogen that the bond to the residue could replace")
    full = Chem.RWMol(Chem.AddHs(mol, onlyOnAtoms=[atom]))
    new = [
        neighbor.GetIdx()
        for neighbor in full.GetAtomWithIdx(atom).GetNeighbors()
        if neighbor.GetIdx() >= mol.GetNumAtoms()
    ]
    full.ReplaceAtom(new[0], _dummy())
    rest = Chem.RWMol(full)
    for index in sorted(new[1:], reverse=True):
        rest.RemoveAtom(index)
    rest.GetAtomWithIdx(atom).SetNumExplicitHs(0 if not full.GetAtomWithIdx(atom).GetNoImplicit() else len(new) - 1)
    return rest.GetMol()


def _dummy() -> Chem.Atom:
    atom = Chem.Atom(0)
    atom.SetIsotope(RESIDUE_ISOTOPE)
    return atom


def _reacted(mol: Chem.Mol, warhead: Warhead) -> Chem.Mol:
    """The product of a reaction, the ligand's atoms in their order and the dummy atom last."""
    reactant = Chem.Mol(mol)
    for atom in reactant.GetAtoms():
        if atom.GetIdx() not in warhead.atoms:
            atom.SetProp("_protected", "1")
    with silent_rdkit():
        reaction = rdChemReactions.ReactionFromSmarts(warhead.reaction.product)
        products = [product for (product,) in reaction.RunReactants((reactant,))]
    for product in products:
        dummy = _dummy_of(product)
        bonded = dummy.GetNeighbors()[0]
        if bonded.HasProp("react_atom_idx") and bonded.GetIntProp("react_atom_idx") == warhead.atom:
            rest = [member for member in product.GetAtoms() if member.GetIdx() != dummy.GetIdx()]
            rest.sort(key=lambda member: member.GetIntProp("react_atom_idx"))
            _invert(bonded, mol.GetAtomWithIdx(warhead.atom))
            return Chem.RenumberAtoms(product, [*(member.GetIdx() for member in rest), dummy.GetIdx()])
    raise InputError(f"{warhead.reaction.name} cannot take place at {warhead.text(mol)}")


def _invert(bonded: Chem.Atom, before: Chem.Atom) -> None:
    """A tetrahedral center whose leaving group the residue displaces is inverted (Walden)."""
    if before.GetChiralTag() not in (Chem.ChiralType.CHI_TETRAHEDRAL_CW, Chem.ChiralType.CHI_TETRAHEDRAL_CCW):
        return
    after = [
        neighbor.GetIntProp("react_atom_idx") if neighbor.GetAtomicNum() else -1 for neighbor in bonded.GetNeighbors()
    ]
    order = [neighbor.GetIdx() if neighbor.GetIdx() in after else -1 for neighbor in before.GetNeighbors()]
    if sorted(order) != sorted(after):
        return
    bonded.SetChiralTag(before.GetChiralTag())
    places = [order.index(neighbor) for neighbor in after]
    swaps = sum(first > second for k, second in enumerate(places) for first in places[:k])
    if swaps % 2 == 0:
        bonded.InvertChirality()


def _dummy_of(mol: Chem.Mol) -> Chem.Atom:
    return next(atom for atom in mol.GetAtoms() if atom.GetIsotope() == RESIDUE_ISOTOPE and not atom.GetAtomicNum())


def _grafted(mol: Chem.Mol, bond: CovalentBond, reaction: str, note: str) -> Adduct:
    """The molecule with the residue's atoms in place of its dummy atom, which is the last one."""
    own = bond.nucleophile
    n = mol.GetNumAtoms() - 1
    part = Chem.MolFromSmiles(own.smiles)
    whole = Chem.RWMol(mol)
    dummy = _dummy_of(whole)
    if dummy.GetIdx() != n:
        raise ValueError("the dummy atom is the last one")
    attached = dummy.GetNeighbors()[0].GetIdx()
    places = _added(whole, part, own, n)
    order = [*range(n), *(places[k] for k in range(len(own.names)))]
    grafted = Chem.RenumberAtoms(whole.GetMol(), order)
    for atom in grafted.GetAtoms():
        for name in ("react_atom_idx", "old_mapno", "_protected"):
            atom.ClearProp(name)
        atom.SetAtomMapNum(0)
    problem = sanitization_problem(grafted)
    if problem:
        raise ParseError(f"the adduct is impossible: {problem}")
    with silent_rdkit():
        Chem.SanitizeMol(grafted)
        Chem.AssignStereochemistry(grafted, cleanIt=True, force=True)
    return Adduct(grafted, n, attached, reaction, note)


def _added(whole: Chem.RWMol, part: Chem.Mol, own: Nucleophile, dummy: int) -> dict[int, int]:
    """Put the residue's atom in place of the dummy and the others beside it: index in the part -> in the whole."""
    reacting = Chem.Atom(part.GetAtomWithIdx(own.index))
    reacting.SetNoImplicit(False)
    reacting.SetNumExplicitHs(0)
    whole.ReplaceAtom(dummy, reacting)
    places = {own.index: dummy}
    for atom in part.GetAtoms():
        if atom.GetIdx() != own.index:
            places[atom.GetIdx()] = whole.AddAtom(Chem.Atom(atom))
    for edge in part.GetBonds():
        whole.AddBond(places[edge.GetBeginAtomIdx()], places[edge.GetEndAtomIdx()], edge.GetBondType())
        edge_there = whole.GetBondBetweenAtoms(places[edge.GetBeginAtomIdx()], places[edge.GetEndAtomIdx()])
        edge_there.SetIsAromatic(edge.GetIsAromatic())
    return places
