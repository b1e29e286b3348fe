"""Small structure files for tests, in the columns of the format."""

import numpy as np

# an Ala-Ser-Gly of ideal geometry: name, element, residue, number, x, y, z
TRIPEPTIDE = [
    ("N", "N", "ALA", 1, -0.525, 1.363, 0.000),
    ("CA", "C", "ALA", 1, 0.000, 0.000, 0.000),
    ("C", "C", "ALA", 1, 1.526, 0.000, 0.000),
    ("O", "O", "ALA", 1, 2.153, 1.062, 0.000),
    ("CB", "C", "ALA", 1, -0.529, -0.774, -1.205),
    ("N", "N", "SER", 2, 2.080, -1.209, 0.000),
    ("CA", "C", "SER", 2, 3.521, -1.383, 0.000),
    ("C", "C", "SER", 2, 4.118, -0.700, 1.230),
    ("O", "O", "SER", 2, 3.440, -0.400, 2.210),
    ("CB", "C", "SER", 2, 4.130, -0.790, -1.270),
    ("OG", "O", "SER", 2, 5.540, -0.950, -1.270),
    ("N", "N", "GLY", 3, 5.420, -0.460, 1.150),
    ("CA", "C", "GLY", 3, 6.190, 0.190, 2.210),
    ("C", "C", "GLY", 3, 7.670, 0.190, 1.850),
    ("O", "O", "GLY", 3, 8.050, -0.280, 0.780),
]


def pdb_line(
    name,
    element,
    residue,
    number,
    x,
    y,
    z,
    *,
    chain="A",
    record="ATOM",
    altloc="",
    insertion="",
    occupancy=1.0,
    serial=1,
    placed=None,
):
    """One ATOM or HETATM record; `placed` is the atom name in its four columns."""
    if placed is None:
        placed = name if len(name) == 4 or len(element) == 2 else f" {name}"
    residue = f"{residue:>3} " if len(residue) < 4 else residue
    return (
        f"{record:6}{serial:5d} {placed:4}{altloc:1}{residue}{chain:1}{number:>4}{insertion:1}   "
        f"{x:8.3f}{y:8.3f}{z:8.3f}{occupancy:6.2f}{20:6.2f}          {element:>2}"
    )


def tripeptide(**changes):
    """The lines of the tripeptide."""
    return [pdb_line(*atom, **changes) for atom in TRIPEPTIDE]


def hetero(name, element, residue, number, x, y, z, **changes):
    """One HETATM line."""
    return pdb_line(name, element, residue, number, x, y, z, record="HETATM", **changes)


COLUMNS = (
    *("group_PDB", "id", "type_symbol", "label_atom_id", "label_alt_id", "label_comp_id", "label_asym_id"),
    *("label_entity_id", "label_seq_id", "pdbx_PDB_ins_code", "Cartn_x", "Cartn_y", "Cartn_z", "occupancy"),
    *("auth_seq_id", "auth_comp_id", "auth_asym_id", "auth_atom_id", "pdbx_PDB_model_num"),
)


def mmcif(rows, *, entities="", columns=COLUMNS):
    """An mmCIF file with these rows of the atom table."""
    head = [
        "data_TEST",
        "#",
        *([entities, "#"] if entities else []),
        "loop_",
        *(f"_atom_site.{one}" for one in columns),
    ]
    return "\n".join([*head, *rows, "#", ""])


def cif_row(
    name,
    element,
    residue,
    number,
    x,
    y,
    z,
    *,
    group="ATOM",
    altloc=".",
    chain="AAA",
    entity="1",
    label="7",
    insertion="?",
    occupancy="1.00",
    model="1",
):
    """One row of `mmcif`; author and label numbers differ."""
    name = f'"{name}"' if "'" in name else name
    return (
        f"{group} 1 {element} {name} {altloc} {residue} Z {entity} {label} {insertion} {x:.3f} {y:.3f} {z:.3f} "
        f"{occupancy} {number} {residue} {chain} {name} {model}"
    )


def turned_pdb(text: str) -> str:
    """A PDB file in another frame."""
    rotation, shift = np.array([[0.0, -1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]]), np.array([30.0, -12.0, 7.0])
    lines = []
    for line in text.splitlines():
        if line.startswith(("ATOM", "HETATM")):
            place = np.array([float(line[k : k + 8]) for k in (30, 38, 46)]) @ rotation.T + shift
            line = line[:30] + "".join(f"{x:8.3f}" for x in place) + line[54:]
        lines.append(line)
    return "\n".join(lines) + "\n"
