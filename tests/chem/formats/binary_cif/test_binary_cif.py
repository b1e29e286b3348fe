"""BinaryCIF: every encoding is undone, structures read as from mmCIF, and broken files are named."""

from pathlib import Path

import numpy as np
import pytest
from binary_structures import FLOAT32, INT8, UINT8, binary_file, plain, raw, strings
from structure_texts import tripeptide

from molgen.chem.formats.binary_cif.encodings import decoded
from molgen.chem.formats.binary_cif.message_pack import unpacked
from molgen.chem.proteins.reading import read_protein
from molgen.errors import MolgenError, ParseError


def test_a_structure_reads_as_from_a_pdb_file(tmp_path: Path) -> None:
    (tmp_path / "a.pdb").write_text("\n".join(tripeptide()))
    (tmp_path / "a.bcif").write_bytes(binary_file())
    plain_text, binary = read_protein(tmp_path / "a.pdb"), read_protein(tmp_path / "a.bcif")
    np.testing.assert_allclose(binary.positions, plain_text.positions, atol=1e-3)
    assert [one.label for one in binary.residues] == [one.label for one in plain_text.residues]
    assert not binary.alternatives


@pytest.mark.parametrize(
    ("data", "encodings", "values"),
    [
        (raw([1.5, 2.25], FLOAT32), [plain(FLOAT32)], [1.5, 2.25]),
        (raw([12345, -5]), [{"kind": "FixedPoint", "factor": 1000}, plain()], [12.345, -0.005]),
        (raw([0, 2, 4]), [{"kind": "IntervalQuantization", "min": 1.0, "max": 3.0, "numSteps": 5}, plain()], [1, 2, 3]),
        (raw([7, 3, 9, 1]), [{"kind": "RunLength", "srcSize": 4}, plain()], [7, 7, 7, 9]),
        (raw([0, 1, 2, -1]), [{"kind": "Delta", "origin": 10}, plain()], [10, 11, 13, 12]),
        (
            raw([127, 5, -128, -2, 3], INT8),
            [{"kind": "IntegerPacking", "isUnsigned": False}, plain(INT8)],
            [132, -130, 3],
        ),
        (raw([255, 255, 1, 0], UINT8), [{"kind": "IntegerPacking", "isUnsigned": True}, plain(UINT8)], [511, 0]),
    ],
)
def test_encodings_are_undone_from_the_last_to_the_first(data, encodings, values) -> None:
    np.testing.assert_allclose(decoded(data, encodings), values)


def test_strings_are_looked_up_and_those_without_a_number_are_empty() -> None:
    encoding = strings(["CA", "N", "CA"])["encoding"]
    assert decoded(raw([0, -1, 1]), encoding).tolist() == ["CA", "", "N"]


def test_short_forms_of_messages_are_read() -> None:
    assert unpacked(b"\x83\xa1a\x05\xa1b\x92\xff\xc0\xa1c\xcd\x01\x00") == {"a": 5, "b": [-1, None], "c": 256}


@pytest.mark.parametrize("end", [1, 50, 200, -1])
def test_a_file_that_breaks_off_is_named(tmp_path: Path, end: int) -> None:
    path = tmp_path / "a.bcif"
    path.write_bytes(binary_file()[:end])
    with pytest.raises(MolgenError, match=r"a\.bcif: "):
        read_protein(path)


@pytest.mark.parametrize(
    ("data", "encodings"),
    [
        (raw([1, 2_000_000_000]), [{"kind": "RunLength"}, plain()]),
        (raw([1]), [{"kind": "Unheard"}]),
        (b"abc", [plain()]),
        (raw([5]), strings(["a"])["encoding"]),
    ],
)
def test_columns_that_cannot_be_are_refused(data, encodings) -> None:
    with pytest.raises(ParseError, match="column"):
        decoded(data, encodings)
