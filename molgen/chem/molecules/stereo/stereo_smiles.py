"""A canonical SMILES that keeps the stereo that plain SMILES have no marks for: hindered axes and relative groups."""

from __future__ import annotations

from rdkit import Chem

from molgen.chem.molecules.stereo.axes import AXIAL_MARKS, mark_axes

_FIELDS = int(Chem.CXSmilesFields.CX_ENHANCEDSTEREO) | int(Chem.CXSmilesFields.CX_BOND_ATROPISOMER)


def stereo_smiles(mol: Chem.Mol, *, stated_hydrogens: bool = False) -> str:
    """A canonical SMILES, with an extension (CXSMILES) where the molecule has axial stereo or relative groups.

    Args:
        mol: hindered axes without a mark have that of its 3D coordinates, if there are any.
        stated_hydrogens: put every atom in brackets.
    """
    heavy = Chem.Mol(mol)
    mark_axes(heavy)
    heavy = Chem.RemoveHs(heavy)
    heavy.RemoveAllConformers()
    options = Chem.SmilesWriteParams()
    options.allHsExplicit = stated_hydrogens
    if heavy.GetStereoGroups() or any(bond.GetStereo() in AXIAL_MARKS for bond in heavy.GetBonds()):
        return Chem.MolToCXSmiles(heavy, options, _FIELDS)
    return Chem.MolToSmiles(heavy, options)
