"""The public GEOM layout, made here: a summary and one pickle per molecule; what a pickle must not do."""

import io
import json
import os
import pickle
from pathlib import Path

import numpy as np
import pytest
from rdkit import Chem
from small_molecules import embedded

from molgen.conformers.prepare.config import PrepareConfig
from molgen.conformers.prepare.geom import read_geom
from molgen.conformers.prepare.prepare import prepare
from molgen.datasets.parts.part_files import find_parts
from molgen.datasets.records.conformers import load_conformers
from molgen.errors import InputError

WEIGHTS = (0.1, 0.6, 0.3)


class Trap:
    """Unpickling one creates a folder, for anybody careless enough."""

    def __init__(self, path: Path) -> None:
        self.path = str(path)

    def __reduce__(self):
        return os.mkdir, (self.path,)


def record_of(smiles: str, weights=WEIGHTS, number=float) -> dict:
    """One molecule as GEOM stores it: every conformer is a molecule of its own."""
    mol = embedded(smiles, len(weights))
    conformers = []
    for k, weight in enumerate(weights):
        single = Chem.Mol(mol, confId=k)
        conformers.append({"geom_id": k, "rd_mol": single, "boltzmannweight": number(weight), "totalenergy": -1.0 * k})
    return {"smiles": smiles, "conformers": conformers, "uniqueconfs": len(conformers)}


def write_geom(folder: Path, records: dict[str, object], name: str = "drugs") -> Path:
    (folder / name).mkdir(parents=True)
    summary = {}
    for k, (smiles, record) in enumerate(records.items()):
        relative = f"{name}/{k}.pickle"
        (folder / relative).write_bytes(record if isinstance(record, bytes) else pickle.dumps(record))
        summary[smiles] = {"pickle_path": relative, "charge": 0}
    (folder / f"summary_{name}.json").write_text(json.dumps(summary))
    return folder


def add_to_summary(folder: Path, **entries) -> None:
    path = folder / "summary_drugs.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **entries}))


def test_molecules_come_in_order_with_their_conformers_heaviest_first(tmp_path):
    folder = write_geom(tmp_path, {"CCCO": record_of("CCCO"), "CCOC": record_of("CCOC", (0.5, 0.5))})
    first, second = read_geom(folder)
    assert (first.index, first.name, first.place, first.error) == (0, "CCCO", "drugs/0.pickle", None)
    assert (second.index, second.name, second.place) == (1, "CCOC", "drugs/1.pickle")
    assert first.mol is not None
    assert [c.GetDoubleProp("weight") for c in first.mol.GetConformers()] == [0.6, 0.3, 0.1]
    original = embedded("CCCO", 3)
    for conformer, k in zip(first.mol.GetConformers(), (1, 2, 0), strict=True):
        np.testing.assert_allclose(conformer.GetPositions(), original.GetConformer(k).GetPositions(), atol=1e-4)


def test_only_the_heaviest_are_kept(tmp_path):
    (record,) = read_geom(write_geom(tmp_path, {"CCCO": record_of("CCCO")}), heaviest=2)
    assert record.mol is not None
    assert [c.GetDoubleProp("weight") for c in record.mol.GetConformers()] == [0.6, 0.3]


def test_the_summary_may_name_files_from_the_folder_above(tmp_path):
    """The archive unpacks to `rdkit_folder/`, and its summary names files from inside or from there."""
    folder = write_geom(tmp_path / "rdkit_folder", {"CCO": record_of("CCO")})
    (folder / "summary_drugs.json").write_text(json.dumps({"CCO": {"pickle_path": "rdkit_folder/drugs/0.pickle"}}))
    (record,) = read_geom(folder)
    assert record.error is None


def test_both_parts_of_the_set_may_lie_side_by_side(tmp_path):
    write_geom(tmp_path, {"CCO": record_of("CCO", (1.0,))}, "qm9")
    write_geom(tmp_path, {"CCCO": record_of("CCCO", (1.0,))}, "drugs")
    assert [(r.index, r.name) for r in read_geom(tmp_path)] == [(0, "CCCO"), (1, "CCO")]


@pytest.mark.parametrize("module", [b"numpy._core.multiarray", b"numpy.core.multiarray"])
def test_numpy_numbers_of_old_and_new_numpy_are_read(tmp_path, module):
    data = pickle.dumps(record_of("CCO", number=np.float64), protocol=3)
    own = b"cnumpy._core.multiarray\n" if b"cnumpy._core.multiarray\n" in data else b"cnumpy.core.multiarray\n"
    assert own in data
    (record,) = read_geom(write_geom(tmp_path, {"CCO": data.replace(own, b"c" + module + b"\n")}))
    assert record.error is None
    assert record.mol is not None
    assert record.mol.GetConformer(0).GetDoubleProp("weight") == 0.6


def test_a_malicious_pickle_is_refused_and_does_not_run(tmp_path):
    trap = tmp_path / "trap"
    records = {"C": Trap(trap), "CC": {"conformers": [Trap(trap)]}, "CCO": record_of("CCO")}
    pickle.loads(pickle.dumps(Trap(tmp_path / "proof")))
    assert (tmp_path / "proof").exists()  # the trap works
    bad, nested, good = read_geom(write_geom(tmp_path / "geom", records))
    assert not trap.exists()
    for record in (bad, nested):
        assert record.mol is None
        assert "mkdir is not allowed in a GEOM file" in str(record.error)
    assert good.error is None


@pytest.mark.parametrize(
    "line", [b"cbuiltins\neval\n", b"cos\nsystem\n", b"crdkit.Chem\nMolFromMolFile\n", b"cnumpy\nload\n"]
)
def test_functions_cannot_be_named(tmp_path, line):
    (record,) = read_geom(write_geom(tmp_path, {"C": line + b"(S'1+1'\ntR."}))
    assert "is not allowed" in str(record.error)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not a pickle",
        b"\x80\x04.",
        b"(lp0\n0.",
        pickle.dumps([1, 2]),
        pickle.dumps({"smiles": "C"}),
        pickle.dumps({"conformers": []}),
        pickle.dumps({"conformers": [[]]}),
        pickle.dumps({"conformers": [{"boltzmannweight": 1.0}]}),
        pickle.dumps({"conformers": [{"rd_mol": "CC"}]}),
        pickle.dumps({"conformers": [{"rd_mol": Chem.MolFromSmiles("CC")}]}),
        pickle.dumps({"conformers": [{"rd_mol": None, "boltzmannweight": "a"}]}),
        pickle.dumps(record_of("CCO"))[:-200],
    ],
    ids=range(13),
)
def test_a_damaged_file_is_a_named_row(tmp_path, content):
    found = list(read_geom(write_geom(tmp_path, {"C": content, "CCO": record_of("CCO")})))
    assert [r.mol is None for r in found] == [True, False]
    assert str(found[0].error).startswith("cannot be read: ")
    assert len(str(found[0].error).splitlines()) == 1


def test_any_flipped_byte_is_survived(tmp_path):
    """Flips outside the molecules themselves, whose bytes RDKit reads."""
    data = bytearray(pickle.dumps({"conformers": [{"rd_mol": 1, "boltzmannweight": np.float64(1.0)}]}))
    folder = write_geom(tmp_path, {"C": b""})
    rng = np.random.default_rng(0)
    for place in range(len(data)):
        changed = bytearray(data)
        changed[place] ^= int(rng.integers(1, 256))
        (folder / "drugs" / "0.pickle").write_bytes(changed)
        (record,) = read_geom(folder)
        assert record.mol is None
        assert record.error


def test_missing_files_and_entries_are_named_rows(tmp_path):
    folder = write_geom(tmp_path, {"CCO": record_of("CCO")})
    add_to_summary(folder, CCN={"pickle_path": "drugs/gone.pickle"}, CCC={"charge": 0}, CCF=None)
    found = list(read_geom(folder))
    assert [(r.name, r.place, r.error) for r in found[1:]] == [
        ("CCN", "drugs/gone.pickle", "no such file"),
        ("CCC", None, "no pickle_path in the summary"),
        ("CCF", None, "no pickle_path in the summary"),
    ]
    assert found[0].error is None


def test_conformers_in_different_atom_orders_are_refused(tmp_path):
    record = record_of("CCO")
    mol = record["conformers"][1]["rd_mol"]
    record["conformers"][1]["rd_mol"] = Chem.RenumberAtoms(mol, list(range(mol.GetNumAtoms()))[::-1])
    (found,) = read_geom(write_geom(tmp_path, {"CCO": record}))
    assert "different orders" in str(found.error)


def test_a_folder_that_is_not_geom(tmp_path):
    with pytest.raises(InputError, match=r"no summary_\*.json"):
        list(read_geom(tmp_path))
    (tmp_path / "summary_drugs.json").write_text("{")
    with pytest.raises(InputError, match="cannot be read"):
        list(read_geom(tmp_path))
    (tmp_path / "summary_drugs.json").write_text("[]")
    with pytest.raises(InputError, match="not a mapping"):
        list(read_geom(tmp_path))
    (tmp_path / "summary_drugs.json").write_bytes(b"\xff\xfe\xfa")
    with pytest.raises(InputError, match="cannot be read"):
        list(read_geom(tmp_path))


def test_weights_reach_the_prepared_set_with_their_conformers(tmp_path):
    records = {"CCCO": record_of("CCCO"), "C=C": b"", "CCOC": record_of("CCOC", (0.8, 0.2))}
    folder = write_geom(tmp_path / "geom", records)
    summary = prepare(folder, tmp_path / "out", PrepareConfig(kind="reference", conformers=2, relax_iterations=20))
    assert (summary.prepared, summary.examples, summary.failures) == (2, 5, 1)
    first, second = load_conformers(find_parts(tmp_path / "out"))[0]
    np.testing.assert_allclose(first.weights, [0.6, 0.3, 0.1], atol=1e-3)
    np.testing.assert_allclose(second.weights, [0.8, 0.2], atol=1e-3)
    heavy = embedded("CCCO", 3).GetConformer(1).GetPositions()[:4]
    inside = np.linalg.norm(heavy[:, None] - heavy[None], axis=-1)
    stored = first.positions[0].astype(float)
    np.testing.assert_allclose(np.linalg.norm(stored[:, None] - stored[None], axis=-1), inside, atol=0.4)


def test_the_unpickler_reads_what_pickle_reads(tmp_path):
    record = record_of("CCO", number=np.float32)
    data = pickle.load(io.BytesIO(pickle.dumps(record)))
    (found,) = read_geom(write_geom(tmp_path, {"CCO": data}))
    assert found.error is None
