"""Pairs of complexes of one protein for the docking benchmark: the ligand of one, the structure of the other.

The structure is laid over the one that the ligand was seen in. Pairs that are no fair question
(`molgen.chem.comparison.pocket_comparison`) are left out, with the reason; those where the protein itself stands in the
ligand's place are told apart as closed.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from operator import attrgetter
from pathlib import Path
from typing import Any

from rdkit import Chem

from benchmarks.common import Results, Row, chosen, read_rows
from benchmarks.docking.scores import Complex, load_complexes
from molgen.chem.molecules.positions import with_conformers
from molgen.chem.proteins.output.receptor_files import write_receptor
from molgen.datasets.structure_clusters import with_clusters
from molgen.datasets.structure_files import ComplexFiles, find_complexes
from molgen.docking.prepare.cross_pairs import compared_structure, cross_pairs
from molgen.docking.prepare.relatives import known_of, with_relatives
from molgen.errors import MolgenError
from molgen.metrics import heavy_coordinates

ALL = 1_000_000
TABLE = "pairs.jsonl"
KNOWN, ALL_KNOWN = "known.sdf", "all_known.sdf"


def load_pairs(
    data: Path,
    folder: Path,
    limit: int | None,
    seed: int,
    half: str | None = None,
    *,
    closed: bool = False,
    structures: int = 1,
) -> list[Complex]:
    """The first sound pairs of a seeded shuffle of all ordered ones, or ligands with several structures each.

    Args:
        data: folder of complexes with their clusters.
        folder: where the superposed structures are put, and a table of all pairs that were looked at; a rerun takes
            them from there.
        limit: how many pairs, at most.
        seed, half: of the shuffle, see :func:`benchmarks.common.chosen`.
        closed: also take pairs whose pocket is closed.
        structures: with more than one, a ligand and so many structures, none its own, are one item; ligands that have
            fewer are left out.
    """
    complexes = {item.complex_id: item for item in load_complexes(data)}
    pairs = chosen(ordered_pairs(data), attrgetter("name"), None, seed, half)
    wanted = (0, 1) if closed else (0,)
    sound = (item for item in _compared(pairs, complexes, folder) if item.features["closed_pocket"] in wanted)
    return list(islice(sound if structures == 1 else together(sound, structures), limit))


def together(pairs: Iterable[Complex], count: int) -> Iterator[Complex]:
    """The ligands of pairs, each with the first ``count`` structures that it comes with."""
    waiting: dict[str, list[Complex]] = {}
    for pair in pairs:
        own = waiting.setdefault(_ligand(pair), [])
        own.append(pair)
        if len(own) == count:
            name = f"{_ligand(pair)} in " + " + ".join(item.complex_id.partition(" in ")[2] for item in own)
            known = tuple(path for item in own for path in item.known)
            yield replace(own[0], complex_id=name, others=tuple(item.protein for item in own[1:]), known=known)


def _ligand(pair: Complex) -> str:
    return pair.complex_id.partition(" in ")[0]


def ordered_pairs(data: Path) -> Sequence[ComplexFiles]:
    """All ordered pairs of complexes of one cluster."""
    complexes = with_clusters(find_complexes(data))
    return with_relatives(cross_pairs(complexes, ALL, seed=0), complexes, seed=0, most=ALL)


def _compared(pairs: Sequence[ComplexFiles], complexes: dict[str, Complex], folder: Path) -> Iterator[Complex]:
    """The sound pairs, each as a complex; they are compared one after the other, as they are asked for."""
    table = folder / TABLE
    known = {row["id"]: row for row in read_rows([table], _name)} if table.exists() else {}
    with Results(table, _name) as results:
        for pair in pairs:
            own = complexes[pair.name.partition(" in ")[0]]
            place = folder / pair.name.replace(" ", "_") / "protein.pdb.gz"
            row = known.get(pair.name)
            if row is None:
                row = _written(pair, own, place, complexes)
                results.add(row, f"{pair.name}: {row['left_out'] or _kind(row)}")
            if row["left_out"] is None:
                features = own.features | {"closed_pocket": row["closed_pocket"]}
                item = Complex(pair.name, place, own.crystal, own.smiles, features)
                yield replace(item, known=(place.parent / KNOWN,), all_known=place.parent / ALL_KNOWN)


def _written(pair: ComplexFiles, own: Complex, place: Path, complexes: dict[str, Complex]) -> Row:
    """Superpose a pair and write the structure, or say why it is left out."""
    row: Row = {"id": pair.name, "left_out": None, "closed_pocket": None}
    try:
        structure, compared = compared_structure(pair, pair.ligands[0], heavy_coordinates(own.crystal)[0])
        place.parent.mkdir(parents=True, exist_ok=True)
        write_receptor(place, structure)
        _write_known(pair, own, complexes, place.parent)
    except MolgenError as error:
        return row | {"left_out": str(error).splitlines()[0]}
    return row | {"closed_pocket": int(compared.closed)}


def _write_known(pair: ComplexFiles, own: Complex, complexes: dict[str, Complex], folder: Path) -> None:
    """The ligand of the structure, and all others of the protein, where they lie over the ligand's own structure."""
    known = {ligand.name: ligand for ligand in known_of(pair, own.crystal)}
    docked_into = pair.name.partition(" in ")[2]
    for name, wanted in ((KNOWN, [docked_into]), (ALL_KNOWN, list(known))):
        with Chem.SDWriter(str(folder / name)) as writer:
            for complex_id in filter(known.__contains__, wanted):
                mol = with_conformers(
                    Chem.RemoveAllHs(complexes[complex_id].crystal), known[complex_id].positions[None]
                )
                mol.SetProp("_Name", complex_id)
                writer.write(mol)


def _name(row: Row) -> tuple[Any, ...]:
    return (row["id"],)


def _kind(row: Row) -> str:
    return "closed" if row["closed_pocket"] else "open"
