"""Bond orders of a molecule whose atoms are there with all hydrogens: those that leave the fewest charges.

Kim and Kim, Bull. Korean Chem. Soc. 2015, 36, 1769, as in RDKit. Of resonance structures the most aromatic one.
"""

from __future__ import annotations

from functools import cache

from rdkit import Chem
from rdkit.Chem import rdDetermineBonds

from molgen.chem.formats.parsing import sanitization_problem, silent_rdkit

_CHARGES = (0, 1, -1, 2, -2, 3, -3)
_ITERATIONS = 2000
_MOST_STRUCTURES = 64
_FLAGS = Chem.UNCONSTRAINED_CATIONS | Chem.UNCONSTRAINED_ANIONS
_CUMULATED = "[N+;D2;!$(N=[N-])](=*)=*"
# charges on exocyclic N of cations, and on S or O of the anions of sulfonamides and amides: drawn elsewhere
_WRONG = "[S;X4]([O-])[O-]"
_UNUSUAL = ("a=[N+]", "[S;X4](=[N])[O-]", "[O-][C;!a;!$(C=O)]=[N]")


def with_bond_orders(mol: Chem.Mol, *, connected: bool) -> Chem.Mol | None:
    """The unsanitized molecule with bond orders and charges; None where none fit.

    Args:
        mol: with all hydrogens as atoms.
        connected: its bonds are right but for their orders; else they are had from the distances.
    """
    candidates = []
    for charge in _CHARGES:
        trial = _determined(mol, charge, connected=connected)
        candidates += [] if trial is None else [_best_resonance_structure(trial)]
        if trial is not None and _oddity(candidates[-1]) == 0:
            break
    best = min(candidates, key=_unusual, default=None)
    return None if best is None or _is_wrong(best) else best


def _oddity(mol: Chem.Mol) -> int:
    charges = sum(abs(atom.GetFormalCharge()) + 10 * atom.GetNumRadicalElectrons() for atom in mol.GetAtoms())
    return charges + 5 * len(mol.GetSubstructMatches(_pattern(_CUMULATED)))


def _best_resonance_structure(mol: Chem.Mol) -> Chem.Mol:
    """The one with the most aromatic atoms, charged where it is usually drawn; the molecule itself where equal."""
    with silent_rdkit():
        own = _sanitized(mol)
        others = [] if own is None else filter(None, Chem.ResonanceMolSupplier(own, _FLAGS, _MOST_STRUCTURES))
        candidates = [own, *map(_sanitized, others)]
        return min((structure for structure in candidates if structure is not None), key=_unusual, default=mol)


def _sanitized(mol: Chem.Mol) -> Chem.Mol | None:
    clean = Chem.Mol(mol)
    failed = Chem.SanitizeMol(clean, catchErrors=True)
    return clean if failed == Chem.SanitizeFlags.SANITIZE_NONE else None


def _unusual(mol: Chem.Mol) -> tuple[int, int, int]:
    aromatic = sum(atom.GetIsAromatic() for atom in mol.GetAtoms())
    return _oddity(mol), -aromatic, sum(len(mol.GetSubstructMatches(_pattern(smarts))) for smarts in _UNUSUAL)


@cache
def _pattern(smarts: str) -> Chem.Mol:
    return Chem.MolFromSmarts(smarts)


def _is_wrong(mol: Chem.Mol) -> bool:
    return any(map(_is_implausible, mol.GetAtoms())) or mol.HasSubstructMatch(_pattern(_WRONG))


def _is_implausible(atom: Chem.Atom) -> bool:
    """A charge that means that bond orders went wrong: on carbon beside no nitrogen, on O or S with a double bond."""
    if atom.GetFormalCharge() == 0:
        return False
    if atom.GetAtomicNum() == 6:
        return not any(end.GetAtomicNum() == 7 and end.GetFormalCharge() > 0 for end in atom.GetNeighbors())
    return atom.GetAtomicNum() in (8, 16) and atom.GetFormalCharge() > 0 and atom.GetDegree() < 3


def _determined(mol: Chem.Mol, charge: int, *, connected: bool) -> Chem.Mol | None:
    trial = Chem.RWMol(mol)
    for bond in [] if connected else list(trial.GetBonds()):
        trial.RemoveBond(bond.GetBeginAtomIdx(), bond.GetEndAtomIdx())
    for atom in trial.GetAtoms():
        atom.SetNoImplicit(True)
    settings = {"charge": charge, "maxIterations": _ITERATIONS, "embedChiral": False}
    try:
        if connected:
            rdDetermineBonds.DetermineBondOrders(trial, **settings)
        else:
            rdDetermineBonds.DetermineBonds(trial, **settings)
    except (ValueError, RuntimeError):
        return None
    return trial.GetMol() if sanitization_problem(trial) is None else None
