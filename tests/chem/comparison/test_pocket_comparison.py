"""Whether docking a ligand into another structure is a fair question: what is missing, mutated or in the way."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from rdkit import Chem

from molgen.chem.comparison.pocket_comparison import PocketComparison, compare_pockets
from molgen.chem.comparison.superposition import residues_near, superposed
from molgen.chem.proteins.reading import read_protein
from molgen.chem.proteins.structure import Protein, Residue

DATA = Path(__file__).parents[3] / "data"
LIGAND = Chem.MolFromMolFile(str(DATA / "1ia1_ligand.sdf")).GetConformer().GetPositions()


@pytest.fixture(scope="module")
def protein() -> Protein:
    return read_protein(DATA / "1ia1.pdb").keep(lambda residue: residue.kind == "polymer")


def compared(own: Protein, other: Protein) -> PocketComparison:
    return compare_pockets(own, superposed(other, own, LIGAND), LIGAND)


def with_metal(protein: Protein, at: np.ndarray, chain: str = "Z") -> Protein:
    zinc = Residue("ZN", chain, 900, "", "metal", len(protein), len(protein) + 1)
    return replace(
        protein,
        positions=np.concatenate([protein.positions, at[None]]),
        elements=np.append(protein.elements, 30).astype(np.int16),
        atom_names=(*protein.atom_names, "ZN"),
        hydrogens=np.append(protein.hydrogens, 0).astype(np.int8),
        residue_index=np.append(protein.residue_index, len(protein.residues)).astype(np.int32),
        residues=(*protein.residues, zinc),
    )


def beside(ligand: np.ndarray, distance: float) -> np.ndarray:
    """A point so far from the nearest atom of the ligand, on the outside of it."""
    center = ligand.mean(0)
    outermost = ligand[np.linalg.norm(ligand - center, axis=1).argmax()]
    out = (outermost - center) / np.linalg.norm(outermost - center)
    return outermost + distance * out


def test_the_structure_itself_is_a_fair_and_open_pair(protein):
    same = compared(protein, protein)
    assert same.unsound is None
    assert not same.closed
    assert same.unmatched == 0


def test_a_mutation_at_the_ligand_is_named_and_one_far_away_is_not(protein):
    near = residues_near(protein, LIGAND, 4.0)[0]
    far = next(k for k in range(len(protein.residues)) if k not in residues_near(protein, LIGAND, 8.0))
    for k, expected in ((near, (protein.residues[near].label,)), (far, ())):
        residues = tuple(
            replace(r, name="TRP" if r.name != "TRP" else "GLY") if i == k else r
            for i, r in enumerate(protein.residues)
        )
        assert compared(protein, replace(protein, residues=residues)).mutated == expected


def test_contacts_with_residues_that_are_not_there_count(protein):
    near = residues_near(protein, LIGAND, 4.0)
    gone = {protein.residues[k].number for k in near[: len(near) // 2]}
    pair = compared(protein, protein.keep(lambda residue: residue.number not in gone))
    assert pair.unmatched > 0.15
    assert "not there" in str(pair.unsound)


def test_a_metal_at_the_ligand_must_be_in_both(protein):
    metal = with_metal(protein, beside(LIGAND, 3.0))
    assert compared(metal, protein).missing == ("ZN:Z:900",)
    assert compared(metal, metal).missing == ()
    distant = with_metal(protein, beside(LIGAND, 9.0))
    assert compared(distant, protein).missing == ()


def test_an_ion_in_the_place_of_the_ligand_is_foreign(protein):
    pair = compared(protein, with_metal(protein, beside(LIGAND, 1.0)))
    assert pair.foreign == ("ZN:Z:900",)
    assert "in the place of the ligand" in str(pair.unsound)


def test_side_chains_in_the_way_close_the_pocket(protein):
    near = residues_near(protein, LIGAND, 6.0)
    atoms = protein.atoms_of([protein.residues[k] for k in near])
    moved = protein.positions.copy()
    side = [k for k in atoms if protein.atom_names[k] not in ("N", "CA", "C", "O")]
    distance = np.linalg.norm(moved[side][:, None] - LIGAND[None], axis=-1).min(1)
    for k in np.array(side)[distance.argsort()[:5]]:
        moved[k] = LIGAND[np.linalg.norm(LIGAND - moved[k], axis=1).argmin()] + 1.0
    pair = compared(protein, replace(protein, positions=moved))
    assert pair.closed
    assert pair.unsound is None
