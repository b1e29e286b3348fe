"""Known ligands of a training complex: those of its group, moved with their structures."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from rdkit import Chem
from structure_texts import turned_pdb

from molgen.chem.molecules.reference import reference_ligand
from molgen.datasets.structure_files import ComplexFiles, Relative
from molgen.docking.prepare.relatives import MOST, known_of, known_overlaps, with_relatives
from molgen.metrics.symmetry import heavy_coordinates

DATA = Path(__file__).parents[3] / "data"
LIGAND = DATA / "1ia1_ligand.sdf"


def files(name: str, group: str = "g") -> ComplexFiles:
    return ComplexFiles(name, Path(f"{name}.pdb"), (LIGAND,), "c1", group)


def test_relatives_are_of_the_group_and_never_the_complex_itself():
    complexes = [*map(files, "abcdefgh"), files("z", "other")]
    found = with_relatives(complexes, complexes, seed=0)
    for item in found[:-1]:
        names = [relative.name for relative in item.relatives]
        assert item.name not in names
        assert set(names) <= set("abcdefgh")
        assert 1 <= len(names) <= MOST
    assert len({len(item.relatives) for item in found[:-1]}) > 1
    assert found[-1].relatives == ()
    assert found == with_relatives(complexes, complexes, seed=0)
    assert len(with_relatives(complexes, complexes, seed=0, most=99)[0].relatives) == 7


def test_the_ligand_of_the_structure_that_is_docked_into_comes_first():
    complexes = list(map(files, "abcd"))
    pair = replace(files("a in c"), protein=Path("c.pdb"), native=Path("a.pdb"))
    for seed in range(5):
        (found,) = with_relatives([pair], complexes, seed=seed)
        assert found.relatives[0].name == "c"
        assert "a" not in {relative.name for relative in found.relatives}


@pytest.fixture
def relative(tmp_path) -> Relative:
    """The structure in another frame, with a methyl group on its ligand."""
    (tmp_path / "turned.pdb").write_text(turned_pdb((DATA / "1ia1.pdb").read_text()))
    mol = reference_ligand(LIGAND)
    atoms = "".join(
        f"HETATM{k:5d}  C   LIG A   1    {x:8.3f}{y:8.3f}{z:8.3f}  1.00  0.00           C\n"
        for k, (x, y, z) in enumerate(heavy_coordinates(mol)[0].tolist())
    )
    lines = [line for line in turned_pdb(atoms).splitlines() if line.startswith("HETATM")]
    places = np.array([[float(line[k : k + 8]) for k in (30, 38, 46)] for line in lines])
    moved = Chem.RWMol(Chem.RemoveHs(mol))
    for index, place in enumerate(places.tolist()):
        moved.GetConformer().SetAtomPosition(index, place)
    carbon = next(atom.GetIdx() for atom in moved.GetAtoms() if atom.GetIsAromatic() and atom.GetTotalNumHs())
    changed = Chem.AddHs(moved, addCoords=True, onlyOnAtoms=[carbon])
    changed.GetAtomWithIdx(changed.GetNumAtoms() - 1).SetAtomicNum(9)
    Chem.MolToMolFile(changed, str(tmp_path / "ligand.sdf"))
    return Relative("other", tmp_path / "turned.pdb", (tmp_path / "ligand.sdf",))


def test_a_ligand_moves_with_its_structure(relative):
    own = replace(files("a"), protein=DATA / "1ia1.pdb", relatives=(relative,))
    mol = reference_ligand(LIGAND)
    (known,) = known_of(own, mol)
    assert known.name == "other"
    np.testing.assert_allclose(known.positions[:-1], heavy_coordinates(mol)[0], atol=0.01)
    (overlap,) = known_overlaps(heavy_coordinates(mol), [known])
    assert overlap > known_overlaps(heavy_coordinates(mol) + 5.0, [known])[0]


def test_the_same_ligand_elsewhere_is_no_known_one(relative):
    same = replace(relative, ligands=(LIGAND,))
    lost = replace(relative, protein=Path("nowhere.pdb"))
    own = replace(files("a"), protein=DATA / "1ia1.pdb", relatives=(same, lost))
    assert known_of(own, reference_ligand(LIGAND)) == ()
    assert known_overlaps(np.zeros((2, 3, 3)), ()) is None
