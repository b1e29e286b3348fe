"""Reference ligands: any file that says where the atoms are will do, unless bonds are needed."""

from pathlib import Path

import numpy as np
import pytest
from rdkit import Chem
from small_molecules import embedded

from molgen.chem.formats.ligands.skeletons import SKELETON
from molgen.chem.formats.pdbqt.ligand_writing import pdbqt_ligand, pdbqt_record
from molgen.chem.molecules.reference import compared_with, reference_ligand
from molgen.errors import InputError
from molgen.metrics.poses import pose_matches

TEXT = "CC(=O)Nc1ccc(O)cc1"


def bare_pdb(folder: Path) -> Path:
    path = folder / "ref.pdb"
    path.write_text(Chem.MolToPDBBlock(Chem.RemoveHs(embedded(TEXT)), flavor=2 + 8))
    return path


def test_a_file_without_bonds_gives_the_places_of_the_atoms(tmp_path: Path) -> None:
    found = reference_ligand(bare_pdb(tmp_path), bonds=False)
    assert found.HasProp(SKELETON)
    heavy = Chem.RemoveHs(embedded(TEXT))
    np.testing.assert_allclose(found.GetConformer().GetPositions(), heavy.GetConformer().GetPositions(), atol=1e-3)
    assert len(pose_matches(found, embedded(TEXT)).permutations)
    with pytest.raises(InputError, match="without hydrogens does not say its bond orders"):
        reference_ligand(bare_pdb(tmp_path))


def test_a_pdbqt_record_whose_bonds_cannot_be_had_is_a_reference(tmp_path: Path) -> None:
    lines = [line for line in pdbqt_record(pdbqt_ligand(embedded("CCO")), 0, "x") if line.startswith("ATOM")]
    squeezed = [f"{line[:30]}{x:8.3f}{0:8.3f}{0:8.3f}{line[54:]}" for line, x in zip(lines, (0, 1.45), strict=False)]
    path = tmp_path / "ref.pdbqt"
    path.write_text("\n".join(squeezed))
    found = compared_with(path, "auto")
    assert found is not None
    assert (found.GetNumAtoms(), found.HasProp(SKELETON)) == (2, True)


def test_the_file_that_names_the_pocket_is_compared_with_where_it_is_a_ligand(tmp_path: Path) -> None:
    found = compared_with(None, str(bare_pdb(tmp_path)))
    assert found is not None
    assert found.GetNumAtoms() == 11
    assert compared_with(None, "ligand:DRG") is None
    assert compared_with(None, str(tmp_path / "absent.pdb")) is None
