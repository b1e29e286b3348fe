"""Which files are predictions, and how sure these are of their residues."""

import numpy as np
import pytest
from structure_texts import tripeptide

from molgen.chem.proteins.predictions.confidence import confidences, is_predicted
from molgen.chem.proteins.reading import read_protein

RESIDUES = np.repeat(np.arange(30), 4)
EVEN = np.repeat(np.linspace(40, 95, 30), 4)


@pytest.mark.parametrize(
    ("head", "said"),
    [
        ("TITLE     ALPHAFOLD MONOMER V2.0 PREDICTION\nCRYST1    1.000    1.000    1.000  90.00\n", True),
        ("data_x\n_exptl.method 'THEORETICAL MODEL'\n_ma_qa_metric.id 1\n", True),
        ("EXPDTA    X-RAY DIFFRACTION\nREMARK 200 STARTING MODEL: ALPHAFOLD\n", False),
        ("CRYST1   61.500   43.200   62.100  90.00\n", False),
        ("data_x\n_exptl.method 'ELECTRON MICROSCOPY'\n_ma_qa_metric.id 1\n", False),
        ("REMARK written by something\n", None),
    ],
)
def test_a_file_says_what_it_is_before_its_atoms(head, said):
    assert is_predicted(f"{head}ATOM      1  CA  ALA A   1 esmfold\n") is said


def test_the_confidence_of_a_residue_is_the_mean_of_its_atoms():
    np.testing.assert_allclose(confidences(EVEN, RESIDUES, said=True), EVEN[::4])
    np.testing.assert_allclose(confidences(EVEN / 100, RESIDUES, said=True), EVEN[::4])
    uneven = EVEN + np.tile([1.0, -1.0, 2.0, -2.0], 30)
    np.testing.assert_allclose(confidences(uneven, RESIDUES, said=True), EVEN[::4])


def test_what_says_nothing_is_a_prediction_only_if_it_looks_like_one():
    assert confidences(EVEN, RESIDUES, said=None) is not None
    assert confidences(EVEN, RESIDUES, said=False) is None
    assert confidences(EVEN + np.tile([1.0, -1.0, 2.0, -2.0], 30), RESIDUES, said=None) is None
    assert confidences(np.full(120, 90.0), RESIDUES, said=None) is None
    assert confidences(EVEN - 30, RESIDUES, said=None) is None, "as low as B factors"
    assert confidences(np.where(RESIDUES > 3, 0.0, EVEN), RESIDUES, said=None) is None, (
        "a packing, 0 where nothing moved"
    )


def test_reading_tells_of_unsure_residues(tmp_path):
    path = tmp_path / "model.pdb"
    sure = {"SER": 45.0}
    lines = [f"{line[:60]}{sure.get(line[17:20], 90.0):6.2f}{line[66:]}" for line in tripeptide()]
    path.write_text("\n".join(["TITLE     ESMFOLD V1 PREDICTION", *lines, "END", ""]))
    protein = read_protein(path)
    assert protein.unsure == (("SER:A:2", 45.0),)
    assert protein.notes == ("a predicted structure: the pLDDT of 1 of its 3 residues is below 70",)
