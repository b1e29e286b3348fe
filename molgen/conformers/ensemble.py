"""The result for one molecule: an RDKit Mol with conformers and arrays, picklable, with a notebook view."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rdkit import Chem

from molgen.conformers.ensemble_html import conformer_html
from molgen.conformers.selection.distinct import symmetric_distances
from molgen.views import viewer

_EVERYTHING = int(Chem.PropertyPickleOptions.AllProps) | int(Chem.PropertyPickleOptions.CoordsAsDouble)


class ConformerMol(Chem.Mol):
    """An RDKit Mol with k conformers in rank order, each with the properties that molgen sets.

    RDKit takes it as a Mol; ``Chem.Mol(mol)`` is a plain copy. Unlike a plain Mol it keeps all properties when pickled
    or copied, also those of the conformers.

    Args:
        mol: with conformers.
    """

    def __init__(self, mol: Chem.Mol | bytes) -> None:
        super().__init__(mol)

    @property
    def energies(self) -> NDArray[np.float64]:
        """[k], kcal/mol above the lowest; nan where no force field has parameters, or for conformers from elsewhere."""
        return self._values("molgen_energy")

    @property
    def absolute_energies(self) -> NDArray[np.float64]:
        """[k], kcal/mol in the scale of the field, which is named in `energy_method`."""
        return self._values("molgen_absolute_energy")

    @property
    def energy_method(self) -> str:
        """The force field or method of the energies."""
        first = next(iter(self.GetConformers()), None)
        return first.GetProp("molgen_energy_method") if first and first.HasProp("molgen_energy_method") else "none"

    @property
    def positions(self) -> NDArray[np.float64]:
        """[k, atoms, 3], Angstrom."""
        positions = np.array([conformer.GetPositions() for conformer in self.GetConformers()])
        return positions.reshape(-1, self.GetNumAtoms(), 3)

    @cached_property
    def rmsd_matrix(self) -> NDArray[np.float64]:
        """[k, k], symmetric heavy-atom RMSD between the conformers, superposed, Angstrom."""
        return symmetric_distances(self, self.positions)

    def _values(self, name: str) -> NDArray[np.float64]:
        conformers = self.GetConformers()
        values = [each.GetDoubleProp(name) if each.HasProp(name) else np.nan for each in conformers]
        return np.array(values, dtype=np.float64)

    def __copy__(self) -> ConformerMol:
        return ConformerMol(self)

    def __deepcopy__(self, memo: Any) -> ConformerMol:
        return ConformerMol(self)

    def __reduce__(self):
        return ConformerMol, (self.ToBinary(_EVERYTHING),)

    def view(self, rank: int | None = None, *, height: int = 450) -> Any:
        """An interactive 3D view of the conformers, an `ipymolstar` widget.

        Args:
            rank: of the only one that is shown; None lays all over each other.
            height: in pixels.

        Raises:
            ConfigError: there is no such conformer, or ipymolstar is not installed.
        """
        return viewer("conformer_view")(self, rank, height=height)

    def _repr_html_(self) -> str:
        """The conformers as sticks, the formula and a table, for notebooks and stored pages."""
        return conformer_html(self, self.positions, self.energies, self.rmsd_matrix[0], self.energy_method)
