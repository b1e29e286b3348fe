"""PDBQT files for AutoDock Vina, made without molgen's own typing.

Receptor: heavy atoms of a PDB file. Acids are deprotonated, bases protonated, termini charged. Vina looks at hydrogens
only to see which N and O are donors, so each donor gets one. Histidine is neutral: N-H at NE2, but at ND1 where NE2
binds a metal, or where the protein offers ND1 more acceptors than NE2 (within 3.3 A, donors count against). Other
groups (cofactors, modified residues) are typed by geometry: bond lengths and angles tell where hydrogen atoms are.
Metals that AutoDock has no type for become Zn: Vina knows one kind of metal.

Ligand: meeko with its defaults but for the charges, which Vina ignores, and back.
"""

import gzip
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rdkit import Chem
from scipy.spatial import KDTree

WATER = frozenset({"HOH", "WAT", "DOD", "H2O"})
AMINO_ACIDS = frozenset(
    [
        "ALA",
        "ARG",
        "ASN",
        "ASP",
        "CYS",
        "GLN",
        "GLU",
        "GLY",
        "HIS",
        "ILE",
        "LEU",
        "LYS",
        "MET",
        "PHE",
        "PRO",
        "SER",
        "THR",
        "TRP",
        "TYR",
        "VAL",
        "MSE",
    ]
)
SIDE_CHAIN_DONORS = {
    "ARG": ("NE", "NH1", "NH2"),
    "ASN": ("ND2",),
    "GLN": ("NE2",),
    "LYS": ("NZ",),
    "SER": ("OG",),
    "THR": ("OG1",),
    "TRP": ("NE1",),
    "TYR": ("OH",),
}
HISTIDINE = ("ND1", "NE2")
ORGANIC = {6: "C", 7: "N", 8: "OA", 9: "F", 14: "Si", 15: "P", 16: "S", 17: "Cl", 34: "S", 35: "Br", 53: "I"}
METALS = {12: "Mg", 20: "Ca", 25: "Mn", 26: "Fe", 30: "Zn"}
UNKNOWN_METAL = "Zn"
BOND_FACTOR = 1.2  # times the sum of the covalent radii
METAL_BOND = 2.6  # Angstrom
HBOND = 3.3  # Angstrom between heavy atoms
SHORT_C_O = 1.30  # Angstrom, shorter is C=O or a carboxylate
TRIPLE_C_N = 1.20
SHORT_C_N = 1.42  # shorter is conjugated
WIDE, WIDE_IN_FIVE_RING = 119.5, 106.5  # degrees at a conjugated nitrogen with two neighbors and a hydrogen
HYDROGEN_BOND_LENGTH = 1.0  # Angstrom from N or O


@dataclass(frozen=True)
class HeavyAtoms:
    """The heavy atoms of a receptor file, water left out.

    Args:
        elements: int [n], atomic numbers.
        positions: float [n, 3], Angstrom.
        names: of the atoms, stripped.
        residues: name, chain, number, insertion code of each atom's residue.
    """

    elements: NDArray[np.int64]
    positions: NDArray[np.float64]
    names: list[str]
    residues: list[tuple[str, str, int, str]]

    def neighbors(self, index: int) -> list[int]:
        """Atoms bound to one atom; metals are bound to nothing."""
        return self._bonds[index]

    @cached_property
    def tree(self) -> KDTree:
        return KDTree(self.positions)

    @cached_property
    def is_metal(self) -> NDArray[np.bool_]:
        return np.array([int(element) not in ORGANIC for element in self.elements])

    @cached_property
    def _bonds(self) -> list[list[int]]:
        table = Chem.GetPeriodicTable()
        radii = np.array([table.GetRcovalent(int(element)) for element in self.elements])
        bonds: list[list[int]] = [[] for _ in self.names]
        for first, second in self.tree.query_pairs(BOND_FACTOR * 2 * radii.max(), output_type="ndarray").tolist():
            distance = np.linalg.norm(self.positions[first] - self.positions[second])
            if distance > BOND_FACTOR * (radii[first] + radii[second]) or self.is_metal[[first, second]].any():
                continue
            bonds[first].append(second)
            bonds[second].append(first)
        return bonds


def receptor_pdbqt(path: Path) -> str:
    """The rigid receptor of a PDB file (gzip or not).

    Raises:
        ValueError: no atoms.
    """
    atoms = read_heavy_atoms(path)
    types = [_heavy_type(int(element)) for element in atoms.elements]
    hydrogens: list[tuple[int, NDArray[np.float64]]] = []
    for index, donor, acceptor in donors_and_acceptors(atoms):
        if atoms.elements[index] == 7:
            types[index] = "NA" if acceptor else "N"
        if donor:
            hydrogens.append((index, hydrogen_position(atoms, index)))
    lines = [
        _pdbqt_line(serial, name, residue, position, kind)
        for serial, (name, residue, position, kind) in enumerate(
            [
                *zip(atoms.names, atoms.residues, atoms.positions, types, strict=True),
                *(("H", atoms.residues[index], position, "HD") for index, position in hydrogens),
            ],
            start=1,
        )
    ]
    return "\n".join([*lines, "TER", ""])


def read_heavy_atoms(path: Path) -> HeavyAtoms:
    """Raises ValueError when the file holds no atoms."""
    data = path.read_bytes()
    text = (gzip.decompress(data) if path.suffix == ".gz" else data).decode()
    mol = Chem.MolFromPDBBlock(text, sanitize=False, removeHs=False, proximityBonding=False)
    kept = [] if mol is None else [atom for atom in mol.GetAtoms() if atom.GetAtomicNum() > 1 and not _is_water(atom)]
    if mol is None or not kept:
        raise ValueError(f"{path}: no atoms")
    infos = [atom.GetPDBResidueInfo() for atom in kept]
    return HeavyAtoms(
        elements=np.array([_element(atom) for atom in kept]),
        positions=mol.GetConformer().GetPositions()[[atom.GetIdx() for atom in kept]],
        names=[info.GetName().strip() for info in infos],
        residues=[
            (
                info.GetResidueName().strip(),
                info.GetChainId().strip(),
                info.GetResidueNumber(),
                info.GetInsertionCode().strip(),
            )
            for info in infos
        ],
    )


def donors_and_acceptors(atoms: HeavyAtoms) -> list[tuple[int, bool, bool]]:
    """Index, carries hydrogen, accepts hydrogen bonds, of every N and O."""
    histidine_donors = _histidine_donors(atoms)
    found = []
    for index in np.flatnonzero(np.isin(atoms.elements, (7, 8))).tolist():
        is_oxygen = bool(atoms.elements[index] == 8)
        residue, name = atoms.residues[index], atoms.names[index]
        if residue[0] == "HIS" and name in HISTIDINE:
            donor = (residue, name) in histidine_donors
            acceptor = not donor
        elif residue[0] in AMINO_ACIDS:
            donor = name in SIDE_CHAIN_DONORS.get(residue[0], ()) or (name == "N" and _has_amide_hydrogen(atoms, index))
            acceptor = is_oxygen
        elif is_oxygen:
            donor, acceptor = _is_hydroxyl(atoms, index), True
        else:
            donor, acceptor = _nitrogen_by_geometry(atoms, index)
        found.append((index, donor and not _binds_metal(atoms, index), acceptor))
    return found


def hydrogen_position(atoms: HeavyAtoms, index: int) -> NDArray[np.float64]:
    """A place for one hydrogen of a donor: away from its neighbors and, where it can turn, from all other atoms."""
    center = atoms.positions[index]
    arms = [_unit(atoms.positions[other] - center) for other in atoms.neighbors(index)]
    if len(arms) == 1:
        directions = _cone(arms[0])
    elif arms and np.linalg.norm(np.sum(arms, axis=0)) > 0.1:
        directions = -_unit(np.sum(arms, axis=0))[None]
    else:
        directions = np.concatenate([np.eye(3), -np.eye(3)])
    candidates = center + HYDROGEN_BOND_LENGTH * directions
    near = [other for other in atoms.tree.query_ball_point(center, 5.0) if other != index]
    if not near:
        return candidates[0]
    room = np.linalg.norm(candidates[:, None] - atoms.positions[near], axis=2).min(axis=1)
    return candidates[int(room.argmax())]


def ligand_pdbqt(mol: Chem.Mol, *, rigid_macrocycles: bool = False) -> str:
    """One conformer with all hydrogens as PDBQT, by meeko.

    Args:
        mol: with hydrogens and coordinates.
        rigid_macrocycles: large rings keep their shape; else meeko opens them and Vina closes them again, which it
            can do in a search but not in a local minimization.

    Raises:
        ValueError: meeko does not give exactly one molecule.
    """
    from meeko import MoleculePreparation, PDBQTWriterLegacy

    setups = MoleculePreparation(charge_model="zero", rigid_macrocycles=rigid_macrocycles).prepare(mol)
    if len(setups) != 1:
        raise ValueError(f"meeko made {len(setups)} set-ups of one molecule")
    text, fine, message = PDBQTWriterLegacy.write_string(setups[0])
    if not fine:
        raise ValueError(f"meeko: {message}")
    return text


def poses_of(pdbqt: str) -> Chem.Mol:
    """The poses of a PDBQT text from Vina as conformers, with the bond orders of the molecule given to meeko."""
    from meeko import PDBQTMolecule, RDKitMolCreate

    mols: list[Any] = RDKitMolCreate.from_pdbqt_mol(PDBQTMolecule(pdbqt, is_dlg=False, skip_typing=True))
    if len(mols) != 1 or mols[0] is None:
        raise ValueError("meeko cannot read the poses")
    return mols[0]


def _is_water(atom: Chem.Atom) -> bool:
    return atom.GetPDBResidueInfo().GetResidueName().strip() in WATER


def _element(atom: Chem.Atom) -> int:
    """Atomic number; an ion is named as its residue, which some files know better than the element column."""
    info = atom.GetPDBResidueInfo()
    name = info.GetName().strip()
    if name != info.GetResidueName().strip() or name not in {"NA", "CA", "CD", "CO", "CU", "CS", "HG"}:
        return atom.GetAtomicNum()
    return Chem.GetPeriodicTable().GetAtomicNumber(name.capitalize())


def _heavy_type(element: int) -> str:
    return ORGANIC.get(element) or METALS.get(element, UNKNOWN_METAL)


def _has_amide_hydrogen(atoms: HeavyAtoms, index: int) -> bool:
    """Backbone N, unless it is that of a proline inside a chain."""
    return len(atoms.neighbors(index)) < 3


def _is_hydroxyl(atoms: HeavyAtoms, index: int) -> bool:
    others = atoms.neighbors(index)
    if len(others) != 1 or atoms.elements[others[0]] != 6:
        return False  # ethers, phosphates, sulfates, N-oxides
    return bool(np.linalg.norm(atoms.positions[index] - atoms.positions[others[0]]) > SHORT_C_O)


def _nitrogen_by_geometry(atoms: HeavyAtoms, index: int) -> tuple[bool, bool]:
    """Whether a nitrogen carries hydrogen, and whether it accepts: never both.

    Single bonds on both sides make an amine. Ring N-H opens the angle at N: pyrrole 110 degrees and imidazole N 105,
    lactam 124 and pyridine 117.
    """
    arms = [atoms.positions[other] - atoms.positions[index] for other in atoms.neighbors(index)]
    if len(arms) == 2:
        degrees = np.degrees(np.arccos(np.clip(_unit(arms[0]) @ _unit(arms[1]), -1.0, 1.0)))
        is_amine = min(np.linalg.norm(arm) for arm in arms) > SHORT_C_N
        donor = bool(is_amine or degrees > (WIDE_IN_FIVE_RING if _in_five_ring(atoms, index) else WIDE))
        return donor, not donor
    if len(arms) == 1:
        donor = bool(np.linalg.norm(arms[0]) > TRIPLE_C_N)
        return donor, not donor
    return not arms, False


def _in_five_ring(atoms: HeavyAtoms, index: int) -> bool:
    """The two neighbors of an atom are also joined by two further atoms."""
    first, second = atoms.neighbors(index)
    ends = set(atoms.neighbors(second)) - {index}
    return any(ends & set(atoms.neighbors(middle)) - {first} for middle in atoms.neighbors(first) if middle != index)


def _binds_metal(atoms: HeavyAtoms, index: int) -> bool:
    near = atoms.tree.query_ball_point(atoms.positions[index], METAL_BOND)
    return bool(atoms.is_metal[near].any())


def _histidine_donors(atoms: HeavyAtoms) -> set[tuple[tuple[str, str, int, str], str]]:
    """(residue, atom name) of the nitrogen of each histidine that carries the hydrogen."""
    rings: dict[tuple[str, str, int, str], dict[str, int]] = {}
    for index, (residue, name) in enumerate(zip(atoms.residues, atoms.names, strict=True)):
        if residue[0] == "HIS" and name in HISTIDINE:
            rings.setdefault(residue, {})[name] = index
    return {(residue, _donor_name(atoms, ring)) for residue, ring in rings.items()}


def _donor_name(atoms: HeavyAtoms, ring: dict[str, int]) -> str:
    if len(ring) == 1:
        return next(iter(ring))
    bound = {name: _binds_metal(atoms, index) for name, index in ring.items()}
    if bound["ND1"] != bound["NE2"]:
        return "NE2" if bound["ND1"] else "ND1"
    balance = {name: _partner_balance(atoms, index) for name, index in ring.items()}
    return "ND1" if balance["ND1"] > balance["NE2"] else "NE2"


def _partner_balance(atoms: HeavyAtoms, index: int) -> int:
    """Atoms of other residues near a nitrogen that only accept, minus those that only donate."""
    balance = 0
    for other in atoms.tree.query_ball_point(atoms.positions[index], HBOND):
        name, residue = atoms.names[other], atoms.residues[other]
        if residue == atoms.residues[index] or atoms.elements[other] not in (7, 8):
            continue
        if residue[0] == "HIS" and name in HISTIDINE:
            continue
        gives = name == "N" or name in SIDE_CHAIN_DONORS.get(residue[0], ())
        if atoms.elements[other] == 7:
            balance -= gives
        elif not gives:
            balance += 1
    return balance


def _cone(arm: NDArray[np.float64]) -> NDArray[np.float64]:
    """Twelve directions at the tetrahedral angle to the bond towards the only neighbor."""
    side = _unit(np.cross(arm, np.eye(3)[int(np.abs(arm).argmin())]))
    turns = np.radians(np.arange(0.0, 360.0, 30.0))[:, None]
    around = np.cos(turns) * side + np.sin(turns) * np.cross(arm, side)
    return -arm * np.cos(np.radians(70.5)) + around * np.sin(np.radians(70.5))


def _unit(vector: NDArray[Any]) -> NDArray[np.float64]:
    return vector / np.linalg.norm(vector)


def _pdbqt_line(
    serial: int, name: str, residue: tuple[str, str, int, str], position: NDArray[np.float64], kind: str
) -> str:
    label = f" {name:<3s}" if len(name) < 4 else name[:4]
    x, y, z = position
    return (
        f"ATOM  {serial % 100_000:5d} {label} {residue[0]:>3s} {residue[1] or ' '}{residue[2]:4d}{residue[3] or ' '}   "
        f"{x:8.3f}{y:8.3f}{z:8.3f}{1.0:6.2f}{0.0:6.2f}    {0.0:6.3f} {kind:<2s}"
    )
