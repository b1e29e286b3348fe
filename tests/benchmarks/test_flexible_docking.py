"""The table of docking into pockets that move."""

from benchmarks.docking.flexible import METHODS, table
from benchmarks.docking.flexible import _turns as turns
from molgen.datasets.structure_files import ComplexFiles


def row(kind, method, rmsds, moved=(), seconds=5.0):
    return {"kind": kind, "method": method, "rmsds": rmsds, "moved": [list(moved)] * len(rmsds), "seconds": seconds}


def test_first_poses_and_the_best_of_nine_are_counted_by_kind_and_method():
    rows = [
        row("tight", "rigid", [4.0, 1.5]),
        row("tight", "rigid", [6.0, 5.0]),
        row("tight", "auto", [1.9, 8.0], ["PHE:A:36"], 11.0),
        row("tight", "auto", [3.0, 2.5], (), 13.0),
    ]
    lines = table(rows).splitlines()
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]
    assert cells == [["tight", "rigid", "0 of 2", "1", "0", "5.0"], ["tight", "auto", "1 of 2", "1", "1", "12.0"]]


def test_the_methods_differ_in_one_setting_each():
    assert METHODS["auto"].flex == "auto"
    assert {one.flex for name, one in METHODS.items() if name != "auto"} == {"none"}


def test_proteins_take_turns():
    files = [ComplexFiles(f"{group}{k}", None, (), group, "", None) for group in "ab" for k in range(2)]
    assert [one.name for one in turns(files)] == ["a0", "b0", "a1", "b1"]
    assert turns([]) == []
