"""Small BinaryCIF files, written the long way."""

import struct

import numpy as np
from structure_texts import TRIPEPTIDE

INT8, INT32, UINT8, FLOAT32 = 1, 3, 4, 32
TYPES = {INT8: "<i1", INT32: "<i4", UINT8: "<u1", FLOAT32: "<f4"}


def packed(value) -> bytes:
    """A value as MessagePack, in the longest forms."""
    if isinstance(value, bool) or value is None:
        return {None: b"\xc0", False: b"\xc2", True: b"\xc3"}[value]
    if isinstance(value, int):
        return b"\xd2" + struct.pack(">i", value)
    if isinstance(value, float):
        return b"\xcb" + struct.pack(">d", value)
    if isinstance(value, (str, bytes)):
        raw = value.encode() if isinstance(value, str) else value
        return (b"\xdb" if isinstance(value, str) else b"\xc6") + struct.pack(">I", len(raw)) + raw
    if isinstance(value, list):
        return b"\xdd" + struct.pack(">I", len(value)) + b"".join(map(packed, value))
    return b"\xdf" + struct.pack(">I", len(value)) + b"".join(packed(x) for pair in value.items() for x in pair)


def raw(values, kind=INT32):
    return np.array(values, TYPES[kind]).tobytes()


def plain(kind=INT32):
    return {"kind": "ByteArray", "type": kind}


def strings(values):
    different = list(dict.fromkeys(values))
    offsets = np.cumsum([0, *map(len, different)])
    encoding = {"kind": "StringArray", "stringData": "".join(different), "dataEncoding": [plain()]}
    encoding |= {"offsets": raw(offsets), "offsetEncoding": [plain()]}
    return {"data": raw([different.index(value) for value in values]), "encoding": [encoding]}


def column(name, values, mask=None):
    if isinstance(values[0], str):
        data = strings(values)
    elif isinstance(values[0], int):
        data = {"data": raw(values), "encoding": [plain()]}
    else:
        data = {
            "data": raw(np.round(np.array(values) * 1000)),
            "encoding": [{"kind": "FixedPoint", "factor": 1000}, plain()],
        }
    return {"name": name, "data": data, "mask": mask and {"data": raw(mask, UINT8), "encoding": [plain(UINT8)]}}


def binary_file() -> bytes:
    names, symbols, residues, numbers, x, y, z = map(list, zip(*TRIPEPTIDE, strict=True))
    count = len(names)
    columns = [
        *(column("group_PDB", ["ATOM"] * count), column("label_atom_id", names), column("type_symbol", symbols)),
        *(column("label_comp_id", residues), column("label_asym_id", ["A"] * count), column("auth_seq_id", numbers)),
        *(column("Cartn_x", x), column("Cartn_y", y), column("Cartn_z", z)),
        column("label_alt_id", ["A"] * count, mask=[1] * count),
    ]
    return packed({"dataBlocks": [{"header": "X", "categories": [{"name": "_atom_site", "columns": columns}]}]})
