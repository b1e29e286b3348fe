"""What a path can lead to besides a sound text file: other encodings, junk, bombs, pipes, folders, loops, devices."""

import gzip
import os
import random
import zlib
from collections.abc import Iterator
from pathlib import Path

from corpus_records import TRIPOS, block
from make_corpus import SEED, Case
from structure_texts import tripeptide

_PIECE = 16 * 2**20


def cases() -> Iterator[Case]:
    texts = {"smi": "CCO ethanol\nCC ethane\n", "csv": "smiles,name\nCCO,a\n", "sdf": block(), "mol2": TRIPOS}
    texts["pdb"] = "\n".join([*tripeptide(), "END", ""])
    for kind, text in texts.items():
        yield from _encodings(kind, text)
        yield from _damaged(kind, text)
    yield from _bombs()
    yield from _places()
    yield from _tables()


def _encodings(kind: str, text: str) -> Iterator[Case]:
    reader = "protein" if kind == "pdb" else "molecules"
    dos = text.replace("\n", "\r\n")
    yield Case(f"dos.{kind}", dos.encode(), reader, "result")
    yield Case(f"old-mac.{kind}", text.replace("\n", "\r").encode(), reader, "result")
    yield Case(f"utf16.{kind}", text.encode("utf-16"), reader, "result")
    yield Case(f"utf16-big.{kind}", b"\xfe\xff" + text.encode("utf-16-be"), reader, "result")
    yield Case(f"utf8-mark.{kind}", text.encode("utf-8-sig"), reader, "result")
    yield Case(f"utf16-odd.{kind}", text.encode("utf-16")[:-1], reader, "either")
    yield Case(f"utf32.{kind}", text.encode("utf-32"), reader, "error")
    yield Case(f"n\u00e4me \u5206\u5b50 \u202egnp.{kind}", text.encode(), reader, "result")
    yield Case(f"line\nbreak\x1b[31m.{kind}", b"?", reader, "error")
    yield Case(f"packed.{kind}.gz", gzip.compress(text.encode()), reader, "result")
    yield Case(f"packed-twice.{kind}.gz", gzip.compress(text.encode()) * 2, reader, "result")
    yield Case(f"no-end.{kind}", text.rstrip("\n").encode(), reader, "result")


def _damaged(kind: str, text: str) -> Iterator[Case]:
    reader = "protein" if kind == "pdb" else "molecules"
    rng = random.Random(SEED)
    packed = gzip.compress(text.encode())
    yield Case(f"empty.{kind}", b"", reader, "error")
    yield Case(f"empty.{kind}.gz", b"", reader, "error")
    yield Case(f"packed-nothing.{kind}.gz", gzip.compress(b""), reader, "error")
    yield Case(f"blank.{kind}", b" \n\n\t\n", reader, "error")
    yield Case(f"junk.{kind}", rng.randbytes(20_000), reader, "error")
    yield Case(f"zeros.{kind}", bytes(1_000_000), reader, "error")
    yield Case(f"letters.{kind}", b"A" * 1_000_000, reader, "error")
    yield Case(f"not-packed.{kind}.gz", text.encode(), reader, "error")
    yield Case(f"head-only.{kind}.gz", packed[:10], reader, "error")
    yield Case(f"cut.{kind}.gz", packed[:-12], reader, "either")
    yield Case(f"flipped.{kind}.gz", packed[:15] + b"\xff\xff" + packed[17:], reader, "error")
    yield Case(f"trailing.{kind}.gz", packed + b"junk", reader, "either")


def _bombs() -> Iterator[Case]:
    """A few MB that unpack to GiB: of one line, of blank lines, of one record, of atoms that never end."""
    atom = (tripeptide()[0] + "\n").encode()
    yield Case("bomb-line.smi.gz", bomb(b"C", 3), "molecules", "error")
    yield Case("bomb-blank.smi.gz", bomb(b"\n", 3), "molecules", "error")
    yield Case("bomb-comments.smi.gz", bomb(b"#\n", 3), "molecules", "error")
    yield Case("bomb-rows.csv.gz", gzip.compress(b"smiles\n") + bomb(b"\n", 3), "molecules", "error")
    yield Case("bomb-cell.csv.gz", gzip.compress(b'smiles\n"') + bomb(b"x\n", 3), "molecules", "error")
    yield Case("bomb-record.sdf.gz", gzip.compress(block().encode()) + bomb(b"> <a>\nb\n\n", 3), "molecules", "error")
    yield Case("bomb-record.mol2.gz", gzip.compress(TRIPOS.encode()) + bomb(b"\n", 3), "molecules", "error")
    yield Case("bomb-head.mol2.gz", bomb(b"x\n", 3), "molecules", "error")
    yield Case("bomb-atoms.pdb.gz", bomb(atom, 3), "protein", "error")
    yield Case("bomb-zeros.cif.gz", bomb(b"\0", 3), "protein", "error")
    yield Case("bomb-line.cif.gz", gzip.compress(b"data_x\n") + bomb(b"x", 3), "protein", "error")


def bomb(unit: bytes, gib: int) -> bytes:
    """A gzip stream of `gib` GiB of one repeated unit, made of equal deflate blocks."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    piece = unit * (_PIECE // len(unit))
    block_bytes = packer.compress(piece) + packer.flush(zlib.Z_FULL_FLUSH)
    head = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\xff"
    return head + block_bytes * (gib * 2**30 // len(piece))


def _places() -> Iterator[Case]:
    for kind, reader in (("smi", "molecules"), ("sdf", "molecules"), ("pdb", "protein"), ("cif.gz", "protein")):
        yield Case(f"folder.{kind}", lambda path: path.mkdir(), reader, "error")
        yield Case(f"pipe.{kind}", os.mkfifo, reader, "error")
        yield Case(f"loop.{kind}", lambda path: path.symlink_to(path), reader, "error")
        yield Case(f"dangling.{kind}", lambda path: path.symlink_to("nowhere"), reader, "error")
        yield Case(f"null.{kind}", lambda path: path.symlink_to("/dev/null"), reader, "error")
        yield Case(f"zero.{kind}", lambda path: path.symlink_to("/dev/zero"), reader, "error")
        yield Case(f"missing.{kind}", _nothing, reader, "error")
        yield Case(f"../../missing.{kind}", _nothing, reader, "error")
        yield Case(f"nul\0byte.{kind}", _nothing, reader, "error")
        yield Case(f"surrogate\ud800.{kind}", _nothing, reader, "error")
        yield Case(f"{'long' * 1000}.{kind}", _nothing, reader, "error")
        yield Case(f"file.{kind}/below.{kind}", _below_a_file, reader, "error")


def _tables() -> Iterator[Case]:
    tables = {
        "quote-open": ('smiles,name\n"CCO,a\nCC,b\n', "either"),
        "quotes": ('"smiles","na""me"\n"CCO","a\nb"\n', "result"),
        "columns-many": ("smiles," + ",".join(f"c{n}" for n in range(100_000)) + "\nCCO\n", "result"),
        "columns-wrong": (",".join(f"c{n}" for n in range(100_000)) + "\nCCO\n", "error"),
        "row-long": ("smiles,name\nCCO" + ",x" * 100_000 + "\n", "result"),
        "cell-long": ("smiles,name\nCCO," + "x" * 200_000 + "\n", "error"),
        "header-twice": ("smiles,smiles\nCCO,CC\n", "error"),
        "nul": ("smiles,name\nC\0C,a\n", "error"),
        "separators": ("smiles;name,x\nCCO;a\n", "either"),
    }
    for name, (text, expected) in tables.items():
        yield Case(f"table-{name}.csv", text.encode(), "molecules", expected)


def _nothing(path: Path) -> None:
    """The name alone is the case."""


def _below_a_file(path: Path) -> None:
    path.parent.write_bytes(b"")
