"""The tables of the conformer benchmark, from its JSON lines."""

from collections.abc import Sequence

import numpy as np

from benchmarks.common import Row, markdown_table
from molgen.metrics import bootstrap_interval

FAILED_RMSD = 5.0  # Angstrom, what a molecule without conformers counts in the columns "all"
BUCKETS = ((0, 15), (16, 25), (26, 35), (36, 45), (46, 10_000))
EVERY_SIZE = (0, 10_000)


def key_of(row: Row) -> tuple[str, str, str, int, int]:
    """What makes a row unique: data set, generator, molecule, number of conformers asked for, seed."""
    return row["data"], row["generator"], row["mol_id"], row["n"], row["seed"]


def report(rows: Sequence[Row]) -> str:
    """Markdown: one section per data set, restricted to the molecules that every generator has tried."""
    return "\n\n".join(_section(name, rows) for name in sorted({row["data"] for row in rows}))


def _section(data: str, rows: Sequence[Row]) -> str:
    by_generator: dict[str, dict[str, Row]] = {}
    for row in rows:
        if row["data"] == data:
            by_generator.setdefault(row["generator"], {})[row["mol_id"]] = row
    common = set.intersection(*(set(table) for table in by_generator.values()))
    common -= {row["mol_id"] for row in rows if row["data"] == data and row["kind"] == "reference"}
    tables = {name: [table[mol] for mol in sorted(common)] for name, table in by_generator.items()}
    if not common:
        return f"## {data}\n\nNo molecule is common to {', '.join(tables)}."
    parts = [f"## {data}: {len(common)} molecules", _accuracy(tables), _speed(tables), _failures(tables)]
    checks = [row.get("rdkit_difference") for table in tables.values() for row in table]
    differences = [difference for difference in checks if difference is not None]
    if differences:
        parts.append(
            f"RMSD against GetBestRMS on {len(differences)} of the rows: at most {max(differences):.1e} A apart."
        )
    return "\n\n".join(part for part in parts if part)


def _accuracy(tables: dict[str, list[Row]]) -> str:
    head = ["generator", "failed", "best@1", "best@10", "best@50", "95 % of the mean", "all @1", "all @10", "all @50"]
    head += ["< 0.5", "< 1", "< 2", "mean RMSD", "COV-R", "AMR-R", "COV-P", "AMR-P", "stereo", "conformers"]
    body = []
    for name, table in tables.items():
        done = [row for row in table if row["kind"] == "ok"]
        if not done:
            body.append([name, str(len(table))] + ["-"] * (len(head) - 2))
            continue
        best = {n: np.array([row[f"best_{n}"] for row in done]) for n in (1, 10, 50)}
        total = {n: np.array([row.get(f"best_{n}", FAILED_RMSD) for row in table]) for n in (1, 10, 50)}
        interval = bootstrap_interval(best[50])
        cells = [name, str(len(table) - len(done))]
        cells += [f"{best[n].mean():.3f}/{np.median(best[n]):.3f}" for n in (1, 10, 50)]
        cells += [f"{interval.low:.2f}-{interval.high:.2f}"]
        cells += [f"{total[n].mean():.3f}" for n in (1, 10, 50)]
        cells += [f"{(total[50] < limit).mean():.3f}" for limit in (0.5, 1.0, 2.0)]
        cells += [f"{np.mean([row[key] for row in done]):.3f}" for key in ("mean_rmsd", "cov_r", "amr_r")]
        cells += [f"{np.mean([row[key] for row in done]):.3f}" for key in ("cov_p", "amr_p", "stereo")]
        cells += [f"{np.mean([row['conformers'] for row in done]):.1f}"]
        body.append(cells)
    note = (
        "Angstrom, mean/median over molecules without failures; `all` counts a failure as 5 A, `< x` as not covered. "
        "COV at 0.75 A."
    )
    return f"{markdown_table(head, body)}\n\n{note}"


def _speed(tables: dict[str, list[Row]]) -> str:
    names = [f"{low}-{high}" if high < 1000 else f"> {low - 1}" for low, high in BUCKETS]
    cost = {name: [milliseconds(table, bucket) for bucket in (*BUCKETS, EVERY_SIZE)] for name, table in tables.items()}
    peer = cost.get("rdkit")
    body = []
    for name, values in cost.items():
        cells = [name]
        for index, value in enumerate(values):
            ratio = f" ({value / peer[index]:.2f}x)" if peer and peer[index] > 0 and name != "rdkit" else ""
            cells.append("-" if np.isnan(value) else f"{value:.1f}{ratio}")
        body.append(cells)
    head = ["CPU ms per conformer, heavy atoms:", *names, "all"]
    return f"{markdown_table(head, body)}\n\nIn brackets: ratio to rdkit. Killed molecules are left out."


def milliseconds(table: Sequence[Row], bucket: tuple[int, int] = EVERY_SIZE) -> float:
    """CPU time a conformer, of the molecules with so many heavy atoms (the ends included); NaN where there is none."""
    done = [row for row in table if row["kind"] == "ok" and bucket[0] <= row["heavy_atoms"] <= bucket[1]]
    conformers = sum(row["conformers"] for row in done)
    return 1000.0 * sum(row["cpu_s"] for row in done) / conformers if conformers else float("nan")


def _failures(tables: dict[str, list[Row]]) -> str:
    lines = [
        f"- {name}: {row['mol_id']} ({row['heavy_atoms']} heavy atoms): {row['failure']}"
        for name, table in tables.items()
        for row in table
        if row["kind"] != "ok"
    ]
    return "Failures:\n\n" + "\n".join(lines) if lines else ""
