"""One structure of a protein laid over another: turned copies, chains of other names, dimers, other proteins."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from rdkit import Chem

from molgen.chem.comparison.counterparts import chains_of, counterparts
from molgen.chem.comparison.superposition import residues_near, superposed
from molgen.chem.proteins.reading import read_protein
from molgen.chem.proteins.structure import Protein
from molgen.errors import InputError

DATA = Path(__file__).parents[3] / "data"
LIGAND = Chem.MolFromMolFile(str(DATA / "1ia1_ligand.sdf")).GetConformer().GetPositions()


@pytest.fixture(scope="module")
def protein() -> Protein:
    return read_protein(DATA / "1ia1.pdb").keep(lambda residue: residue.kind == "polymer")


def turn(seed: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    q, r = np.linalg.qr(rng.normal(size=(3, 3)))
    q = q * np.sign(np.diag(r))
    return q * np.linalg.det(q), 40 * rng.normal(size=3)


def moved(protein: Protein, seed: int, chain: str | None = None, noise: float = 0.0) -> Protein:
    rotation, shift = turn(seed)
    positions = protein.positions @ rotation.T + shift
    positions = positions + noise * np.random.default_rng(seed).normal(size=positions.shape)
    residues = tuple(replace(residue, chain=chain or residue.chain) for residue in protein.residues)
    return replace(protein, positions=positions, residues=residues)


def joined(first: Protein, second: Protein) -> Protein:
    later = tuple(replace(r, start=r.start + len(first), stop=r.stop + len(first)) for r in second.residues)
    return replace(
        first,
        positions=np.concatenate([first.positions, second.positions]),
        elements=np.concatenate([first.elements, second.elements]),
        atom_names=first.atom_names + second.atom_names,
        hydrogens=np.concatenate([first.hydrogens, second.hydrogens]),
        residue_index=np.concatenate([first.residue_index, second.residue_index + len(first.residues)]),
        residues=first.residues + later,
    )


@pytest.mark.parametrize("seed", range(3))
def test_a_turned_copy_comes_back(protein, seed):
    fit = superposed(moved(protein, seed, chain="Q"), protein, LIGAND)
    np.testing.assert_allclose(fit.protein.positions, protein.positions, atol=1e-6)
    assert np.linalg.det(fit.rotation) == pytest.approx(1.0)
    assert fit.rmsd < 1e-6
    assert fit.identity == 1.0
    assert len(fit.lining) == len(residues_near(protein, LIGAND, 8.0))


def test_residues_that_one_structure_lacks_have_no_counterpart(protein):
    cut = moved(protein, 1).keep(lambda residue: not 30 <= residue.number <= 37)
    fit = superposed(cut, protein, LIGAND)
    partner = fit.counterpart()
    for theirs, residue in enumerate(protein.residues):
        assert (theirs in partner) == (not 30 <= residue.number <= 37)
        if theirs in partner:
            assert cut.residues[partner[theirs]].number == residue.number
    assert fit.identity < 1.0


def test_of_two_copies_the_one_that_fits_better_is_laid_over(protein):
    dimer = joined(moved(protein, 3, "A", noise=1.0), moved(protein, 4, "B", noise=0.1))
    fit = superposed(dimer, protein, LIGAND)
    assert fit.rmsd < 0.3
    assert {dimer.residues[ours].chain for ours, _ in fit.pairs} == {"B"}


def test_a_pocket_between_two_chains_is_matched_as_a_whole(protein):
    lining = set(residues_near(protein, LIGAND, 8.0).tolist())
    numbers = sorted(protein.residues[k].number for k in lining)
    border = numbers[len(numbers) // 2]
    parts = tuple(replace(r, chain="X" if r.number < border else "Y") for r in protein.residues)
    halves = replace(protein, residues=parts)
    fit = superposed(moved(halves, 2), halves, LIGAND)
    np.testing.assert_allclose(fit.protein.positions, protein.positions, atol=1e-6)
    assert lining <= set(fit.counterpart())


def test_another_protein_is_refused(protein):
    rng = np.random.default_rng(0)
    names = rng.permutation([residue.name for residue in protein.residues])
    residues = tuple(replace(r, name=str(name)) for r, name in zip(protein.residues, names, strict=True))
    with pytest.raises(InputError, match="no counterpart"):
        superposed(replace(protein, residues=residues), protein, LIGAND)


def test_the_identity_of_chains_counts_what_is_the_same(protein):
    chain = next(iter(chains_of(protein).values()))
    changed = tuple(replace(r, name="GLY") if k % 10 == 0 else r for k, r in enumerate(protein.residues))
    pairs, identity = counterparts(replace(protein, residues=changed), protein, chain, chain)
    expected = np.mean([a.name == b.name for a, b in zip(changed, protein.residues, strict=True)])
    assert identity == pytest.approx(expected, abs=0.02)
    assert (pairs[:, 0] == pairs[:, 1]).mean() > 0.95
