"""Does a 3D structure have the stereo that its graph asks for?

Only signs of volumes and dihedrals are looked at, so that hundreds of conformers cost a few array operations. Stereo
that the reference leaves open is not checked, nor are cumulenes. All atom mappings that differ by a symmetry of the
graph are tried: the mirror image of a meso compound is the compound itself.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from rdkit import Chem

from molgen.chem.molecules.stereo.axes import AXIAL_MARKS, axis_torsion
from molgen.metrics.symmetry import MAX_MATCHES, atom_matches, heavy_atoms

_FLAT = 0.1  # ideal tetrahedral centers have 0.77, ideal double bonds and perpendicular axes 1
_HANDED = {Chem.ChiralType.CHI_TETRAHEDRAL_CCW: 1, Chem.ChiralType.CHI_TETRAHEDRAL_CW: -1}
_CIS = {
    Chem.BondStereo.STEREOZ: 1,
    Chem.BondStereo.STEREOCIS: 1,
    Chem.BondStereo.STEREOE: -1,
    Chem.BondStereo.STEREOTRANS: -1,
}


@dataclass(frozen=True)
class StereoChecks:
    """Signs that the coordinates of one molecule must show; m alternatives, one of which has to hold as a whole.

    Args:
        three: int64 [m, k, 4], center and its three neighbors.
        four: int64 [m, l, 5], center and its four neighbors.
        double: int64 [m, j, 4], the path across a double bond.
        axis: int64 [m, i, 4], the path across a bond with axial stereo.
        three_signs, four_signs, double_signs, axis_signs: int64 [m, k], [m, l], [m, j], [m, i], the wanted +1 or -1.
    """

    three: NDArray[np.int64]
    four: NDArray[np.int64]
    double: NDArray[np.int64]
    axis: NDArray[np.int64]
    three_signs: NDArray[np.int64]
    four_signs: NDArray[np.int64]
    double_signs: NDArray[np.int64]
    axis_signs: NDArray[np.int64]

    def satisfied(self, coords: NDArray[np.floating]) -> NDArray[np.bool_]:
        """Whether each structure of ``coords`` [s, atoms of the Mol, 3] has the wanted stereo: bool [s].

        A flat center or axis or a perpendicular double bond has no stereo, hence not the wanted one.
        """
        x = np.asarray(coords, dtype=np.float64)
        right = (_volume_of_three(x[:, self.three]) * self.three_signs > _FLAT).all(axis=-1)
        right &= (_volume_of_four(x[:, self.four]) * self.four_signs > _FLAT).all(axis=-1)
        right &= (_cosine(x[:, self.double]) * self.double_signs > _FLAT).all(axis=-1)
        right &= (_sine(x[:, self.axis]) * self.axis_signs > _FLAT).all(axis=-1)
        return np.asarray(right.any(axis=-1))


def stereo_checks(reference: Chem.Mol | str, mol: Chem.Mol, max_matches: int = MAX_MATCHES) -> StereoChecks:
    """Prepare the checks of ``mol``'s conformers against the stereo of ``reference``.

    Args:
        reference: molecule or SMILES; its chiral tags and double-bond stereo are wanted, its coordinates are not used.
        mol: the same molecule, atoms in any order, with or without hydrogens; its own tags are not used.
        max_matches: cap on the symmetric alternatives.

    Raises:
        ValueError: the SMILES cannot be read or the heavy-atom graphs differ.
    """
    known = Chem.MolFromSmiles(reference) if isinstance(reference, str) else Chem.Mol(reference)
    if known is None:
        raise ValueError(f"cannot read the SMILES {reference}")
    if not isinstance(reference, str):
        known.RemoveAllConformers()  # from which RDKit would take the marks of axes
        Chem.AssignStereochemistry(known, cleanIt=True, force=True)
    centers, doubles, axes = _centers(known), _double_bonds(known), _axes(known)
    if not centers and not doubles and not axes:
        return _stack([frozenset()])
    own = heavy_atoms(known).tolist()
    target = heavy_atoms(mol)
    alternatives: set[frozenset[_Term]] = set()
    for match in atom_matches(known, mol, max_matches, resonance=False).permutations:
        mapping = dict(zip(own, target[match].tolist(), strict=True))
        terms = [_map_center(term, mapping) for term in centers]
        terms += [_map_axis(term, mapping) for term in axes]
        terms += [mapped for term in doubles if (mapped := _map_double_bond(term, mapping, known, mol)) is not None]
        alternatives.add(frozenset(terms))
    most = max(len(terms) for terms in alternatives)
    return _stack([terms for terms in alternatives if len(terms) == most])


def stereo_matches(reference: Chem.Mol | str, mol: Chem.Mol, conf_id: int = -1) -> bool:
    """Whether one conformer of ``mol`` has the stereo of ``reference`` (arguments and errors: ``stereo_checks``)."""
    return bool(stereo_checks(reference, mol).satisfied(mol.GetConformer(conf_id).GetPositions()[None])[0])


def stereo_mask(reference: Chem.Mol | str, mol: Chem.Mol) -> NDArray[np.bool_]:
    """Whether each conformer of ``mol`` has the stereo of ``reference``: bool [s] (see ``stereo_checks``)."""
    if mol.GetNumConformers() == 0:
        return np.zeros(0, dtype=bool)
    return stereo_checks(reference, mol).satisfied(np.stack([c.GetPositions() for c in mol.GetConformers()]))


def inverted_centers(mol: Chem.Mol, points: Mapping[int, Sequence[float]]) -> int:
    """How many stereocenters have the other hand where some of the atoms are at given points.

    Args:
        mol: with stereo.
        points: atom -> position, Angstrom. Centers of which fewer than three heavy neighbors are there do not count.
    """
    return sum(_volume_at(term, points) * term.sign < 0 for term in _centers(mol))


@dataclass(frozen=True)
class _Term:
    kind: Literal["three", "four", "double", "axis"]
    sign: int
    atoms: tuple[int, ...]


def _volume_at(term: _Term, points: Mapping[int, Sequence[float]]) -> float:
    """The volume of a center's neighbors; one that is not known is opposite to the others. 0 where more are missing."""
    center, *around = term.atoms
    if center not in points or sum(atom in points for atom in around) < 3:
        return 0.0
    arms = {atom: np.subtract(points[atom], points[center]) for atom in around if atom in points}
    opposite = -np.sum(list(arms.values()), axis=0)
    x = np.stack([np.zeros(3), *(arms.get(atom, opposite) for atom in around)])
    return float(_volume_of_three(x) if term.kind == "three" else _volume_of_four(x))


def _centers(mol: Chem.Mol) -> list[_Term]:
    """Center and heavy neighbors with the sign of their volume; a hydrogen is moved last and dropped."""
    terms = []
    for atom in mol.GetAtoms():
        sign = _HANDED.get(atom.GetChiralTag())
        neighbors = [bond.GetOtherAtom(atom) for bond in atom.GetBonds()]
        hydrogens = [index for index, other in enumerate(neighbors) if other.GetAtomicNum() == 1]
        if sign is None or len(neighbors) not in (3, 4) or len(neighbors) - len(hydrogens) < 3:
            continue
        if hydrogens:
            sign *= (-1) ** (3 - hydrogens[0])
        heavy = [other.GetIdx() for other in neighbors if other.GetAtomicNum() != 1]
        kind, sign = ("three", sign) if len(heavy) == 3 else ("four", -sign)
        terms.append(_Term(kind, sign, (atom.GetIdx(), *heavy)))
    return terms


def _double_bonds(mol: Chem.Mol) -> list[_Term]:
    """End atom, atom = atom, end atom; sign +1 wants the two ends on one side."""
    terms = []
    for bond in mol.GetBonds():
        sign, ends = _CIS.get(bond.GetStereo()), list(bond.GetStereoAtoms())
        if sign is not None and len(ends) == 2:
            atoms = (ends[0], bond.GetBeginAtomIdx(), bond.GetEndAtomIdx(), ends[1])
            terms.append(_Term("double", sign, atoms))
    return terms


def _axes(mol: Chem.Mol) -> list[_Term]:
    """Neighbor, atom - atom, neighbor; sign of the dihedral."""
    bonds = [bond for bond in mol.GetBonds() if bond.GetStereo() in AXIAL_MARKS]
    terms = [_Term("axis", AXIAL_MARKS[bond.GetStereo()], axis_torsion(bond)) for bond in bonds]
    return [term for term in terms if all(mol.GetAtomWithIdx(atom).GetAtomicNum() != 1 for atom in term.atoms)]


def _map_axis(term: _Term, mapping: dict[int, int]) -> _Term:
    path = tuple(mapping[atom] for atom in term.atoms)
    return _Term("axis", term.sign, min(path, path[::-1]))


def _map_center(term: _Term, mapping: dict[int, int]) -> _Term:
    """The term in the other molecule's atoms, neighbors ascending with the sign of the sorting."""
    center, *neighbors = (mapping[atom] for atom in term.atoms)
    swaps = sum(first > second for index, first in enumerate(neighbors) for second in neighbors[index + 1 :])
    return _Term(term.kind, term.sign * (-1) ** swaps, (center, *sorted(neighbors)))


def _map_double_bond(term: _Term, mapping: dict[int, int], known: Chem.Mol, mol: Chem.Mol) -> _Term | None:
    """The term in the other molecule's atoms; None when it rests on a hydrogen that is not there."""
    left, begin, end, right = term.atoms
    ends = []
    for outer, inner in ((left, begin), (right, end)):
        if known.GetAtomWithIdx(outer).GetAtomicNum() != 1:
            ends.append(mapping[outer])
            continue
        around = mol.GetAtomWithIdx(mapping[inner]).GetNeighbors()
        hydrogens = [other.GetIdx() for other in around if other.GetAtomicNum() == 1]
        if len(hydrogens) != 1:
            return None
        ends.append(hydrogens[0])
    path = (ends[0], mapping[begin], mapping[end], ends[1])
    return _Term("double", term.sign, min(path, path[::-1]))


def _stack(alternatives: Collection[frozenset[_Term]]) -> StereoChecks:
    def pick(kind: str, size: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        rows = [[(term.sign, *term.atoms) for term in terms if term.kind == kind] for terms in alternatives]
        table = np.array(rows, dtype=np.int64).reshape(len(alternatives), -1, size + 1)
        return table[..., 1:], table[..., 0]

    sizes: dict[str, int] = {"three": 4, "four": 5, "double": 4, "axis": 4}
    columns, signs = zip(*(pick(kind, size) for kind, size in sizes.items()), strict=True)
    return StereoChecks(*columns, *signs)


def _volume_of_three(x: NDArray[np.float64]) -> NDArray[np.float64]:
    """Triple product of the unit vectors from the center, x [..., 4, 3] -> [...]."""
    arms = _unit(x[..., 1:, :] - x[..., :1, :])
    return np.einsum("...i,...i->...", arms[..., 0, :], np.cross(arms[..., 1, :], arms[..., 2, :]))


def _volume_of_four(x: NDArray[np.float64]) -> NDArray[np.float64]:
    """Volume spanned by four unit vectors from the center, scaled to the range of three, x [..., 5, 3] -> [...]."""
    arms = _unit(x[..., 1:, :] - x[..., :1, :])
    edges = arms[..., 1:, :] - arms[..., :1, :]
    return np.einsum("...i,...i->...", edges[..., 0, :], np.cross(edges[..., 1, :], edges[..., 2, :])) / 4.0


def _cosine(x: NDArray[np.float64]) -> NDArray[np.float64]:
    """Cosine of the dihedral of four atoms, x [..., 4, 3] -> [...]."""
    steps = np.diff(x, axis=-2)
    first = _unit(np.cross(steps[..., 0, :], steps[..., 1, :]))
    second = _unit(np.cross(steps[..., 1, :], steps[..., 2, :]))
    return np.einsum("...i,...i->...", first, second)


def _sine(x: NDArray[np.float64]) -> NDArray[np.float64]:
    """Sine of the dihedral of four atoms, x [..., 4, 3] -> [...]."""
    steps = np.diff(x, axis=-2)
    normals = _unit(np.cross(steps[..., :2, :], steps[..., 1:, :]))
    across = np.cross(normals[..., 0, :], normals[..., 1, :])
    return np.einsum("...i,...i->...", across, _unit(steps[..., 1, :]))


def _unit(v: NDArray[np.float64]) -> NDArray[np.float64]:
    return v / np.maximum(np.linalg.norm(v, axis=-1, keepdims=True), 1e-12)
