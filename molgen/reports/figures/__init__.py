"""Figures of results: plain arrays and records in, a matplotlib ``Figure`` out.

Colors are those of Okabe and Ito and the map viridis, and what a color says a line style or a marker says too, so
that figures survive color blindness and gray printers. Nothing draws on a screen and no global state of matplotlib
changes; matplotlib itself is loaded by the first figure.
"""

from molgen.reports.figures.best_of import best_of_figure
from molgen.reports.figures.calibration import calibration_figure
from molgen.reports.figures.classes import class_boxes
from molgen.reports.figures.coverage import coverage_figure
from molgen.reports.figures.differences import difference_intervals
from molgen.reports.figures.distribution import rmsd_distribution
from molgen.reports.figures.energy import energy_against_rmsd
from molgen.reports.figures.pairwise import cluster_order, pairwise_heat_map
from molgen.reports.figures.style import figure_bytes, save_figure
from molgen.reports.figures.success import success_figure
from molgen.reports.figures.torsions import torsion_map, torsion_roses
from molgen.reports.figures.trajectory import sampling_trajectory

__all__ = [
    "best_of_figure",
    "calibration_figure",
    "class_boxes",
    "cluster_order",
    "coverage_figure",
    "difference_intervals",
    "energy_against_rmsd",
    "figure_bytes",
    "pairwise_heat_map",
    "rmsd_distribution",
    "sampling_trajectory",
    "save_figure",
    "success_figure",
    "torsion_map",
    "torsion_roses",
]
