"""Proteins of one family are found by sequence, others are not joined."""

from pathlib import Path

import numpy as np
import pytest

from molgen.chem.comparison.counterparts import sequence_identity
from molgen.chem.proteins.reading import read_protein
from molgen.chem.sequence_clusters import chain_sequences, sequence_clusters

DATA = Path(__file__).parents[3] / "data"
LETTERS = np.array(list("ACDEFGHIKLMNPQRSTVWY"))


def random_chain(length: int, rng: np.random.Generator) -> str:
    return "".join(rng.choice(LETTERS, length))


def mutated(chain: str, identity: float, rng: np.random.Generator) -> str:
    """So much of a chain stays as it is, in stretches as evolution leaves them."""
    letters = np.array(list(chain))
    stretches = rng.random(len(letters) // 6 + 1) < (identity - 0.05) / 0.95
    changed = ~np.repeat(stretches, 6)[: len(letters)]
    letters[changed] = rng.choice(LETTERS, changed.sum())
    return "".join(letters)


@pytest.mark.parametrize("length", [45, 120, 300])
def test_relatives_at_half_identity_are_joined_and_unrelated_chains_are_not(length):
    rng = np.random.default_rng(length)
    founders = [random_chain(length, rng) for _ in range(8)]
    proteins = [(founder,) for founder in founders] + [(mutated(founder, 0.6, rng),) for founder in founders]
    assert sequence_clusters(proteins) == [*range(8), *range(8)]


def test_a_third_protein_and_a_second_chain_link_two():
    rng = np.random.default_rng(0)
    first, other, lone = (random_chain(150, rng) for _ in range(3))
    chain = mutated(first, 0.7, rng)
    far = mutated(chain, 0.6, rng)
    assert sequence_clusters([(first,), (far,), (lone,), (chain, other), (other,)]) == [0, 0, 2, 0, 0]


def test_proteins_without_a_long_chain_stay_alone():
    assert sequence_clusters([("ACDEF",), ("ACDEF",), ()]) == [0, 1, 2]


def test_loose_ends_and_gaps_do_not_lower_the_identity():
    rng = np.random.default_rng(1)
    chain = random_chain(100, rng)
    assert sequence_identity(chain, chain[10:]) == 1.0
    assert sequence_identity(chain, chain[:40] + chain[52:]) == 1.0
    assert sequence_identity(chain, random_chain(100, rng)) < 0.25


def test_sequences_are_those_of_the_structure():
    path = DATA / "complexes" / "1ia1" / "protein.pdb.gz"
    (chain,) = chain_sequences(path)
    residues = [residue.name for residue in read_protein(path).residues if residue.kind == "polymer"]
    assert len(chain) == len(residues)
    assert chain_sequences(DATA / "1ia1.pdb") == chain_sequences(DATA / "1ia1.cif")


def test_the_two_reductases_of_the_example_complexes_are_relatives():
    names = ("1ia1", "1of6", "1s3v", "1uou")
    proteins = [chain_sequences(DATA / "complexes" / name / "protein.pdb.gz") for name in names]
    assert sequence_clusters(proteins) == [0, 1, 0, 3]
