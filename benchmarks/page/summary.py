"""The small table of the README: one line a task, molgen beside the others."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from benchmarks.common import Row, markdown_table
from benchmarks.docking.report import BEST_OF, is_close

Rows = Mapping[str, Sequence[Row]]
SHORT = {
    "conforge": "CONFORGE",
    "faspr": "FASPR",
    "molgen-energy": "molgen by energy alone",
    "rdkit": "RDKit",
    "rdkit-mmff": "RDKit + MMFF94s",
    "rustina": "rustina",
    "vina": "Vina",
}


def summary_table(crystals: Rows, ensembles: Rows, redocking: Rows, cross: Rows, side_chains: Mapping[str, Row]) -> str:
    """Markdown; of the others those that `SHORT` names."""

    def nearest(rows: Sequence[Row]) -> str:
        return f"{np.mean([row['best_50'] for row in rows if row['kind'] == 'ok']):.2f}"

    def covered(rows: Sequence[Row]) -> str:
        return f"{100 * np.mean([row['cov_r'] for row in rows if row['kind'] == 'ok']):.1f}"

    lines = [
        _line(f"conformers, {_count(crystals)} crystal ligands", "nearest of 50, mean, Å", crystals, nearest),
        _line(
            f"conformers for the gas phase, {_count(ensembles)} DFT ensembles",
            "covered within 0.75 Å, %",
            ensembles,
            covered,
            own="molgen-gas-phase" if "molgen-gas-phase" in ensembles else "molgen",
        ),
        _line(f"docking into the ligand's own structure, {_count(redocking)} complexes", _POSES, redocking, _near),
        _line(f"docking into another structure, {_count(cross)} pairs", _POSES, cross, _near),
    ]
    if "molgen-known" in cross:
        lines.append(
            [
                "the same, the ligand of that structure known",
                _POSES,
                f"**{_near(cross['molgen-known'])}**",
                f"all other ligands of the protein known {_near(cross['molgen-all-known'])}",
            ]
        )
    recovered = {name: [row] for name, row in side_chains.items()}
    proteins = "side chains of proteins unlike those of training"
    lines.append(_line(proteins, "all chi angles within 20°, %", recovered, lambda rows: f"{rows[0]['recovered']:.1f}"))
    return markdown_table(("task", "measure", "molgen", "others"), lines)


_POSES = f"first pose within 2 Å; one of {BEST_OF}, %"


def _near(rows: Sequence[Row]) -> str:
    first, best = (100 * np.mean([is_close(row, n) for row in rows]) for n in (1, BEST_OF))
    return f"{first:.1f}; {best:.1f}"


def _line(task: str, measure: str, rows: Rows, value: Callable[[Sequence[Row]], str], own: str = "molgen") -> list[str]:
    others = ", ".join(f"{SHORT[name]} {value(table)}" for name, table in rows.items() if name in SHORT)
    return [task, measure, f"**{value(rows[own])}**", others]


def _count(rows: Rows) -> int:
    return len(rows["molgen"])
