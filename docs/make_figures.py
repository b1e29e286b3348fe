"""The figures of the documentation, from real results: `python docs/make_figures.py` writes docs/images/*.png.

The structures are those that the posebusters package carries.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from rdkit import Chem
from rdkit.Chem import AllChem, rdMolAlign

import molgen
from molgen.metrics import symmetric_rmsds
from molgen.reports.figures import save_figure
from molgen.reports.pages.conformer_report import overlay

IMAGES = Path(__file__).parent / "images"
ANTIFOLATE = "COc1cc(N(C)C[C@@H]2CCc3nc(N)nc(N)c3C2)cc(OC)c1OC"  # TQD of 1S3V
INHIBITOR = "Nc1nc(N)c2c(Sc3ccccc3)cccc2n1"  # TQ3 of 1IA1
BLUE, ORANGE, GRAY = "#0072B2", "#D55E00", "#BBBBBB"
PALE_BLUE, PALE_ORANGE = "#B5D3E7", "#EFB68F"
ELEMENTS = {"N": "#3050F8", "O": "#E02020", "S": "#C8A000"}


def main() -> None:
    """Write both figures."""
    IMAGES.mkdir(exist_ok=True)
    save_figure(conformer_figure(), IMAGES / "conformers.png", dpi=110)
    save_figure(docking_figure(), IMAGES / "docking.png", dpi=110)


def example(code: str, name: str) -> Path:
    """A file of the posebusters package."""
    spec = find_spec("posebusters")
    if spec is None or spec.origin is None:
        raise SystemExit("the figures need posebusters: pip install posebusters")
    return Path(spec.origin).parent / "datasets" / "pdb" / code / f"{code}_{name}"


def conformer_figure() -> Figure:
    """Twenty conformers over each other, and the nearest of fifty on the crystal."""
    mol = molgen.generate_conformers(ANTIFOLATE, n=50, seed=0)
    deposited = next(Chem.SDMolSupplier(str(example("1s3v", "ligand.sdf"))))
    crystal = AllChem.AssignBondOrdersFromTemplate(Chem.MolFromSmiles(ANTIFOLATE), deposited)
    away = symmetric_rmsds(mol, crystal).rmsd[0]
    figure = new_figure(8.0, 3.1)
    left, right = figure.subplots(1, 2, width_ratios=(1, 1.25))
    bare = Chem.RemoveHs(mol)
    stack = overlay(bare, np.array([one.GetPositions() for one in bare.GetConformers()][:20]))
    view = broad_side(stack.reshape(-1, 3))
    for positions in stack[:0:-1]:
        sticks(left, positions @ view, bonds_of(bare), PALE_BLUE, 1.0)
    sticks(left, stack[0] @ view, bonds_of(bare), elements_of(bare), 2.6)
    left.set_title("20 conformers from SMILES")
    nearest = int(away.argmin())
    rdMolAlign.GetBestRMS(bare, crystal, prbId=nearest)
    known = crystal.GetConformer().GetPositions()
    view = broad_side(known)
    sticks(right, known @ view, bonds_of(crystal), PALE_ORANGE, 7.0)
    sticks(right, bare.GetConformer(nearest).GetPositions() @ view, bonds_of(bare), elements_of(bare), 2.2)
    right.set_title(f"nearest of 50 to the crystal (orange, PDB 1S3V): {away.min():.2f} Å")
    return figure


def docking_figure() -> Figure:
    """The first pose in the pocket, and score against RMSD of all poses."""
    options = {} if weights_are_there() else {"proposals": "random", "rank": "energy"}
    protein, reference = example("1ia1", "protein_one_lig_removed.pdb"), example("1ia1", "ligand.sdf")
    result = molgen.dock(protein, INHIBITOR, pocket=reference, n=40, min_rmsd=0.7, seed=0, **options)
    crystal = next(Chem.SDMolSupplier(str(reference)))
    known, docked = crystal.GetConformer().GetPositions(), Chem.RemoveHs(result.mol)
    figure = new_figure(8.0, 3.3)
    left, right = figure.subplots(1, 2, width_ratios=(1.25, 1))
    view = broad_side(known)
    gap = np.linalg.norm(result.receptor.positions[:, None] - known, axis=-1).min(axis=1)
    around = result.receptor.keep(lambda residue: gap[residue.start : residue.stop].min() < 4.2).positions
    near = np.linalg.norm(around[:, None] - around, axis=-1)
    sticks(left, around @ view, np.argwhere(np.triu((near > 0) & (near < 1.9))), GRAY, 1.2)
    sticks(left, known @ view, bonds_of(crystal), PALE_ORANGE, 7.0)
    sticks(left, docked.GetConformer(0).GetPositions() @ view, bonds_of(docked), elements_of(docked), 2.2)
    middle, reach = known.mean(axis=0) @ view, np.ptp(known @ view, axis=0) / 2 + 3.0
    left.set(xlim=middle[0] + np.array([-1.2, 1.2]) * reach[0], ylim=middle[1] + np.array([-1.2, 1.2]) * reach[1])
    first = result.poses[0]
    left.set_title(f"first pose, {first.rmsd:.2f} Å from the crystal (orange, PDB 1IA1)")
    right.axvline(2.0, color="#666666", linestyle=":", linewidth=1.2)
    right.scatter([one.rmsd for one in result.poses], [one.score for one in result.poses], s=22, color=BLUE)
    right.scatter(first.rmsd, first.score, s=150, marker="*", color=ORANGE, edgecolor="black", label="first pose")
    right.set(xlabel="RMSD to the crystal / Å", ylabel="score / kcal/mol", xlim=(0, None))
    right.spines[["top", "right"]].set_visible(False)
    right.legend(frameon=False, loc="lower right")
    return figure


def weights_are_there() -> bool:
    """Whether the learned docking models ship with this copy."""
    folder = Path(molgen.__file__).parent / "weights"
    return all((folder / f"{name}.safetensors").exists() for name in ("poses", "confidence"))


def new_figure(width: float, height: float) -> Figure:
    """An empty figure, inches."""
    matplotlib.rcParams.update({"font.size": 8, "axes.titlesize": 9})
    return Figure(figsize=(width, height), layout="constrained")


def broad_side(positions: np.ndarray) -> np.ndarray:
    """[3, 3]: the columns are the longest, the second and the shortest axis of a set of points."""
    axes = np.linalg.eigh(np.cov(positions.T))[1][:, ::-1]
    return axes * np.array([1.0, 1.0, np.linalg.det(axes)])  # right-handed: no mirror images


def bonds_of(mol: Chem.Mol) -> list[tuple[int, int]]:
    """Pairs of atoms."""
    return [(bond.GetBeginAtomIdx(), bond.GetEndAtomIdx()) for bond in mol.GetBonds()]


def elements_of(mol: Chem.Mol) -> list[str]:
    """A color per atom."""
    return [ELEMENTS.get(atom.GetSymbol(), BLUE) for atom in mol.GetAtoms()]


def sticks(
    axes: Axes,
    positions: np.ndarray,
    bonds: Sequence[tuple[int, int]] | np.ndarray,
    colors: str | Sequence[str],
    width: float,
) -> None:
    """Bonds as lines, each half in the color of its atom, far ones first; the view is along the third axis."""
    halves = []
    for first, second in bonds:
        middle = (positions[first] + positions[second]) / 2
        halves += [(positions[atom], middle, atom) for atom in (first, second)]
    halves.sort(key=lambda half: half[0][2] + half[1][2])
    lines = [(start[:2], end[:2]) for start, end, _ in halves]
    chosen = colors if isinstance(colors, str) else [colors[atom] for _, _, atom in halves]
    axes.add_collection(LineCollection(lines, colors=chosen, linewidths=width, capstyle="round"))
    axes.set_aspect("equal")
    axes.autoscale_view()
    axes.axis("off")


if __name__ == "__main__":
    main()
