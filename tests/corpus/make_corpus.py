"""Broken and extreme input files, made from a seed: `python tests/corpus/make_corpus.py FOLDER` writes them."""

import argparse
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

SEED = 20240229


@dataclass(frozen=True)
class Case:
    """One input.

    Attributes:
        name: of the file, without the folder.
        content: of the file; or what makes something at a path that is no plain file.
        reader: who is to read it.
        expected: "result" for what is odd but fine, "error" for what nobody can read, "either" where both are right.
    """

    name: str
    content: bytes | Callable[[Path], None]
    reader: Literal["molecules", "protein"]
    expected: Literal["result", "error", "either"]


def all_cases() -> list[Case]:
    """The whole corpus; the same at every call."""
    import corpus_files
    import corpus_mmcif
    import corpus_pdb
    import corpus_records
    import corpus_smiles

    parts = (corpus_smiles, corpus_records, corpus_pdb, corpus_mmcif, corpus_files)
    return [case for part in parts for case in part.cases()]


def write(case: Case, folder: Path) -> Path:
    """Make the file of a case; returns its path."""
    path = folder / case.name
    if callable(case.content):
        case.content(path)
    else:
        path.write_bytes(case.content)
    return path


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    folder.mkdir(parents=True, exist_ok=True)
    cases = all_cases()
    for case in cases:
        write(case, folder)
    print(f"{len(cases)} files in {folder}")


if __name__ == "__main__":
    sys.path += map(str, Path(__file__).parents[1].glob("support/*"))
    main()
