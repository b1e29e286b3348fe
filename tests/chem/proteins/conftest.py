"""Structures that several tests look for pockets in."""

import pytest
from complexes import protein_of
from small_structures import alanine, rod, structure

from molgen.chem.proteins.reading import read_protein


@pytest.fixture
def made():
    return structure(
        *(alanine("A", 10 + k, (4.0 * k, 0, 0), name="SER" if k == 2 else "ALA") for k in range(6)),
        alanine("A", 15, (24, 0, 0), insertion="B"),
        alanine("b", 1, (0, 0, 9)),
        rod("GOL", "A", 300, (0, -20, 0), 6),
        rod("NAD", "A", 301, (0, -12, 0), 30),
        rod("DRG", "A", 302, (3, -6, 0), 8),
        rod("DRG", "b", 302, (3, -6, 9), 8),
        rod("ALT", "A", 303, (3, -6, 0.3), 7),
        rod("NAG", "A", 304, (20, 8, 0), 14),
        rod("HOH", "A", 400, (9, 9, 9), 1, kind="water"),
    )


@pytest.fixture(scope="session")
def reductase():
    return protein_of("1ia1")


@pytest.fixture
def read(tmp_path):
    """Write lines or text to a file and read it."""

    def _read(content, name="x.pdb"):
        path = tmp_path / name
        if isinstance(content, list):
            content = "\n".join([*content, "END", ""])
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return read_protein(path)

    return _read
