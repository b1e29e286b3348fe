"""What a user of `molgen dock` sees: tables, notes, files."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from command_line import BOX, dock, exit_code, the_error
from command_process import run
from complexes import INHIBITOR, TYROSINE, ligand_of_file, ligand_path, protein_of, protein_path
from rdkit import Chem
from structure_texts import tripeptide

from molgen.chem.proteins.structure import Protein, Residue
from molgen.chem.proteins.writing import write_complex


def test_a_ligand_ends_as_a_table_a_file_and_a_summary(in_folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert dock("--complex", "complex.pdb", "--seed", "3", "--proposals", "both", "--rank", "confidence") == 0
    out, err = capsys.readouterr()
    assert [word in out for word in ("pose", "kcal/mol", "strain", "valid")] == [True] * 4
    assert "RMSD" not in out
    assert "\x1b" not in out
    assert f"receptor: 1502 atoms of {protein_path('1s3v')}" in err
    assert f"pocket {BOX}: center -3.0, 27.0, 3.0, box 14.0 x 14.0 x 14.0 Å" in err
    document = json.loads((in_folder / "out.json").read_text())
    poses = document["ligands"][0]["poses"]
    assert document["ligands"][0]["name"] == "phenol"
    assert document["ligands"][0]["seed"] == 3
    assert [pose["rank"] for pose in poses] == list(range(1, len(poses) + 1))
    assert set(poses[0]) >= {"score", "intermolecular", "terms", "strain", "valid", "failed_checks", "rmsd", "pocket"}
    assert len(list(Chem.SDMolSupplier("out.sdf"))) == len(poses)
    assert "HETATM" in (in_folder / "complex.pdb").read_text()
    assert sorted(path.name for path in in_folder.iterdir()) == ["complex.pdb", "out.json", "out.sdf"]


def test_a_pocket_file_gives_rmsds_and_notes_are_on_stderr(in_folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pocket = str(ligand_path("1of6"))
    assert dock(protein=protein_path("1of6"), ligand=f"{TYROSINE} tyrosine", pocket=pocket) == 0
    out, err = capsys.readouterr()
    assert "RMSD" in out
    assert "note: tyrosine: carboxylic acid deprotonated" in err
    assert json.loads((in_folder / "out.json").read_text())["ligands"][0]["poses"][0]["rmsd"] < 2.0


def test_a_diffusion_proposes_poses_by_its_stochastic_equation(
    in_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    learned = ("--proposals", "learned", "--pose-model", "diffusion", "--steps", "3")
    assert dock(*learned, "--sampler", "sde") == 0
    assert len(list(Chem.SDMolSupplier("out.sdf")))
    assert dock("--proposals", "learned", "--sampler", "sde") == 2
    assert "needs a score, which a flow of poses does not have" in capsys.readouterr().err


def test_protonation_can_be_left_out(in_folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert dock("--protonate", "no", ligand="CC(=O)O acid") == 0
    assert "deprotonated" not in capsys.readouterr().err
    assert Chem.GetFormalCharge(next(iter(Chem.SDMolSupplier("out.sdf")))) == 0


def test_a_library_is_a_line_for_each_ligand(in_folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (in_folder / "lib.smi").write_text("CCO good\nC1CC broken\n")
    assert dock(ligand="lib.smi") == 0
    out = capsys.readouterr().out
    assert "unclosed ring" in out
    assert "1 of 2 ligands docked, 1 failed" in out
    document = json.loads((in_folder / "out.json").read_text())
    assert "unclosed ring" in document["ligands"][1]["error"]
    assert document["ligands"][1]["place"] == "line 2"


def test_a_ligand_of_the_file_that_fills_the_pocket_is_told(
    in_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    center = molgen_center("TQ3")
    box = f"box:{center[0]:.1f},{center[1]:.1f},{center[2]:.1f},14"
    assert dock(protein=protein_path("1ia1"), ligand="CCO", pocket=box) == 0
    err = capsys.readouterr().err
    assert "note: TQ3:A:194 fills the pocket as part of the receptor; --drop TQ3:A:194 takes it out" in err
    assert "NDP:A:193 fills" not in err
    assert dock("--drop", "TQ3:A:194", protein=protein_path("1ia1"), ligand="CCO", pocket=box) == 0
    assert "fills" not in capsys.readouterr().err


def molgen_center(name: str) -> np.ndarray:
    protein = protein_of("1ia1")
    group = next(one for one in protein.residues if one.name == name)
    return protein.positions[group.start : group.stop].mean(axis=0)


def test_a_reference_of_another_molecule_is_told(in_folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert dock("--reference", ligand_path("1s3v"), ligand="CCO") == 0
    assert f"note: no ligand is the molecule of {ligand_path('1s3v')}: no RMSD" in capsys.readouterr().err


def test_mmcif_that_is_named_pdb_is_read_with_a_note(in_folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_complex("small.cif", protein_of("1s3v"), ligand_of_file("1s3v"))
    Path("small.cif").rename("small.pdb")
    assert exit_code("inspect", "small.pdb") == 0
    assert "note: in spite of its name this is mmCIF" in capsys.readouterr().out
    assert dock("--drop", "LIG", protein="small.pdb", ligand="CCO") == 0
    assert "note: in spite of its name this is mmCIF" in capsys.readouterr().err


@pytest.mark.slow
def test_the_installed_command_docks(in_folder: Path) -> None:
    done = run("dock", "-p", protein_path("1s3v"), "-l", "CCO", "-o", "out.sdf", "--pocket", BOX, "--effort", "quick")
    assert done.returncode == 0
    assert done.stdout.splitlines()[1].split()[1] == "pose"
    assert (in_folder / "out.sdf").exists()


def copies(protein: Protein, count: int) -> Protein:
    """A protein several times side by side, each chain under its own name."""
    shift = np.array([200.0, 0.0, 0.0])
    size = len(protein)
    residues: list[Residue] = []
    for k in range(count):
        for one in protein.residues:
            residues.append(replace(one, chain=f"{one.chain}{k}", start=one.start + k * size, stop=one.stop + k * size))
    return Protein(
        positions=np.concatenate([protein.positions + k * shift for k in range(count)]),
        elements=np.tile(protein.elements, count),
        atom_names=protein.atom_names * count,
        hydrogens=np.tile(protein.hydrogens, count),
        residue_index=np.concatenate([protein.residue_index + k * len(protein.residues) for k in range(count)]),
        residues=tuple(residues),
    )


@pytest.mark.slow
def test_a_structure_of_100_000_atoms(in_folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    large = copies(protein_of("1of6"), 5)
    assert len(large) > 100_000
    write_complex("large.cif", large, Chem.MolFromXYZBlock("1\n\nO 500 500 500\n"))
    pocket = str(ligand_path("1of6"))
    assert dock(protein="large.cif", ligand=f"{TYROSINE} tyrosine", pocket=pocket) == 0
    assert json.loads((in_folder / "out.json").read_text())["ligands"][0]["poses"][0]["rmsd"] < 2.0
    assert dock("-o", "out.pdb.sdf", "--complex", "all.pdb", protein="large.cif", ligand="CCO", pocket=pocket) == 2
    assert "write .cif" in the_error(capsys)


@pytest.mark.slow
def test_blind_docking_from_the_command_line(in_folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert dock(protein=protein_path("1ia1"), ligand=INHIBITOR, pocket="blind") == 0
    assert capsys.readouterr().err.count("pocket blind") > 2


def test_a_table_of_pairs_leaves_a_file_of_all_of_them(in_folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("a.pdb").write_text("\n".join(tripeptide()))
    Path("pairs.csv").write_text("protein;ligand;pocket\na.pdb;CCO;box:0,0,0\na.pdb;C1CC;box:0,0,0\n")
    options = "--proposals", "random", "--rank", "energy", "--effort", "quick"
    assert exit_code("dock", "--pairs", "pairs.csv", "-o", "poses.sdf", "-n", "1", *options) == 0
    out, err = capsys.readouterr()
    assert "written: poses.sdf, poses.json" in out
    assert "receptor: 15 atoms of a.pdb" in err
    told = json.loads(Path("poses.json").read_text())
    assert [bool(ligand.get("error")) for ligand in told["ligands"]] == [False, True]
    assert [receptor["protein"] for receptor in told["receptors"]] == ["a.pdb"]
