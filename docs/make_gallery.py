"""The live pages of the gallery: `python docs/make_gallery.py [NAME ...]` stores real results in docs/gallery.

The site makes HTML of them while it builds, with the viewer of the installed ipymolstar; the pictures beside them,
docs/images/gallery-*.png, are screenshots of these pages.
"""

from __future__ import annotations

import gzip
import json
import shlex
import sys
import tempfile
from pathlib import Path

from molgen.chem.molecules.reference import compared_with
from molgen.conformers.config import GenerateConfig
from molgen.docking.records import config_of
from molgen.docking.run import Setting, dock_to_file
from molgen.files import json_value
from molgen.reports.content import Report
from molgen.reports.pages.conformer_report import conformer_report
from molgen.reports.pages.docking_report import docking_report
from molgen.screening.conformer_file import conformers_to_file

ROOT = Path(__file__).parents[1]
GALLERY = Path(__file__).parent / "gallery"
IMATINIB = "CN1CCN(CC1)Cc1ccc(cc1)C(=O)Nc1ccc(C)c(c1)Nc1nccc(n1)-c1cccnc1 imatinib"
NITRILE = "CC(C)C[C@H](N[C@@H](c1ccc(-c2ccc(S(N)(=O)=O)cc2)cc1)C(F)(F)F)C(=O)NCC#N inhibitor"


def main() -> None:
    made = {"docking": docking, "conformers": conformers, "covalent": covalent}
    GALLERY.mkdir(exist_ok=True)
    for name in sys.argv[1:] or made:
        text = json.dumps(json_value(made[name]()), separators=(",", ":"))
        (GALLERY / f"{name}.json.gz").write_bytes(gzip.compress(text.encode("utf-8"), 9, mtime=0))


def docking() -> Report:
    """The inhibitor of 1IA1 in its pocket, beside the crystal structure."""
    return _docked("data/1ia1.cif", "Nc1nc(N)c2c(Sc3ccccc3)cccc2n1 TQ3", "data/1ia1_ligand.sdf")


def covalent() -> Report:
    """A nitrile bonded to the cysteine of cathepsin K."""
    return _docked("data/1vsn.pdb", NITRILE, "auto", covalent="A:CYS:25")


def _docked(protein: str, ligand: str, pocket: str, covalent: str | None = None) -> Report:
    config = config_of(seed=0, covalent=covalent)
    settings: list[Setting] = []
    with tempfile.TemporaryDirectory() as folder:
        rows = dock_to_file(
            ligand, ROOT / protein, pocket, Path(folder) / "poses.sdf", config=config, on_setting=settings.append
        )
    bond = f" --covalent {covalent}" if covalent else f" --pocket {pocket}"
    command = shlex.split(f"dock -p {protein} -l {shlex.quote(ligand)}{bond} -o poses.sdf --report poses.html")
    reference = None if covalent else compared_with(None, pocket)
    return docking_report(rows, settings[0], config=config, reference=reference, output="poses.sdf", command=command)


def conformers() -> Report:
    """Twenty conformers of imatinib."""
    config = GenerateConfig(n=20, seed=0)
    command = ["conformers", IMATINIB, "-n", "20", "-o", "imatinib.sdf", "--report", "imatinib.html"]
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / "imatinib.sdf"
        rows = conformers_to_file(IMATINIB, output, config=config)
        return conformer_report(rows, output, config=config, command=command)


if __name__ == "__main__":
    main()
