"""The tables of the docking benchmark, from its JSON lines."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from benchmarks.common import Row, markdown_table
from benchmarks.docking.confidences import confidence_table
from molgen.metrics import bootstrap_interval

CLOSE = 2.0  # Angstrom
BEST_OF = 9
TOLERANCE = 0.1  # kcal/mol
PEER = "vina"
CRYSTAL = "-score"  # of the method that rates the crystal pose with the energy of the method named before

Table = dict[str, Row]

SPLITS: dict[str, Callable[[Row], bool]] = {
    "rotatable bonds 0-3": lambda row: row["rotatable_bonds"] <= 3,
    "rotatable bonds 4-7": lambda row: 4 <= row["rotatable_bonds"] <= 7,
    "rotatable bonds 8+": lambda row: row["rotatable_bonds"] >= 8,
    "metal near": lambda row: bool(row["has_metal_near"]),
    "cofactor near": lambda row: bool(row["has_cofactor_near"]),
    "neither near": lambda row: not row["has_metal_near"] and not row["has_cofactor_near"],
    "open pocket": lambda row: row.get("closed_pocket") == 0,
    "closed pocket": lambda row: row.get("closed_pocket") == 1,
}


def key_of(row: Row) -> tuple[str, str, str, int, int]:
    """What makes a row unique: data set, method, complex, number of poses asked for, seed."""
    return row["data"], row["method"], row["id"], row["n"], row["seed"]


def report(rows: Sequence[Row]) -> str:
    """Markdown: one section per data set, seed and number of poses, over the complexes that every method has tried."""
    sections = sorted({(row["data"], row["n"], row["seed"]) for row in rows})
    return "\n\n".join(_section(*key, rows) for key in sections)


def _section(data: str, n: int, seed: int, rows: Sequence[Row]) -> str:
    everything: dict[str, Table] = {}
    for row in rows:
        if (row["data"], row["n"], row["seed"]) == (data, n, seed):
            everything.setdefault(row["method"], {})[row["id"]] = row
    docked = {name: table for name, table in everything.items() if not name.endswith(CRYSTAL)}
    title = f"## {data}, {n} poses, seed {seed}"
    if not docked:
        return f"{title}\n\n{_crystal_poses(everything)}"
    common = sorted(set.intersection(*(set(table) for table in docked.values())))
    if not common:
        return f"{title}\n\nNo complex is common to {', '.join(docked)}."
    tables = {name: [table[key] for key in common] for name, table in docked.items()}
    parts = [f"{title}: {len(common)} complexes", _accuracy(tables), _speed(tables), _paired(tables)]
    parts += [_causes(tables, everything), _splits(tables), confidence_table(tables), _forms(tables)]
    parts.append(_failures(everything))
    return "\n\n".join(part for part in parts if part)


def is_close(row: Row, first: int = 1) -> bool:
    """One of the first poses is right; a failure has none."""
    return any(pose["rmsd"] <= CLOSE for pose in row["poses"][:first])


def is_valid(row: Row) -> bool:
    """The first pose passes PoseBusters."""
    return bool(row["poses"]) and row["poses"][0]["failed_checks"] == []


def _accuracy(tables: dict[str, list[Row]]) -> str:
    head = ["method", "n", "failed", "top-1 <= 2 A", "95 %", f"best of {BEST_OF} <= 2 A", "95 %"]
    head += ["top-1 <= 2 A and PB-valid", "95 %", "top-1 PB-valid", "median top-1 RMSD"]
    body = []
    for name, table in tables.items():
        cells = [name, str(len(table)), str(sum(row["failure"] is not None for row in table))]
        for values in (_close(table), _close(table, BEST_OF), _close(table) * _valid(table)):
            cells += _share(values)
        first = [row["poses"][0]["rmsd"] for row in table if row["poses"]]
        cells += [f"{100 * _valid(table).mean():.1f} %", f"{np.median(first):.2f} A" if first else "-"]
        body.append(cells)
    note = "A failure is neither close nor valid. Intervals: bootstrap over complexes."
    return f"{markdown_table(head, body)}\n\n{note}"


def _speed(tables: dict[str, list[Row]]) -> str:
    peer = {row["id"]: row for row in tables.get(PEER, [])}
    body = []
    for name, table in tables.items():
        done = [row for row in table if row["failure"] is None]
        times = [row["cpu_s"] for row in done]
        pairs = [(row["cpu_s"], peer[row["id"]]["cpu_s"]) for row in done if _is_done(peer.get(row["id"]))]
        preparation = [row["prepare_cpu_s"] for row in done if "prepare_cpu_s" in row]
        cells = [name] + [f"{value:.2f}" for value in (np.median(times), np.mean(times))] if times else [name, "-", "-"]
        cells.append(f"{np.median([own / other for own, other in pairs]):.3f}" if pairs else "-")
        cells.append(f"{np.median(preparation):.2f}" if preparation else "-")
        body.append(cells)
    head = [
        "method",
        "median CPU s",
        "mean CPU s",
        f"median ratio to {PEER}",
        "median CPU s of preparation, not counted",
    ]
    return markdown_table(head, body)


def _paired(tables: dict[str, list[Row]]) -> str:
    """Differences in percentage points to the peer, on the same complexes."""
    if PEER not in tables or len(tables) < 2:
        return ""
    peer = tables[PEER]
    body = []
    for name, table in tables.items():
        if name == PEER:
            continue
        pairs = [
            (_close(table), _close(peer)),
            (_close(table, BEST_OF), _close(peer, BEST_OF)),
            (_close(table) * _valid(table), _close(peer) * _valid(peer)),
            (_valid(table), _valid(peer)),
        ]
        body.append([name, *(_difference(own - other) for own, other in pairs)])
    head = [
        f"minus {PEER}, points",
        "top-1 <= 2 A",
        f"best of {BEST_OF} <= 2 A",
        "top-1 <= 2 A and PB-valid",
        "PB-valid",
    ]
    return f"{markdown_table(head, body)}\n\nPaired over complexes, with 95 % bootstrap intervals."


def _causes(tables: dict[str, list[Row]], everything: dict[str, Table]) -> str:
    """Why first poses are wrong: the search missed the minimized crystal pose, or the energy prefers another one."""
    body = []
    for name, table in tables.items():
        crystal = everything.get(name + CRYSTAL, {})
        wrong = [row for row in table if row["poses"] and not is_close(row)]
        gaps = [_gap(row, crystal[row["id"]]) for row in wrong if _stayed(crystal.get(row["id"]))]
        if not crystal:
            continue
        search = sum(gap > TOLERANCE for gap in gaps)
        ranking = sum(gap < -TOLERANCE for gap in gaps)
        found = sum(is_close(row, BEST_OF) for row in wrong)
        cells = [len(wrong), search, ranking, len(gaps) - search - ranking, len(wrong) - len(gaps), found]
        body.append([name, *map(str, cells)])
    if not body:
        return ""
    head = ["method", "wrong top-1", "search failure", "ranking failure", f"within {TOLERANCE:g}", "unknown"]
    head += [f"near-native pose among {BEST_OF}"]
    note = (
        f"Search failure: the best energy found is more than {TOLERANCE:g} kcal/mol above that of the minimized "
        "crystal pose; ranking failure: as much below; unknown: no such pose, or it moved away. "
        "Energy: what the method minimizes (inter- plus intramolecular)."
    )
    return f"{markdown_table(head, body)}\n\n{note}"


def _stayed(crystal: Row | None) -> bool:
    """There is a minimized crystal pose, and it is still one."""
    return crystal is not None and bool(crystal["poses"]) and crystal["poses"][-1]["rmsd"] <= CLOSE


def _gap(row: Row, crystal: Row) -> float:
    """Best energy found minus energy of the minimized crystal pose, the last one of its row, kcal/mol."""
    if "objectives" in row and "objectives" in crystal:
        return min(row["objectives"]) - crystal["objectives"][-1]
    return min(pose["score"] for pose in row["poses"]) - crystal["poses"][-1]["score"]


def _splits(tables: dict[str, list[Row]]) -> str:
    head = ["top-1 <= 2 A / valid too", *tables]
    body = []
    for title, belongs in SPLITS.items():
        parts = {name: [row for row in table if belongs(row)] for name, table in tables.items()}
        size = len(next(iter(parts.values())))
        if size:
            shares = [
                f"{100 * _close(part).mean():.1f} % / {100 * (_close(part) * _valid(part)).mean():.1f} %"
                for part in parts.values()
            ]
            body.append([f"{title} ({size})", *shares])
    return markdown_table(head, body)


def _forms(tables: dict[str, list[Row]]) -> str:
    """Complexes whose ligand the methods did not dock in the same protonation state."""
    forms: dict[str, set[str]] = {}
    for row in (row for table in tables.values() for row in table):
        if row.get("docked_smiles"):
            forms.setdefault(row["id"], set()).add(row["docked_smiles"])
    different = [name for name, found in forms.items() if len(found) > 1]
    return f"Docked in different forms: {', '.join(different)}." if different else ""


def _crystal_poses(everything: dict[str, Table]) -> str:
    body = []
    for name, table in everything.items():
        rows = [row for row in table.values() if row["poses"]]
        moved = [row["poses"][-1]["rmsd"] for row in rows]
        scores = [[row["poses"][place]["score"] for row in rows] for place in (0, -1)]
        cells = [f"{np.median(values):.2f}" if rows else "-" for values in (*scores, moved)]
        body.append([name, str(len(table)), str(len(table) - len(rows)), *cells])
    head = ["method", "n", "failed", "median score of the crystal pose", "minimized", "median RMSD it moves"]
    return markdown_table(head, body)


def _failures(everything: dict[str, Table]) -> str:
    lines = [
        f"- {name}: {row['id']} ({row['rotatable_bonds']} rotatable bonds): {row['failure']}"
        for name, table in everything.items()
        for row in table.values()
        if row["failure"] is not None
    ]
    checks: dict[str, dict[str, int]] = {}
    for name, table in everything.items():
        for row in table.values():
            for check in (row["poses"][0]["failed_checks"] or ()) if row["poses"] else ():
                counts = checks.setdefault(name, {})
                counts[check] = counts.get(check, 0) + 1
    parts = ["Failures:\n\n" + "\n".join(lines)] if lines else []
    for name, counts in checks.items():
        ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
        parts.append(f"Checks that first poses of {name} fail: " + ", ".join(f"{key} {n}" for key, n in ranked) + ".")
    return "\n\n".join(parts)


def _close(table: Sequence[Row], first: int = 1) -> NDArray[np.float64]:
    return np.array([is_close(row, first) for row in table], dtype=np.float64)


def _valid(table: Sequence[Row]) -> NDArray[np.float64]:
    return np.array([is_valid(row) for row in table], dtype=np.float64)


def _is_done(row: Row | None) -> bool:
    return row is not None and row["failure"] is None


def _share(values: NDArray[np.float64]) -> list[str]:
    found = bootstrap_interval(values)
    return [f"{100 * found.value:.1f} %", f"{100 * found.low:.1f}-{100 * found.high:.1f}"]


def _difference(values: NDArray[np.float64]) -> str:
    found = bootstrap_interval(values)
    return f"{100 * found.value:+.1f} ({100 * found.low:+.1f} to {100 * found.high:+.1f})"
