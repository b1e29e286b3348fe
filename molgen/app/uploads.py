"""What users upload: each file has an id, by which alone it can be named afterwards."""

from __future__ import annotations

import re
import secrets
import shutil
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Literal

from molgen.errors import InputError
from molgen.files import write_atomically

FILE_ID = r"^[0-9a-f]{24}$"
PROTEIN_SUFFIXES = (".pdb", ".ent", ".cif", ".mmcif", ".pdbqt", ".pqr")
LIGAND_SUFFIXES = (".smi", ".smiles", ".csv", ".tsv", ".txt", ".sdf", ".sd", ".mol", ".mol2")
_CHUNK = 2**18
_LONGEST = 80


@dataclass(frozen=True)
class Upload:
    """A file that was uploaded.

    Attributes:
        id: names it.
        name: of the user's file, with nothing in it but letters, digits, ".", "-" and "_".
        path: on the disk.
        kind: by its suffix; PDB files and their relatives are taken as proteins.
    """

    id: str
    name: str
    path: Path

    @property
    def kind(self) -> Literal["protein", "ligands"]:
        return "protein" if self.path.suffix.lower() in PROTEIN_SUFFIXES else "ligands"


class Uploads:
    """The uploads in a folder.

    Args:
        folder: made if it is missing.
        limit: bytes of one file, unpacked.
    """

    def __init__(self, folder: Path, limit: int) -> None:
        self.folder, self.limit = folder, limit
        folder.mkdir(parents=True, exist_ok=True)

    def add(self, name: str, chunks: Iterable[bytes]) -> Upload:
        """Keep a file; one that ends in .gz is unpacked.

        Raises:
            InputError: of another kind, empty, too large, or damaged.
        """
        title = safe_name(name)
        packed = title.lower().endswith(".gz")
        title = title[:-3] if packed else title
        known = (*PROTEIN_SUFFIXES, *LIGAND_SUFFIXES)
        if Path(title).suffix.lower() not in known:
            raise InputError(f"cannot read such files; known are {', '.join(known)}, each also as .gz", source=title)
        upload_id = secrets.token_hex(12)
        folder = self.folder / upload_id
        folder.mkdir()
        try:
            self._write(folder / title, _unpacked(chunks, title) if packed else iter(chunks))
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        return Upload(upload_id, title, folder / title)

    def get(self, upload_id: str) -> Upload:
        """The file of an id.

        Raises:
            InputError: there is none.
        """
        upload = self._find(upload_id) if re.fullmatch(FILE_ID, upload_id) else None
        if upload is None:
            raise InputError(f"there is no upload {upload_id}")
        return upload

    def has(self, upload_id: str) -> bool:
        """Whether there is a file of this id."""
        return bool(re.fullmatch(FILE_ID, upload_id)) and self._find(upload_id) is not None

    def newest(self) -> list[Upload]:
        """All files, the newest first."""
        places = sorted(self.folder.iterdir(), key=lambda folder: folder.stat().st_mtime, reverse=True)
        return [
            upload for folder in places if re.fullmatch(FILE_ID, folder.name) and (upload := self._find(folder.name))
        ]

    def _find(self, upload_id: str) -> Upload | None:
        folder = self.folder / upload_id
        path = next((path for path in folder.glob("[!.]*") if path.is_file()), None) if folder.is_dir() else None
        return None if path is None else Upload(upload_id, path.name, path)

    def _write(self, path: Path, chunks: Iterator[bytes]) -> None:
        size = 0
        with write_atomically(path, binary=True) as file:
            for chunk in chunks:
                size += len(chunk)
                if size > self.limit:
                    raise InputError(f"larger than {self.limit / 2**20:g} MB", source=path.name)
                file.write(chunk)
            if not size:
                raise InputError("the file is empty", source=path.name)


def safe_name(name: str) -> str:
    """The last part of a file name, with "_" for all that a shell, a URL or a disk may take amiss."""
    last = PurePosixPath(PureWindowsPath(name).name).name
    stem = re.sub(r"[^A-Za-z0-9._-]+", "_", last).lstrip(".-")
    return stem[-_LONGEST:].lstrip(".-") or "file"


def _unpacked(chunks: Iterable[bytes], name: str) -> Iterator[bytes]:
    """A .gz file piece by piece, so that a small one that holds gigabytes is stopped in time."""
    unpacker = zlib.decompressobj(wbits=31)
    try:
        for chunk in chunks:
            rest = chunk
            while rest:
                if unpacker.eof:  # .gz files may be joined, and padded
                    if not rest.strip(b"\0"):
                        break
                    unpacker = zlib.decompressobj(wbits=31)
                yield unpacker.decompress(rest, _CHUNK)
                rest = unpacker.unconsumed_tail or unpacker.unused_data
        while not unpacker.eof and (more := unpacker.decompress(b"", _CHUNK)):
            yield more
    except zlib.error as error:
        raise InputError(f"damaged .gz file: {error}", source=name) from error
    if not unpacker.eof:
        raise InputError("the .gz file breaks off", source=name)
