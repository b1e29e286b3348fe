"""Atom records as the text of an mmCIF file."""

from __future__ import annotations

import io
import math
from collections.abc import Sequence

from Bio.PDB.mmcifio import MMCIFIO
from rdkit import Chem

from molgen.chem.formats.mmcif.atom_site import AtomSite
from molgen.chem.formats.residue_names import WATERS

_ENTITIES = {"1": "polymer", "2": "non-polymer", "3": "water"}
_ORDERS = {
    Chem.BondType.SINGLE: "SING",
    Chem.BondType.DOUBLE: "DOUB",
    Chem.BondType.TRIPLE: "TRIP",
    Chem.BondType.AROMATIC: "AROM",
}


def mmcif_text(
    atoms: Sequence[AtomSite],
    bonds: Sequence[tuple[int, int, Chem.BondType]],
    links: Sequence[tuple[int, int]] = (),
) -> str:
    """An `_atom_site` table, and `_chem_comp_bond` for `bonds`: pairs of indices into `atoms` with an order.

    `links` are bonds between residues, in `_struct_conn`.

    What the author's chain and number cannot express in the standard's own columns is simplified: one entity for all
    chains, one for water, one for the rest.
    """
    symbol = Chem.GetPeriodicTable().GetElementSymbol
    entities = [_entity(atom) for atom in atoms]
    columns = {
        "group_PDB": ["HETATM" if atom.hetero else "ATOM" for atom in atoms],
        "id": [str(number) for number in range(1, len(atoms) + 1)],
        "type_symbol": [symbol(atom.element).upper() for atom in atoms],
        "label_atom_id": [atom.name for atom in atoms],
        "label_alt_id": ["." for _ in atoms],
        "label_comp_id": [atom.residue for atom in atoms],
        "label_asym_id": [atom.chain or "." for atom in atoms],
        "label_entity_id": entities,
        "label_seq_id": [str(atom.number) if atom.in_sequence else "." for atom in atoms],
        "pdbx_PDB_ins_code": [atom.insertion or "?" for atom in atoms],
        "Cartn_x": [f"{atom.x:.3f}" for atom in atoms],
        "Cartn_y": [f"{atom.y:.3f}" for atom in atoms],
        "Cartn_z": [f"{atom.z:.3f}" for atom in atoms],
        "occupancy": [f"{atom.occupancy:.2f}" for atom in atoms],
        "B_iso_or_equiv": [f"{atom.b_factor:.2f}" for atom in atoms],
        "auth_seq_id": [str(atom.number) for atom in atoms],
        "auth_comp_id": [atom.residue for atom in atoms],
        "auth_asym_id": [atom.chain or "." for atom in atoms],
        "auth_atom_id": [atom.name for atom in atoms],
        "pdbx_formal_charge": ["?" if atom.charge is None else str(atom.charge) for atom in atoms],
        "pdbx_PDB_model_num": [str(atom.model) for atom in atoms],
    }
    there = sorted(set(entities))
    table: dict[str, str | list[str]] = {
        "data_": "complex",
        "_entry.id": "complex",
        "_entity.id": there,
        "_entity.type": [_ENTITIES[entity] for entity in there],
        **{f"_atom_site.{name}": values for name, values in columns.items()},
    }
    if bonds:
        table["_chem_comp_bond.comp_id"] = [atoms[begin].residue for begin, _, _ in bonds]
        table["_chem_comp_bond.atom_id_1"] = [atoms[begin].name for begin, _, _ in bonds]
        table["_chem_comp_bond.atom_id_2"] = [atoms[end].name for _, end, _ in bonds]
        table["_chem_comp_bond.value_order"] = [_ORDERS.get(order, "SING") for _, _, order in bonds]
    if links:
        table |= _struct_conn(atoms, links)
    writer, text = MMCIFIO(), io.StringIO()
    writer.set_dict(table)
    writer.save(text)
    return text.getvalue()


def _entity(atom: AtomSite) -> str:
    if atom.in_sequence:
        return "1"
    return "3" if atom.residue in WATERS else "2"


def _struct_conn(atoms: Sequence[AtomSite], links: Sequence[tuple[int, int]]) -> dict[str, str | list[str]]:
    table: dict[str, str | list[str]] = {
        "_struct_conn.id": [f"covale{number}" for number in range(1, len(links) + 1)],
        "_struct_conn.conn_type_id": ["covale" for _ in links],
    }
    for side, ends in enumerate(zip(*links, strict=True), start=1):
        own = [atoms[end] for end in ends]
        table |= {
            f"_struct_conn.ptnr{side}_auth_asym_id": [atom.chain or "." for atom in own],
            f"_struct_conn.ptnr{side}_auth_comp_id": [atom.residue for atom in own],
            f"_struct_conn.ptnr{side}_auth_seq_id": [str(atom.number) for atom in own],
            f"_struct_conn.ptnr{side}_label_asym_id": [atom.chain or "." for atom in own],
            f"_struct_conn.ptnr{side}_label_comp_id": [atom.residue for atom in own],
            f"_struct_conn.ptnr{side}_label_seq_id": [str(atom.number) if atom.in_sequence else "." for atom in own],
            f"_struct_conn.ptnr{side}_label_atom_id": [atom.name for atom in own],
            f"_struct_conn.pdbx_ptnr{side}_PDB_ins_code": [atom.insertion or "?" for atom in own],
        }
    ends = [(atoms[first], atoms[second]) for first, second in links]
    lengths = [math.dist((a.x, a.y, a.z), (b.x, b.y, b.z)) for a, b in ends]
    return table | {"_struct_conn.pdbx_dist_value": [f"{length:.3f}" for length in lengths]}
