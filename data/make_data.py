"""Make every file of this folder that is not written by hand; run in the root of the repository.

    python data/make_data.py            # needs the extra `eval`: PoseBusters carries the PDB entries that are cut here
    python data/make_data.py 1vsn.pdb   # cuts that PDB entry alone
    python data/make_data.py package    # puts what `molgen example` writes into the package

The structures are PDB entries (CC0). Same versions, same files.
"""

from __future__ import annotations

import csv
import gzip
import shutil
import sys
import zipfile
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from rdkit import Chem

import molgen
from molgen.chem.formats.mmcif.writing import mmcif_text
from molgen.chem.formats.pdb.writing import pdb_text
from molgen.chem.molecules.reading import read_molecules
from molgen.chem.proteins.reading import read_protein
from molgen.chem.proteins.writing import protein_atoms
from molgen.cli import root

DATA = Path(__file__).parent
TRAINING = DATA / "training"
COMPLEXES = ("1ia1", "1of6", "1s3v", "1uou")
CUT = 12.0
"""Angstrom around a ligand; residues that reach into it stay in the toy complexes."""


def main() -> None:
    if sys.argv[1:] == ["package"]:
        packed_examples()
        return
    if len(sys.argv) > 1:
        covalent_1vsn(Path(sys.argv[1]))
        return
    ligand_tables()
    complex_1ia1()
    cut_complexes()
    toy_sets()
    packed_examples()


def ligand_tables() -> None:
    """`ligands.csv` and `ligands.sdf` (3D, one conformer each) of the molecules in `ligands.smi`."""
    records = list(read_molecules(DATA / "ligands.smi"))
    with open(DATA / "ligands.csv", "w", newline="", encoding="utf-8") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(["name", "smiles"])
        table.writerows([record.name, Chem.MolToSmiles(record.mol)] for record in records)
    with Chem.SDWriter(str(DATA / "ligands.sdf")) as writer:
        for record in records:
            mol = molgen.generate_conformers(record.mol, n=1, seed=0)
            mol.SetProp("_Name", record.name)
            writer.write(Chem.RemoveHs(mol))


def complex_1ia1() -> None:
    """Chain A of 1IA1 with its cofactor NADPH (NDP) and its inhibitor TQ3, as PDB and mmCIF, and TQ3 as an SD file."""
    protein = read_protein(source("1ia1", "protein_one_lig_removed.pdb"))
    atoms = [atom for atom in protein_atoms(protein) if atom.chain == "A"]
    (DATA / "1ia1.pdb").write_text(pdb_text(atoms, []), encoding="utf-8")
    (DATA / "1ia1.cif").write_text(mmcif_text(atoms, []), encoding="utf-8")
    place = np.array([(a.x, a.y, a.z) for a in atoms if a.residue == "TQ3"])
    ligands = [mol for mol in Chem.SDMolSupplier(str(source("1ia1", "ligands.sdf"))) if mol]
    gaps = [np.abs(mol.GetConformer().GetPositions().mean(0) - place.mean(0)).max() for mol in ligands]
    ligand = ligands[int(np.argmin(gaps))]
    ligand.SetProp("_Name", "TQ3")
    with Chem.SDWriter(str(DATA / "1ia1_ligand.sdf")) as writer:
        writer.write(ligand)


def covalent_1vsn(entry: Path) -> None:
    """The residues of 1VSN within CUT of its inhibitor NFT, which is bonded to Cys 25: ATOM, HETATM and LINK lines."""
    lines = entry.read_text(encoding="ascii").splitlines()
    atoms = [line for line in lines if line[:6] in ("ATOM  ", "HETATM") and line[17:20] != "HOH"]
    places = {line: np.array([float(line[k : k + 8]) for k in (30, 38, 46)]) for line in atoms}
    ligand = np.array([place for line, place in places.items() if line[17:20] == "NFT"])
    near = {line[17:27] for line, place in places.items() if np.linalg.norm(ligand - place, axis=1).min() < CUT}
    kept = [line.rstrip() for line in lines if line[:6] == "LINK  "]
    kept += [line.rstrip() for line in atoms if line[17:27] in near and (line[17:20] == "NFT" or line[:4] == "ATOM")]
    (DATA / "1vsn.pdb").write_text("\n".join([*kept, "END", ""]), encoding="ascii")


def cut_complexes() -> None:
    """`complexes/`: the residues within CUT of each ligand, and the ligand; what `molgen prepare` takes."""
    for name in COMPLEXES:
        folder = DATA / "complexes" / name
        folder.mkdir(parents=True, exist_ok=True)
        ligand = next(iter(Chem.SDMolSupplier(str(source(name, "ligand.sdf")))))
        place = ligand.GetConformer().GetPositions()
        protein = read_protein(source(name, "protein_one_lig_removed.pdb"))
        gaps = np.linalg.norm(protein.positions[:, None] - place[None], axis=-1).min(1)
        near = [gaps[residue.start : residue.stop].min() < CUT for residue in protein.residues]
        atoms = protein_atoms(protein)
        kept = [
            atom
            for residue, is_near in zip(protein.residues, near, strict=True)
            if is_near
            for atom in atoms[residue.start : residue.stop]
        ]
        text = pdb_text(kept, []).encode()
        (folder / "protein.pdb.gz").write_bytes(gzip.compress(text, 9, mtime=0))
        with Chem.SDWriter(str(folder / "ligand.sdf")) as writer:
            writer.write(ligand)


def toy_sets() -> None:
    """`training/`: a set for each model as `molgen prepare` makes it of a few molecules and four small complexes."""
    for name in ("conformers", "cartesian", "fragments", "complexes", "decoys", "side-chains"):
        shutil.rmtree(TRAINING / name, ignore_errors=True)
    few = ["--set", "conformers=6", "--set", "merge=0.1"]
    for command, given, name, options in (
        ("conformers", "ligands.smi", "conformers", few),
        ("cartesian", "ligands.sdf", "cartesian", []),
        ("fragments", "complexes", "fragments", []),
        ("complexes", "complexes", "complexes", []),
        ("decoys", "complexes", "decoys", []),
        ("side-chains", "complexes", "side-chains", ["--complexes"]),
    ):
        arguments = ["prepare", command, str(DATA / given), "-o", str(TRAINING / name), *options]
        root(args=arguments, prog_name="molgen", standalone_mode=False)


def packed_examples() -> None:
    """`molgen/cli/example.zip`: the files of this folder itself, which `molgen example` writes."""
    names = sorted(path.name for path in DATA.iterdir() if path.suffix in (".smi", ".csv", ".sdf", ".pdb", ".cif"))
    with zipfile.ZipFile(
        DATA.parent / "molgen" / "cli" / "example.zip", "w", zipfile.ZIP_DEFLATED, compresslevel=9
    ) as file:
        for name in names:
            file.writestr(zipfile.ZipInfo(name), (DATA / name).read_bytes(), zipfile.ZIP_DEFLATED)


def source(name: str, part: str) -> Path:
    """A file of PoseBusters' examples."""
    spec = find_spec("posebusters")
    if spec is None or not spec.submodule_search_locations:
        raise SystemExit("needs PoseBusters: pip install 'molgen[eval]'")
    return Path(spec.submodule_search_locations[0]) / "datasets" / "pdb" / name / f"{name}_{part}"


if __name__ == "__main__":
    main()
