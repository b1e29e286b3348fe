"""Read files one after the other and tell of each what came of it: a worker whose memory is limited.

`python tests/corpus/read_corpus.py HOW` with a JSON list of [reader, path] on stdin writes a JSON line
before and after each. HOW is "read" or "use": prepare for docking or make conformers of what was read.
"""

import json
import os
import resource
import sys
import time

GIB = 2**30
LIMIT = 4 * GIB


def main() -> None:
    sys.stdout.reconfigure(errors="surrogateescape")
    how, jobs = sys.argv[1], json.load(sys.stdin)
    call = {"read": read, "use": use}[how]
    import molgen.files.opening

    molgen.files.opening.PATIENCE = 0.3
    if how == "use":
        import molgen.conformers.generate
        import molgen.docking.site  # torch maps more than it uses: the limit is what comes on top
    limit = LIMIT + (_mapped() if how == "use" else 0)
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    for number, (reader, path) in enumerate(jobs):
        print(json.dumps({"number": number}), flush=True)
        begin = time.process_time(), time.monotonic()
        told = answer(call, reader, path)
        used = {"cpu": time.process_time() - begin[0], "wall": time.monotonic() - begin[1]}
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
        print(json.dumps({"number": number, **told, **used, "peak": peak}), flush=True)


def answer(call, reader: str, path: str) -> dict:
    """`outcome` is "result", "error" or, for what must not be, "raised"; with the text of errors."""
    from molgen.errors import MolgenError

    try:
        errors, found = call(reader, path)
    except MolgenError as error:
        return {"outcome": "error", "errors": [], "raised": str(error)}
    except BaseException as error:
        return {"outcome": "raised", "errors": [], "raised": f"{type(error).__name__}: {error}"}
    return {"outcome": "result" if found else "error", "errors": errors, "raised": None}


def read(reader: str, path: str) -> tuple[list[str], bool]:
    """The errors of records, and whether there is any result."""
    from pathlib import Path

    from molgen.chem.molecules.reading import read_molecules
    from molgen.chem.proteins.reading import read_protein

    if reader == "protein":
        return [], len(read_protein(path)) > 0
    records = list(read_molecules(Path(path)))
    return [record.error for record in records if record.error is not None], any(one.mol is not None for one in records)


def use(reader: str, path: str) -> tuple[list[str], bool]:
    """As `read`, of conformers or of the sites of a structure and what `molgen inspect` prints of it."""
    from pathlib import Path

    from molgen.conformers.generate import generate_many
    from molgen.docking.records import DockConfig

    if reader == "protein":
        from molgen.chem.proteins.inspection import inspect_protein, lines
        from molgen.chem.proteins.reading import read_protein
        from molgen.docking.site import sites_of

        protein = read_protein(path)
        assert all(line.isprintable() for line in lines(inspect_protein(protein)))
        sites = sites_of(protein, "auto").searched
        return [], all(len(site.network_atoms) > 0 for site in sites)
    made = list(generate_many(Path(path), n=2, samples=4, templates=1, strain_steps=2, timeout=5.0, model="uniform"))
    ligands = [_ligand_error(one.record, DockConfig(timeout=5.0)) for one in made]
    errors = [error for error in (*(one.error for one in made), *ligands) if error is not None]
    return errors, any(one.mol is not None for one in made)


def _ligand_error(record, config) -> str | None:
    from molgen.docking.ligand import prepare_ligand
    from molgen.outcomes import reason_of

    if record.mol is None:
        return None
    try:
        prepare_ligand(record.mol, config)
    except Exception as error:
        return reason_of(error)
    return None


def _mapped() -> int:
    with open("/proc/self/statm", encoding="ascii") as file:
        return int(file.read().split()[0]) * os.sysconf("SC_PAGESIZE")


if __name__ == "__main__":
    main()
