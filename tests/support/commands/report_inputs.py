"""Small results for reports, with names that would do harm in a page that did not escape them."""

import math
from functools import lru_cache
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
from complexes import ligand_of_file, protein_of, site_in
from rdkit import Chem
from rdkit.Chem import AllChem

from molgen.chem.molecules.writing import SdfRecord, write_sdf
from molgen.conformers.config import GenerateConfig
from molgen.docking.records import DockConfig, DockingResult, Pose
from molgen.docking.run import DockRow, Setting
from molgen.reports.content import Report
from molgen.reports.pages.conformer_report import conformer_report
from molgen.reports.pages.docking_report import docking_report
from molgen.screening.conformer_file import ConformerRow

HARM = '<script>window.harmed=1</script><img src=x onerror="window.harmed=1">&amp;\'\u2028'


def conformers(folder: Path, count: int = 4, *, molecules: int = 2) -> Report:
    """Of molecules with harmful names, and one failure."""
    output = folder / "conformers.sdf"
    names = [HARM, *(f"molecule {k}" for k in range(1, molecules))]
    write_sdf(output, (record for name in names for record in _records(name, count)))
    rows = [ConformerRow(name, None, count, 3.0, 0.5, 1.0, None, (f"note on {name}",)) for name in names]
    failed = ConformerRow(f"broken {HARM}", "line 3", 0, None, None, 0.1, f"unclosed ring in {HARM}")
    return conformer_report([*rows, failed], output, config=GenerateConfig(n=count), command=["conformers", HARM])


def _records(name: str, count: int) -> list[SdfRecord]:
    mol = Chem.AddHs(Chem.MolFromSmiles("OCCc1ccc(C(=O)NCC)cc1"))
    ids = AllChem.EmbedMultipleConfs(mol, count, randomSeed=7)
    return [
        SdfRecord(mol, k, name, {"molgen_rank": k + 1, "molgen_energy": 0.5 * k, "molgen_energy_method": HARM})
        for k in ids
    ]


@lru_cache
def docking() -> Report:
    """Of the crystal ligand of a real receptor, moved about, under a harmful name; and one failure."""
    known = ligand_of_file("1s3v")
    mol = Chem.AddHs(Chem.Mol(known), addCoords=True)
    start = mol.GetConformer().GetPositions()
    for step in (1, 2):
        moved = Chem.Conformer(mol.GetConformer())
        moved.SetPositions(start + np.array([0.0, 1.2, 0.4]) * step)
        mol.AddConformer(moved, assignId=True)
    site, config = site_in("1s3v"), DockConfig(n=3)
    kept, dropped, notes = site.receptor.kept, site.receptor.dropped, (f"note {HARM}",)
    result = DockingResult(
        mol, poses(), (site.pocket,), site.receptor.protein, tuple(kept), tuple(dropped), notes, 1.0, config
    )
    rows = [
        DockRow(HARM, "line 1", result, 1.0, None),
        DockRow("broken", "line 2", None, 0.1, f"unclosed ring in {HARM}"),
    ]
    setting = Setting(protein_of("1s3v"), [site], ())
    return docking_report(rows, setting, config=config, reference=known, command=["dock", "-l", HARM])


def poses() -> tuple[Pose, ...]:
    """Three, of which the last fails a check and has an unknown strain."""
    terms = {"gauss1": -2.0, "repulsion": 1.25, "hydrogen_bond": -0.5}
    return tuple(
        Pose(k + 1, k, -8.0 + k, -9.0, -0.5, terms, (1.5, 3.0, math.nan)[k], checks, 1.25 * k, "pocket", confidence)
        for k, (confidence, checks) in enumerate(
            [(0.63, {"bond_lengths": True}), (0.2, {"bond_lengths": True}), (None, {"bond_lengths": False})]
        )
    )


class Page(HTMLParser):
    """The elements of a page, the texts of its scripts, and the texts that a reader sees."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: dict[str, str] = {}
        self.seen: list[str] = []
        self._inside: str | None = None
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag in ("script", "style"):
            self._inside = dict(attrs).get("id") or tag

    def handle_endtag(self, tag: str) -> None:
        if tag in ("script", "style"):
            self._inside = None

    def handle_data(self, data: str) -> None:
        if self._inside is None:
            self.seen.append(data)
        else:
            self.scripts[self._inside] = self.scripts.get(self._inside, "") + data

    def count(self, tag: str, **attributes: str) -> int:
        return sum(
            name == tag and all(given.get(key) == value for key, value in attributes.items())
            for name, given in self.elements
        )
