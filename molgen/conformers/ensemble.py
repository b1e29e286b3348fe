"""A molecule with its conformers as one gets it: an RDKit Mol with arrays, that can be pickled and shows itself."""

from __future__ import annotations

from functools import cached_property
from html import escape
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rdkit import Chem
from rdkit.Chem import rdDepictor
from rdkit.Chem.Draw import rdMolDraw2D

from molgen.conformers.distinct import symmetric_distances

_MOST_ROWS = 10
_EVERYTHING = int(Chem.PropertyPickleOptions.AllProps) | int(Chem.PropertyPickleOptions.CoordsAsDouble)


class ConformerMol(Chem.Mol):
    """An RDKit Mol with k conformers in rank order, each with the properties that molgen sets.

    It is a Mol wherever RDKit takes one; ``Chem.Mol(mol)`` makes a plain one of it. Pickled and copied it keeps all
    properties, also those of the conformers, which a plain Mol loses.

    Args:
        mol: with conformers.
    """

    def __init__(self, mol: Chem.Mol | bytes) -> None:
        super().__init__(mol)

    @property
    def energies(self) -> NDArray[np.float64]:
        """[k], kcal/mol above the lowest; nan where no field knows the molecule."""
        return self._values("molgen_energy")

    @property
    def absolute_energies(self) -> NDArray[np.float64]:
        """[k], kcal/mol in the scale of the field, which is named in `energy_method`."""
        return self._values("molgen_absolute_energy")

    @property
    def energy_method(self) -> str:
        """The field of the energies."""
        first = next(iter(self.GetConformers()), None)
        return first.GetProp("molgen_energy_method") if first is not None else "none"

    @property
    def positions(self) -> NDArray[np.float64]:
        """[k, atoms, 3], Angstrom."""
        return np.array([one.GetPositions() for one in self.GetConformers()]).reshape(-1, self.GetNumAtoms(), 3)

    @cached_property
    def rmsd_matrix(self) -> NDArray[np.float64]:
        """[k, k], symmetric heavy-atom RMSD between the conformers, superposed, Angstrom."""
        return symmetric_distances(self, self.positions)

    def _values(self, name: str) -> NDArray[np.float64]:
        return np.array([one.GetDoubleProp(name) for one in self.GetConformers()], dtype=np.float64)

    def __copy__(self) -> ConformerMol:
        return ConformerMol(self)

    def __deepcopy__(self, memo: Any) -> ConformerMol:
        return ConformerMol(self)

    def __reduce__(self):
        return ConformerMol, (self.ToBinary(_EVERYTHING),)

    def _repr_html_(self) -> str:
        """The formula and a table of the conformers, for notebooks."""
        smiles = Chem.MolToSmiles(Chem.RemoveHs(self))
        title = f"{escape(smiles)}: {self.GetNumConformers()} conformers, {escape(self.energy_method)}"
        head = "<tr><th>rank</th><th>kcal/mol</th><th>RMSD to the first / Å</th></tr>"
        rows = "".join(
            f"<tr><td>{rank}</td><td>{energy:.2f}</td><td>{distance:.2f}</td></tr>"
            for rank, (energy, distance) in enumerate(zip(self.energies, self.rmsd_matrix[0], strict=True), 1)
            if rank <= _MOST_ROWS
        )
        more = max(0, self.GetNumConformers() - _MOST_ROWS)
        left = f"<p>and {more} more</p>" if more else ""
        return f"<div>{_formula(self)}<p>{title}</p><table>{head}{rows}</table>{left}</div>"


def _formula(mol: Chem.Mol) -> str:
    flat = Chem.RemoveHs(Chem.Mol(mol))
    flat.RemoveAllConformers()
    rdDepictor.Compute2DCoords(flat)
    canvas = rdMolDraw2D.MolDraw2DSVG(260, 160)
    rdMolDraw2D.PrepareAndDrawMolecule(canvas, flat)
    canvas.FinishDrawing()
    return canvas.GetDrawingText()
