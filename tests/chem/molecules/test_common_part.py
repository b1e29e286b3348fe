"""The largest common part of two molecules, and a search that is given up after so many steps."""

from rdkit import Chem

from molgen.chem.molecules.common_part import common_part

FIRST, SECOND = (
    Chem.MolFromSmiles(smiles)
    for smiles in ("CC(NC(=O)C(N)Cc1ccccc1)C(=O)NCc1ccncc1", "CC(C)C(NC(=O)C(N)Cc1ccccc1)C(=O)NCC1CC1")
)


def test_rings_are_whole_and_match_rings():
    part = common_part(FIRST, SECOND)
    assert part.whole
    assert part.pattern is not None
    assert part.pattern.GetNumAtoms() == 19  # not the pyridine
    assert common_part(Chem.MolFromSmiles("C1CC1"), Chem.MolFromSmiles("CCC")).pattern is None


def test_a_search_ends_after_so_many_steps_with_the_same_part_every_time():
    parts = [common_part(FIRST, SECOND, steps=50) for _ in range(2)]
    assert not any(part.whole for part in parts)
    assert len({Chem.MolToSmarts(part.pattern) for part in parts}) == 1
