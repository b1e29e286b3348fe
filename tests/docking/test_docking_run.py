"""A library docked into one receptor: one row per input, and files that are whole or not there."""

import gzip
import json
from dataclasses import replace
from pathlib import Path

import pytest
from complexes import ligand_path, site_in
from rdkit import Chem

from molgen.chem.proteins.reading import read_protein
from molgen.chem.proteins.writing import write_complex
from molgen.docking.library import ligands
from molgen.docking.records import config_of
from molgen.docking.run import DockRow, Setting, dock_to_file
from molgen.errors import InputError, MolgenError

QUICK = config_of(effort="quick", n=2, seed=4)
LINES = [
    "c1ccccc1O phenol",
    "C1CC broken ring",
    "CC(=O)[O-].[Na+] salt",
    "N[Pt](N)(Cl)Cl cisplatin",
    "CCO",
    "C1C[C@H]2CC[C@H]1C2 impossible",
]
GOOD, BAD = ["phenol", "lib_5"], ["broken ring", "salt", "cisplatin", "impossible"]


@pytest.fixture(scope="module")
def small_protein(tmp_path_factory) -> Path:
    """The residues around the ligand of 1of6 as a file."""
    path = tmp_path_factory.mktemp("protein") / "pocket.pdb"
    site = site_in("1of6")
    inside = abs(site.receptor.protein.positions - site.pocket.center).max(axis=1) < 16
    near = set(site.receptor.protein.residue_index[inside].tolist())
    kept = [one.label for k, one in enumerate(site.receptor.protein.residues) if k in near]
    write_complex(path, site.receptor.protein.keep(lambda one: one.label in kept), Chem.MolFromXYZBlock(METHANOL))
    return path


METHANOL = "2\n\nO 31.6 -1.3 49.8\nC 33.0 -1.3 49.8\n"
BOX = "box:31.6,-1.3,49.8,16"


@pytest.fixture(scope="module")
def library(tmp_path_factory, small_protein):
    """A library with every kind of failure, docked once: (folder, rows, settings, calls)."""
    folder = tmp_path_factory.mktemp("library")
    (folder / "lib.smi").write_text("\n".join(LINES) + "\n")
    seen: list[DockRow] = []
    settings: list[Setting] = []
    rows = dock_to_file(
        folder / "lib.smi",
        small_protein,
        BOX,
        folder / "out.sdf.gz",
        config=config_of(effort="quick", n=2, seed=4, timeout=3.0),
        drop=("LIG",),
        reference=ligand_path("1of6"),
        complexes=folder / "complex.cif",
        summary_file=folder / "out.json",
        on_setting=settings.append,
        on_row=seen.append,
    )
    return folder, rows, settings, seen


def dock(source: object, protein: Path, output: Path, **options) -> list[DockRow]:
    options = {"config": QUICK, "drop": ("LIG",), **options}
    return dock_to_file(str(source), protein, BOX, output, **options)


def read(path: Path) -> list[Chem.Mol]:
    data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    supplier = Chem.SDMolSupplier()
    supplier.SetData(data.decode(), removeHs=False)
    return list(supplier)


def test_every_input_is_a_row_in_order(library) -> None:
    _, rows, _, seen = library
    assert [row.name for row in rows] == ["phenol", "broken ring", "salt", "cisplatin", "lib_5", "impossible"]
    assert [row.place for row in rows] == [f"line {k}" for k in range(1, 7)]
    assert [row.name for row in rows if row.result is not None] == GOOD
    assert seen == rows


def test_failures_say_why(library) -> None:
    errors = {row.name: row.error for row in library[1] if row.error}
    assert list(errors) == BAD
    assert "unclosed ring" in errors["broken ring"]
    assert errors["salt"].startswith("2 fragments")
    assert errors["cisplatin"] == "metal Pt at atom 2 is not supported"
    assert "this isomer cannot exist in 3D" in errors["impossible"]
    assert all("\n" not in error for error in errors.values())


def test_the_sd_file_holds_the_poses_of_the_good_ones(library) -> None:
    folder, rows, _, _ = library
    mols = read(folder / "out.sdf.gz")
    assert all(mol is not None and mol.GetConformer().Is3D() for mol in mols)
    assert list(dict.fromkeys(mol.GetProp("_Name") for mol in mols)) == GOOD
    expected = [pose for row in rows if row.result is not None for pose in row.result.poses]
    assert len(mols) == len(expected)
    for mol, pose in zip(mols, expected, strict=True):
        assert mol.GetIntProp("molgen_rank") == pose.rank
        assert float(mol.GetProp("molgen_score")) == pytest.approx(pose.score, abs=1e-4)
        assert mol.GetProp("molgen_valid") == ("yes" if pose.valid else "no")
        assert mol.GetProp("molgen_pocket") == BOX
        assert mol.GetProp("molgen_seed") == "4"
        parts = [float(mol.GetProp(f"molgen_{name}")) for name in pose.terms]
        assert sum(parts) == pytest.approx(pose.intermolecular, abs=0.02)


def test_the_summary_holds_results_and_failures(library) -> None:
    folder, rows, _, _ = library
    document = json.loads((folder / "out.json").read_text())
    assert document["protein"].endswith("pocket.pdb")
    assert [pocket["name"] for pocket in document["pockets"]] == [BOX]
    assert [one["name"] for one in document["ligands"]] == [row.name for row in rows]
    assert [one["place"] for one in document["ligands"]] == [row.place for row in rows]
    for one, row in zip(document["ligands"], rows, strict=True):
        if row.result is None:
            assert one["error"] == row.error
        else:
            assert [pose["score"] for pose in one["poses"]] == [round(pose.score, 4) for pose in row.result.poses]
            assert one["dropped"] == ["LIG:L:1"]
            assert one["seed"] == 4


def test_the_complex_is_the_receptor_with_the_best_pose_of_the_first_ligand(library, small_protein) -> None:
    folder, rows, _, _ = library
    written = read_protein(folder / "complex.cif")
    ligand = list(written.of_kind("ligand"))
    assert len(ligand) == 1
    result = rows[0].result
    heavy = [atom.GetIdx() for atom in result.mol.GetAtoms() if atom.GetAtomicNum() > 1]
    best = result.mol.GetConformer(0).GetPositions()[heavy]
    assert written.positions[ligand[0].start : ligand[0].stop] == pytest.approx(best, abs=1e-3)
    assert len(written) == len(read_protein(small_protein)) - 2 + len(heavy)


def test_the_setting_is_told_once_before_the_work(library) -> None:
    settings = library[2]
    assert len(settings) == 1
    assert settings[0].sites[0].pocket.name == BOX
    assert settings[0].sites[0].receptor.dropped == ("LIG:L:1",)


def test_a_ligand_gets_the_same_poses_alone_and_in_a_library(library, small_protein, tmp_path) -> None:
    alone = dock("CCO", small_protein, tmp_path / "alone.sdf")[0].result
    among = next(row for row in library[1] if row.name == "lib_5").result
    assert [pose.score for pose in alone.poses] == [pose.score for pose in among.poses]


def test_nothing_is_written_when_all_fail(small_protein, tmp_path) -> None:
    (tmp_path / "out.sdf").write_text("an old file")
    (tmp_path / "lib.smi").write_text("C1CC a\nC[Pt] b\n")
    rows = dock(
        tmp_path / "lib.smi",
        small_protein,
        tmp_path / "out.sdf",
        complexes=tmp_path / "complex.pdb",
        summary_file=tmp_path / "out.json",
    )
    assert [row.name for row in rows if row.error] == ["a", "b"]
    assert (tmp_path / "out.sdf").read_text() == "an old file"
    assert not (tmp_path / "complex.pdb").exists()
    document = json.loads((tmp_path / "out.json").read_text())
    assert [one["name"] for one in document["ligands"] if one["error"]] == ["a", "b"]


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"output": "out.pdb"}, "written as .sdf"),
        ({"output": "missing/out.sdf"}, "does not exist"),
        ({"output": "."}, "written as .sdf"),
        ({"complexes": "complex.sdf"}, "written as .pdb or .cif"),
        ({"complexes": "missing/complex.pdb"}, "does not exist"),
        ({"summary_file": "missing/out.json"}, "does not exist"),
        ({"protein": "missing.pdb"}, "no such file"),
        ({"protein": "cut.pdb"}, "line 1"),
        ({"source": "missing.smi"}, "no such file"),
        ({"core": "missing.sdf"}, "no such file"),
        ({"reference": "missing.sdf"}, "no such file"),
        ({"anchors": ["[NH2]@1,2"]}, "an anchor is SMARTS@x,y,z"),
        ({"anchors": ["[[@1,2,3"]}, "not a SMARTS pattern"),
        ({"drop": ["HEM"]}, "no group 'HEM'"),
        ({"pocket": "ligand:XYZ"}, "there is no ligand XYZ; the ligands in the file are LIG:L:1"),
    ],
)
def test_what_cannot_work_is_said_before_anything_is_docked(
    options, told, small_protein, tmp_path, monkeypatch
) -> None:
    monkeypatch.setattr(ligands, "dock_prepared", lambda *_, **__: pytest.fail("docked"))
    monkeypatch.chdir(tmp_path)
    Path("cut.pdb").write_text("ATOM      1  N   ALA A   1      11.104")
    given = {"source": "CCO", "protein": small_protein, "pocket": BOX, "output": "out.sdf", "config": QUICK, **options}
    with pytest.raises(MolgenError, match=told):
        dock_to_file(**given)
    assert [path.name for path in tmp_path.iterdir()] == ["cut.pdb"]


def test_a_receptor_that_the_complex_has_no_room_for_is_refused_before_anything_is_docked(
    small_protein, tmp_path, monkeypatch
) -> None:
    monkeypatch.setattr(ligands, "dock_prepared", lambda *_, **__: pytest.fail("docked"))
    protein = read_protein(small_protein)
    protein = replace(protein, residues=tuple(replace(residue, chain="AB") for residue in protein.residues))
    with pytest.raises(InputError, match="has no room for the chain id 'AB'"):
        dock_to_file("CCO", protein, BOX, tmp_path / "out.sdf", config=QUICK, complexes=tmp_path / "best.pdb")


def test_an_interrupted_write_leaves_nothing(small_protein, tmp_path, monkeypatch) -> None:
    (tmp_path / "lib.smi").write_text("CCO a\nCCN b\n")
    original = ligands.dock_prepared

    def interrupted(sites, prepared, *rest, **options):
        if any(atom.GetSymbol() == "N" for atom in prepared.ligand.mol.GetAtoms()):
            raise KeyboardInterrupt
        return original(sites, prepared, *rest, **options)

    monkeypatch.setattr(ligands, "dock_prepared", interrupted)
    with pytest.raises(KeyboardInterrupt):
        dock(tmp_path / "lib.smi", small_protein, tmp_path / "out.sdf", summary_file=tmp_path / "out.json")
    assert [path.name for path in tmp_path.iterdir()] == ["lib.smi"]


def test_an_unforeseen_error_is_the_failure_of_one_ligand(small_protein, tmp_path, monkeypatch) -> None:
    def fail(*_, **__):
        raise RuntimeError("two\nlines")

    monkeypatch.setattr(ligands, "dock_prepared", fail)
    rows = dock("CCO", small_protein, tmp_path / "out.sdf")
    assert [row.error for row in rows] == ["unexpected RuntimeError: two lines"]


def test_a_pocket_may_be_named_by_very_many_residues(small_protein, tmp_path) -> None:
    """Longer than a file name may be."""
    residues = list(read_protein(small_protein).of_kind("polymer"))[:40]
    spec = "residues:" + ",".join(f"{one.chain}:{one.name}{one.number}" for one in residues)
    assert len(spec) > 255
    with pytest.raises(InputError, match="no ligand with this name"):
        dock_to_file("CCO", small_protein, spec, tmp_path / "o.sdf", config=QUICK, drop=("no ligand with this name",))
