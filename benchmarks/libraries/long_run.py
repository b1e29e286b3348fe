"""Many molecules in one process: does its memory grow, do its open files?

    python -m benchmarks.libraries.long_run --source druglike_val.smi.gz --count 5000 --heaviest 15 -n 5

Conformers of the first so many molecules of at most so many heavy atoms, into one SD file in a temporary folder. What
the process holds is looked at every hundred molecules; growth is from the first tenth, when all is loaded, to the end.
"""

import argparse
import gzip
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from rdkit import Chem, rdBase

from molgen.conformers.config import GenerateConfig
from molgen.screening.conformer_file import ConformerRow, conformers_to_file

EVERY = 100


@dataclass(frozen=True)
class Held:
    """What a process holds after so many molecules: MiB of memory, open files, and the seconds since it began."""

    molecules: int
    memory: float
    files: int
    seconds: float


def growth(seen: Sequence[Held]) -> tuple[float, int]:
    """Share by which the largest memory grew after the first tenth, and how many more files are open."""
    start = max(1, len(seen) // 10)
    warm, rest = seen[:start], seen[start:]
    memory = max(one.memory for one in rest) / max(one.memory for one in warm) - 1
    return memory, max(one.files for one in rest) - max(one.files for one in warm)


def watched(
    source: Path, config: GenerateConfig, model: str, *, every: int = EVERY
) -> tuple[list[Held], list[ConformerRow]]:
    """Conformers of a file of SMILES, and what the process held on the way (Linux only)."""
    seen: list[Held] = []
    begun = time.monotonic()
    rows: list[ConformerRow] = []

    def look(row: ConformerRow) -> None:
        rows.append(row)
        if len(rows) % every == 0:
            seen.append(Held(len(rows), resident(), open_files(), time.monotonic() - begun))

    with tempfile.TemporaryDirectory() as folder:
        conformers_to_file(source, Path(folder) / "out.sdf", config=config, model=model, on_row=look)
    return seen, rows


def resident() -> float:
    """MiB of memory of this process."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * 4096 / 2**20


def open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def small_molecules(source: Path, heaviest: int) -> Iterator[str]:
    """Lines of a file of SMILES whose molecules have at most so many heavy atoms."""
    with gzip.open(source, "rt") if source.suffix == ".gz" else source.open() as file:
        for line in file:
            mol = Chem.MolFromSmiles(line.split()[0]) if line.strip() else None
            if mol is not None and mol.GetNumHeavyAtoms() <= heaviest:
                yield line


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--source", type=Path, required=True)
    parser.add_argument("--count", type=int, default=5000)
    parser.add_argument("--heaviest", type=int, default=15)
    parser.add_argument("-n", type=int, default=5)
    parser.add_argument("--model", default="default")
    given = parser.parse_args(arguments)
    rdBase.DisableLog("rdApp.*")
    with tempfile.TemporaryDirectory() as folder:
        library = Path(folder) / "library.smi"
        lines = list(islice(small_molecules(given.source, given.heaviest), given.count))
        while len(lines) < given.count:  # a short file is gone through again
            lines += lines[: given.count - len(lines)]
        library.write_text("".join(lines))
        seen, rows = watched(library, GenerateConfig(n=given.n), given.model)
    for one in seen[:: max(1, len(seen) // 10)] + seen[-1:]:
        print(
            f"{one.molecules:6d} molecules  {one.memory:7.1f} MiB  {one.files:3d} files  {one.seconds:7.0f} s",
            flush=True,
        )
    memory, files = growth(seen)
    failed = sum(row.error is not None for row in rows)
    print(f"{len(rows)} molecules, {failed} failed; memory {memory:+.1%}, open files {files:+d}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
