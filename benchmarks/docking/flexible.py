"""Docking into pockets whose side chains move, beside rigid docking: cross-docked and redocked ligands.

    python -m benchmarks.docking.flexible --complexes complexes/dev --open 12 --tight 12 --redock 12 -o flexible.jsonl

Cross-docked is a ligand in another structure of its protein, laid over its own by the pocket; in a tight pocket at
least two atoms of the protein stand within 2.5 A of where the ligand was, in a closed one so many that no rigid docking
can be right (`PocketComparison.closed`). Every method gets the SMILES and the box around the crystal ligand. `thorough`
is rigid docking that takes about as long as `auto`, or longer. Times are CPU seconds. Rows that the output file has are
not run again.
"""

import argparse
import json
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import zip_longest
from pathlib import Path
from typing import Any

import numpy as np
import torch
from rdkit import Chem

from benchmarks.common import markdown_table
from molgen.chem.proteins.pockets import find_pockets
from molgen.chem.proteins.reading import read_protein
from molgen.chem.proteins.structure import Protein
from molgen.datasets.structure_files import ComplexFiles, find_complexes
from molgen.docking.dock import dock_prepared
from molgen.docking.flexible.packings import flexible_sites
from molgen.docking.ligand import prepare_variants
from molgen.docking.prepare.cross_pairs import compared_structure, cross_pairs
from molgen.docking.prepare.crystal import crystal_ligand, protein_file
from molgen.docking.records import DockConfig
from molgen.docking.site import site_of
from molgen.errors import MolgenError

METHODS = {
    "rigid": DockConfig(),
    "thorough": DockConfig(effort="thorough"),
    "auto": DockConfig(flex="auto"),
}
KINDS = ("open", "tight", "closed", "redock")
_BOX, _MARGIN = 22.5, 8.0
_MOST_OF_GROUP = 2
_PAIRS, _EVERY = 30, 1_000_000  # ordered pairs of a protein
_IN_THE_WAY = 2  # atoms of the protein that make a pocket a tight one
_CLOSE = 2.0


def chosen(
    complexes: Sequence[ComplexFiles], wanted: dict[str, int], names: Sequence[str] = ()
) -> Iterator[tuple[str, ComplexFiles, Protein]]:
    """Kind, files and structure of as many of each kind as are wanted, few of one protein; the proteins take turns.

    Args:
        names: of those to look at, "1abc_LIG" or "1abc_LIG in 2abc_XYZ"; all where none are given.
    """
    turns = _turns([*cross_pairs(complexes, _EVERY if names else _PAIRS, 0), *complexes])
    turns = [item for item in turns if not names or item.name in names]
    count: Counter[str] = Counter()
    of_group: Counter[tuple[str, str]] = Counter()
    for files in turns:
        try:
            kind, structure = _kind(files)
        except MolgenError:
            continue
        group = (kind, files.group or files.cluster)
        if count[kind] < wanted[kind] and of_group[group] < _MOST_OF_GROUP:
            count[kind] += 1
            of_group[group] += 1
            yield kind, files, structure
        if all(count[kind] >= wanted[kind] for kind in KINDS):
            return


def _turns(items: Sequence[ComplexFiles]) -> list[ComplexFiles]:
    groups: dict[tuple[bool, str], list[ComplexFiles]] = {}
    for item in items:
        groups.setdefault((item.native is None, item.group or item.cluster), []).append(item)
    return [item for turn in zip_longest(*groups.values()) for item in turn if item is not None]


def _kind(files: ComplexFiles) -> tuple[str, Protein]:
    if files.native is None:
        return "redock", read_protein(protein_file(files))
    path, crystal = crystal_ligand(files, _heavy)
    structure, compared = compared_structure(files, path, crystal)
    if compared.closed:
        return "closed", structure
    return ("tight" if compared.near >= _IN_THE_WAY else "open"), structure


def _heavy(mol: Chem.Mol) -> np.ndarray:
    return Chem.RemoveHs(mol).GetConformer().GetPositions()


def row_of(name: str, kind: str, files: ComplexFiles, structure: Protein) -> dict[str, Any]:
    """What one method makes of one ligand."""
    config = METHODS[name]
    path, mol = crystal_ligand(files, Chem.RemoveHs)
    crystal = mol.GetConformer().GetPositions()
    size = max(_BOX, float(np.ptp(crystal, axis=0).max()) + _MARGIN)
    pocket = find_pockets(path, structure)[0]
    prepared = prepare_variants(Chem.MolFromSmiles(Chem.MolToSmiles(mol)), config)[0]
    begin = time.process_time()
    site = site_of(structure, replace(pocket, center=crystal.mean(0), size=np.full(3, size)))
    result = dock_prepared(flexible_sites([site], config), prepared, config, reference=mol)
    seconds = time.process_time() - begin
    return {
        "name": files.name,
        "kind": kind,
        "method": name,
        "rmsds": [None if pose.rmsd is None else round(pose.rmsd, 2) for pose in result.poses],
        "moved": [list(pose.moved) for pose in result.poses],
        "seconds": round(seconds, 2),
    }


def table(rows: Sequence[dict[str, Any]]) -> str:
    """Markdown: shares of ligands whose first pose, and one of nine, is within 2 Angstrom, and times."""
    lines = []
    for kind in KINDS:
        for name in METHODS:
            own = [row for row in rows if (row["kind"], row["method"]) == (kind, name)]
            if own:
                first = sum(row["rmsds"][0] <= _CLOSE for row in own)
                best = sum(min(row["rmsds"]) <= _CLOSE for row in own)
                moved = sum(bool(row["moved"][0]) for row in own)
                seconds = float(np.median([row["seconds"] for row in own]))
                lines.append([kind, name, f"{first} of {len(own)}", str(best), str(moved), f"{seconds:.1f}"])
    return markdown_table(("pocket", "docking", "first pose right", "one of nine", "first pose moved", "CPU s"), lines)


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line; returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--complexes", type=Path, required=True, help="folder or table of complexes")
    for kind in KINDS:
        parser.add_argument(f"--{kind}", type=int, default=12, help="ligands of this kind")
    parser.add_argument("--names", type=Path, help="file with the names of the ligands or pairs to run, one a line")
    parser.add_argument("--methods", default=",".join(METHODS))
    parser.add_argument("-o", "--output", type=Path, required=True, help="JSON lines, one a ligand and method")
    options = parser.parse_args(arguments)
    torch.set_num_threads(1)
    known = options.output.read_text(encoding="utf-8").splitlines() if options.output.exists() else []
    rows = [json.loads(line) for line in known]
    done = {(row["name"], row["method"]) for row in rows}
    wanted = {kind: getattr(options, kind) for kind in KINDS}
    names = options.names.read_text(encoding="utf-8").splitlines() if options.names else ()
    with options.output.open("a", encoding="utf-8") as stream:
        for kind, files, structure in chosen(find_complexes(options.complexes), wanted, names):
            for name in options.methods.split(","):
                if (files.name, name) not in done:
                    try:
                        rows.append(row_of(name, kind, files, structure))
                    except MolgenError as error:
                        print(f"{files.name}: {error}", file=sys.stderr)
                        break
                    stream.write(json.dumps(rows[-1]) + "\n")
                    stream.flush()
    print(table(rows))
    return 0


if __name__ == "__main__":
    sys.exit(main())
