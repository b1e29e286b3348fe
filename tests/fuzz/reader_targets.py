"""Everything that reads what a user gives, each with valid inputs to start from and one way to call it.

A reader may answer with a result or with a `MolgenError` of one line; whatever else comes out of `read` is a bug.
"""

import gzip
import json
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import torch
from binary_structures import binary_file
from rdkit import Chem
from small_molecules import embedded, entry_of, graph_of
from structure_texts import TRIPEPTIDE, cif_row, hetero, mmcif, tripeptide

from molgen.chem.features.pocket_features import PocketAtoms
from molgen.chem.formats.pdbqt.ligand_writing import pdbqt_ligand, pdbqt_record
from molgen.chem.molecules.reading import InputRecord, read_molecules
from molgen.chem.molecules.reference import reference_ligand
from molgen.chem.molecules.writing import SdfRecord, write_sdf
from molgen.chem.proteins.pockets import find_pockets
from molgen.chem.proteins.reading import read_protein
from molgen.chem.proteins.receptor import receptor
from molgen.chem.proteins.writing import write_complex
from molgen.config import from_yaml, override, to_yaml
from molgen.datasets.records.complexes import PlacedLigand, complex_record, encode_complexes, load_complexes
from molgen.datasets.records.conformers import encode_conformers, load_conformers
from molgen.datasets.records.decoys import LabeledPoses, encode_decoys, load_decoys
from molgen.datasets.records.stored_proteins import StoredProtein, stored_protein
from molgen.datasets.structure_files import find_complexes, find_proteins
from molgen.docking.restraints import Anchor
from molgen.errors import MolgenError
from molgen.metrics.ensembles import read_ensembles
from molgen.models.pose_confidence.config import ConfidenceTraining
from molgen.models.pose_flow.config import DockingTraining
from molgen.models.torsion_flow.config import ConformerConfig, ModelConfig
from molgen.models.torsion_flow.model import TorsionModel
from molgen.models.torsion_flow.task import load_model, save_model
from molgen.nets.config import BackboneConfig

SMILES = ("CC(=O)Oc1ccccc1C(=O)O", "C[C@H](N)C(=O)N/N=C/c1ccc[nH]1", "[Na+].[O-]C(=O)C12CC(C1)C2", "CC |$R;S$|")
TRIPOS = (
    "@<TRIPOS>MOLECULE\nmethanal\n4 3 1 0 0\nSMALL\nNO_CHARGES\n\n@<TRIPOS>ATOM\n1 C1 0 0 0 C.2 1 LIG 0.0\n"
    "2 O1 1.2 0 0 O.2 1 LIG 0.0\n3 H1 -0.6 0.9 0 H 1 LIG 0.0\n4 H2 -0.6 -0.9 0 H 1 LIG 0.0\n@<TRIPOS>BOND\n1 1 2 2\n"
    "2 1 3 1\n3 1 4 1\n"
)
BOX, LIGAND, RESIDUES = "box:1,0,0,20", "ligand:LIG:A:9", "residues:A:1,A:2-3,A:GLY3"


@dataclass(frozen=True)
class Reader:
    """One reader.

    Attributes:
        seeds: makes valid inputs.
        read: gives bytes to the reader; the folder is for files.
        is_text: the bytes are an argument, not a file.
    """

    seeds: Callable[[], list[bytes]]
    read: Callable[[bytes, Path], object]
    is_text: bool = False


def check(reader: Reader, data: bytes, folder: Path) -> str:
    """Read, and say what came of it: "result" or "error".

    Raises:
        AssertionError: an answer that is none; or whatever the reader let through.
    """
    try:
        found = reader.read(data, folder)
    except MolgenError as error:
        assert_one_line(str(error))
        return "error"
    records = [one for one in found if isinstance(one, InputRecord)] if isinstance(found, list) else []
    for record in records:
        assert (record.mol is None) != (record.error is None)
        assert_one_line(record.name)
        if record.error is not None:
            assert_one_line(record.error)
    return "result" if not records or any(record.mol is not None for record in records) else "error"


def assert_one_line(text: str) -> None:
    assert text.strip()
    assert text.isprintable(), ascii(text)
    assert len(text) < 5000
    assert not text.startswith("unexpected ")


def file_reader(seeds: Callable[[], list[bytes]], name: str, read: Callable[[Path], object]) -> Reader:
    """A reader of files, which are all called `name`."""

    def from_file(data: bytes, folder: Path) -> object:
        path = folder / name
        path.write_bytes(data)
        return read(path)

    return Reader(seeds, from_file)


def text_reader(seeds: list[str], read: Callable[[str], object]) -> Reader:
    """A reader of arguments; bytes that are no UTF-8 come as a shell would hand them on."""
    encoded = [seed.encode() for seed in seeds]
    return Reader(lambda: encoded, lambda data, folder: read(data.decode(errors="surrogateescape")), is_text=True)


def _molecules(path: Path) -> list[InputRecord]:
    return list(read_molecules(path))


@cache
def _sdf() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        records = [SdfRecord(embedded(smiles), 0, smiles, {"energy": 1.5}) for smiles in ("CCO", "C[C@H](F)Cl")]
        write_sdf(Path(folder) / "a.sdf", iter(records))
        return (Path(folder) / "a.sdf").read_bytes()


def _pdb() -> list[bytes]:
    ligand = [hetero(f"C{n}", "C", "LIG", 9, 4 + 1.5 * n, 4.0 + n % 2, 3.0) for n in range(6)]
    waters = [hetero("O", "O", "HOH", 20 + n, 3.0 * n, 9, 9) for n in range(3)]
    return ["\n".join([*tripeptide(), "TER", *ligand, *waters, "END", ""]).encode()]


def _cif() -> list[bytes]:
    entities = "loop_\n_entity.id\n_entity.type\n1 polymer\n2 'non-polymer'"
    return [mmcif([cif_row(*atom) for atom in TRIPEPTIDE], entities=entities).encode()]


def _pdbqt() -> list[bytes]:
    lines = pdbqt_record(pdbqt_ligand(embedded(SMILES[0])), 0, "aspirin")
    return ["\n".join(lines).encode(), "\n".join(line for line in lines if "REMARK" not in line).encode()]


def _complex_cif() -> list[bytes]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "complex.cif"
        write_complex(path, protein().keep(lambda residue: residue.kind == "polymer"), embedded(SMILES[0]))
        return [path.read_bytes()]


@cache
def protein():
    """The structure that pockets, groups and anchors are looked for in."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "protein.pdb"
        path.write_bytes(_pdb()[0])
        return read_protein(path)


def placed_ligand() -> PlacedLigand:
    graph = graph_of("CCOC(=O)CN")
    order = np.arange(graph.n_atoms, dtype=np.uint8)[None]
    positions = np.random.default_rng(1).normal(size=(graph.n_atoms, 3))
    return PlacedLigand(graph, order, positions, (-1, -1), "c1", "one")


def stored_pocket() -> StoredProtein:
    rng = np.random.default_rng(2)
    atoms = PocketAtoms(rng.integers(0, 2, (30, 6)).astype(np.uint8), 4 * rng.normal(size=(30, 3)), np.arange(30) // 5)
    return stored_protein(atoms, placed_ligand().positions, 30.0)


def _complex_part() -> list[bytes]:
    return [encode_complexes([complex_record(stored_pocket(), placed_ligand())] * 2, "here")]


def _decoy_part() -> list[bytes]:
    ligand = placed_ligand()
    positions = np.stack([ligand.positions] * 3)
    return [
        encode_decoys([LabeledPoses(stored_pocket(), ligand, positions, np.arange(3.0), np.arange(3.0), 2)], "here")
    ]


@cache
def _weights() -> bytes:
    torch.manual_seed(0)
    size = BackboneConfig(scalars=4, pseudoscalars=2, vectors=2, pseudovectors=2, layers=1)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "weights.safetensors"
        save_model(TorsionModel(ModelConfig("diffusion", size, 2)), path, {"steps": 1})
        return path.read_bytes()


def _yaml(kind: type) -> Reader:
    return file_reader(lambda: [to_yaml(kind()).encode()], "config.yaml", lambda path: from_yaml(kind, path))


def _lines(texts: tuple[str, ...], head: str = "") -> Callable[[], list[bytes]]:
    return lambda: [(head + "".join(f"{text},name\n" if head else f"{text} name\n" for text in texts)).encode()]


def readers() -> dict[str, Reader]:
    """All of them, by name."""
    return {
        "SMILES": text_reader(list(SMILES), lambda text: list(read_molecules([text]))),
        "smi": file_reader(_lines(SMILES), "a.smi", _molecules),
        "csv": file_reader(_lines(SMILES, "smiles,name\n"), "a.csv", _molecules),
        "sdf": file_reader(lambda: [_sdf()], "a.sdf", _molecules),
        "sdf.gz": file_reader(lambda: [gzip.compress(_sdf(), mtime=0)], "a.sdf.gz", _molecules),
        "mol2": file_reader(lambda: [TRIPOS.encode()], "a.mol2", _molecules),
        "reference ligand": file_reader(lambda: [_sdf()], "a.sdf", reference_ligand),
        "analyze": file_reader(lambda: [_sdf()], "a.sdf", lambda path: read_ensembles(path)[0]),
        "pdb": file_reader(_pdb, "a.pdb", read_protein),
        "pdb.gz": file_reader(lambda: [gzip.compress(_pdb()[0], mtime=0)], "a.pdb.gz", read_protein),
        "mmcif": file_reader(_cif, "a.cif", read_protein),
        "bcif": file_reader(lambda: [binary_file()], "a.bcif", read_protein),
        "pdb ligand": file_reader(lambda: [Chem.MolToPDBBlock(embedded(SMILES[0])).encode()], "a.pdb", _molecules),
        "pdbqt ligand": file_reader(_pdbqt, "a.pdbqt", _molecules),
        "mmcif ligand": file_reader(_complex_cif, "a.cif", _molecules),
        "pocket": text_reader([BOX, LIGAND, RESIDUES], lambda text: find_pockets(text, protein())),
        "keep": text_reader(["waters", "LIG:A:9", "all"], lambda text: receptor(protein(), None, keep=[text])),
        "drop": text_reader(["ions", "LIG:A", "HOH"], lambda text: receptor(protein(), None, drop=[text])),
        "anchor": text_reader(["[NH2]@1.0,2,-3e0,1.5", "c1ccccc1@0,0,0"], Anchor.parse),
        "conformers.yaml": _yaml(ConformerConfig),
        "docking.yaml": _yaml(DockingTraining),
        "confidence.yaml": _yaml(ConfidenceTraining),
        "override": text_reader(
            ["train.steps=3", "model.process=flow"], lambda text: override(ConformerConfig(), [text])
        ),
        "conformer part": file_reader(
            lambda: [encode_conformers([entry_of("CCOC(=O)CN")], "here")],
            "part.safetensors",
            lambda path: load_conformers([path]),
        ),
        "complex part": file_reader(_complex_part, "part.safetensors", lambda path: load_complexes([path])),
        "decoy part": file_reader(_decoy_part, "part.safetensors", lambda path: load_decoys([path])),
        "weights": file_reader(lambda: [_weights()], "weights.safetensors", load_model),
        "complexes.csv": file_reader(
            lambda: [b"protein,ligand,name,cluster\na.pdb,a.sdf,a,1\n"], "complexes.csv", find_complexes
        ),
        "proteins.csv": file_reader(
            lambda: [b"file,pdb_id,cluster\nproteins.csv,a,1\n"], "proteins.csv", find_proteins
        ),
        "index.csv": file_reader(lambda: [b"id,cluster\na,1\n"], "index.csv", _beside_index),
    }


def _beside_index(path: Path) -> object:
    (path.parent / "a").mkdir(exist_ok=True)
    return find_complexes(path.parent)


def header_and_data(data: bytes) -> tuple[dict, bytes]:
    """The JSON header of a safetensors file, and the rest."""
    size = int.from_bytes(data[:8], "little")
    return json.loads(data[8 : 8 + size]), data[8 + size :]


def with_header(header: object, data: bytes) -> bytes:
    text = json.dumps(header).encode()
    return len(text).to_bytes(8, "little") + text + data
