"""A check of the stereo of conformers by RDKit alone: what it assigns to the coordinates, against the SMILES."""

from __future__ import annotations

from rdkit import Chem
from rdkit.Chem import rdDistGeom, rdMolTransforms

_AXES = Chem.BondStereo.STEREOATROPCW, Chem.BondStereo.STEREOATROPCCW
_DOUBLE = Chem.BondStereo.STEREOE, Chem.BondStereo.STEREOZ
_SEED = 5


def wrong_stereo(smiles: str, mol: Chem.Mol) -> int:
    """How many conformers have another stereo than the SMILES says, where it says any.

    Args:
        smiles: of the input, or a CXSMILES; axes are compared with those of ETKDGv3, which keeps them.
        mol: with explicit hydrogens and conformers, atoms in the order of the SMILES.
    """
    wanted = Chem.MolFromSmiles(smiles)
    axes = [bond for bond in wanted.GetBonds() if bond.GetStereo() in _AXES]
    signs = _signs(_embedded(wanted), axes) if axes else []
    conformers = [Chem.Mol(mol, False, conformer.GetId()) for conformer in mol.GetConformers()]
    assigned = {number: _assigned(one, wanted) for number, one in enumerate(conformers)}
    right = {Chem.MolToSmiles(Chem.RemoveHs(wanted))}
    if set(assigned.values()) - right:  # of some centers (lone pairs at P, S=N) RDKit reads nothing off coordinates
        right.add(_assigned(_embedded(wanted), wanted))
    return sum(assigned[number] not in right or _signs(one, axes) != signs for number, one in enumerate(conformers))


def _assigned(one: Chem.Mol, wanted: Chem.Mol) -> str:
    """The SMILES with the stereo of the coordinates where the wanted molecule has any."""
    Chem.AssignStereochemistryFrom3D(one, replaceExistingTags=True)
    heavy = Chem.RemoveHs(one)
    if heavy.GetNumAtoms() != wanted.GetNumAtoms():  # a hydrogen that marks an imine
        heavy, wanted = Chem.RemoveAllHs(one), Chem.RemoveAllHs(wanted)
    for own, other in zip(heavy.GetAtoms(), wanted.GetAtoms(), strict=True):
        if other.GetChiralTag() == Chem.ChiralType.CHI_UNSPECIFIED:
            own.SetChiralTag(Chem.ChiralType.CHI_UNSPECIFIED)
    for bond in wanted.GetBonds():
        if bond.GetStereo() not in _DOUBLE:
            own = heavy.GetBondBetweenAtoms(bond.GetBeginAtomIdx(), bond.GetEndAtomIdx())
            own.SetStereo(Chem.BondStereo.STEREONONE)
            for beside in (*own.GetBeginAtom().GetBonds(), *own.GetEndAtom().GetBonds()):
                beside.SetBondDir(Chem.BondDir.NONE)
    return Chem.CanonSmiles(Chem.MolToSmiles(heavy))


def _embedded(wanted: Chem.Mol) -> Chem.Mol:
    full = Chem.AddHs(wanted)
    rdDistGeom.EmbedMolecule(full, randomSeed=_SEED)
    return full


def _signs(one: Chem.Mol, axes: list[Chem.Bond]) -> list[bool]:
    """Of the dihedral over each axis in the first conformer."""
    return [rdMolTransforms.GetDihedralRad(one.GetConformer(), *_path(axis)) > 0 for axis in axes]


def _path(axis: Chem.Bond) -> tuple[int, int, int, int]:
    begin, end = axis.GetBeginAtom(), axis.GetEndAtom()
    first = next(atom.GetIdx() for atom in begin.GetNeighbors() if atom.GetIdx() != end.GetIdx())
    last = next(atom.GetIdx() for atom in end.GetNeighbors() if atom.GetIdx() != begin.GetIdx())
    return first, begin.GetIdx(), end.GetIdx(), last
