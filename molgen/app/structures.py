"""What can be chosen in an uploaded structure: ligands, peptides, and pockets that the shape of the protein offers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from molgen.chem.proteins.groups.molecules import peptide_chains
from molgen.chem.proteins.inspection import Inspection, inspect_protein
from molgen.chem.proteins.pockets import find_pockets
from molgen.chem.proteins.pockets.ligands import ligands_of_interest
from molgen.chem.proteins.reading import read_protein
from molgen.chem.proteins.structure import Protein
from molgen.errors import InputError, MolgenError
from molgen.reports.pages.structures import receptor_text


def describe(path: str) -> dict[str, Any]:
    """Everything that a page shows of a structure file, ready for JSON.

    Returns:
        `inspection` (:class:`molgen.chem.proteins.inspection.Inspection`), `choices` (each with the `spec` that
        `--pocket` takes, `label`, `kind`, `note`, `center` and `size` of the box in Angstrom, `residues` as the viewer
        selects them), `suggested` (the spec of one of them), `error` (why no pocket was detected), `middle` of the
        atoms in Angstrom, and `structure`, mmCIF text without water.

    Raises:
        MolgenError: the file cannot be read.
    """
    try:
        protein = read_protein(path)
    except MolgenError as problem:  # where on the disk it is, is nobody's business
        raise type(problem)(problem.reason, source=Path(path).name, place=problem.place) from problem
    inspection = inspect_protein(protein)
    choices = [*_ligand_choices(protein, inspection), *_chain_choices(protein)]
    error = ""
    try:
        choices += _detected(protein)
    except InputError as problem:
        error = problem.reason
    interesting = [f"ligand:{ligand.residues[0].label}" for ligand in ligands_of_interest(protein)]
    known = [choice["spec"] for choice in choices]
    return {
        "inspection": asdict(inspection) | {"source": Path(path).name},
        "choices": choices,
        "suggested": next((spec for spec in [*interesting, *_pockets_first(choices)] if spec in known), "auto"),
        "error": error,
        "middle": _rounded(protein.positions.mean(axis=0)),
        "structure": receptor_text(protein.keep(lambda residue: residue.kind != "water")),
    }


def _ligand_choices(protein: Protein, inspection: Inspection) -> Iterator[dict[str, Any]]:
    for kind, groups in (("ligand", inspection.ligands), ("additive", inspection.additives)):
        for group in groups:
            note = ", ".join(filter(None, (f"{group.atoms} heavy atoms", group.role, "bound" * bool(group.bound_to))))
            yield from _choice(protein, f"ligand:{group.label}", group.label, kind, note)


def _chain_choices(protein: Protein) -> Iterator[dict[str, Any]]:
    for chain in sorted(peptide_chains(protein)):
        yield from _choice(protein, f"chain:{chain}", f"chain {chain}", "peptide", "a peptide")


def _choice(protein: Protein, spec: str, label: str, kind: str, note: str) -> Iterator[dict[str, Any]]:
    """A choice; none where the group names no pocket."""
    try:
        (pocket,) = find_pockets(spec, protein)
    except InputError:
        return
    named = spec.partition(":")[2]
    own = [
        residue
        for residue in protein.residues
        if named in (residue.label, residue.chain if kind == "peptide" else None)
    ]
    yield {
        "spec": spec,
        "label": label,
        "kind": kind,
        "note": note,
        "center": _rounded(pocket.center),
        "size": _rounded(pocket.size),
        "residues": [
            {"chain": residue.chain, "number": residue.number, "insertion": residue.insertion} for residue in own
        ],
    }


def _detected(protein: Protein) -> Iterator[dict[str, Any]]:
    for number, pocket in enumerate(find_pockets("blind", protein), start=1):
        yield {
            "spec": f"box:{','.join(f'{x:.1f}' for x in pocket.center)}",
            "label": f"pocket {number}",
            "kind": "pocket",
            "note": pocket.name.partition("detected, ")[2].rstrip(")").replace("A^3", "Å³"),
            "center": _rounded(pocket.center),
            "size": _rounded(pocket.size),
            "residues": [],
        }


def _pockets_first(choices: list[dict[str, Any]]) -> list[str]:
    return [choice["spec"] for choice in choices if choice["kind"] == "pocket"]


def _rounded(values: Any) -> list[float]:
    return [round(float(x), 2) for x in values]
