"""What a user should know of a receptor around a pocket: what fills it, and what is missing or unusual near it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from scipy.spatial import KDTree

from molgen.chem.formats.parsing import shortened
from molgen.chem.formats.residue_names import is_standard
from molgen.chem.proteins.assembly import incomplete_residues
from molgen.chem.proteins.chain_gaps import gaps
from molgen.chem.proteins.groups.missing_copies import missing_copies
from molgen.chem.proteins.groups.molecules import molecules
from molgen.chem.proteins.predictions.confidence import UNSURE
from molgen.chem.proteins.structure import Pocket, Protein

_NEAR_LIGAND, _NEAR_CENTER = 6.0, 10.0  # Angstrom
_MOST = 6
_LIGAND = 6  # heavy atoms of what may be a ligand, at least
_CENTER, _CENTER_OF_COFACTOR = 4.0, 3.0  # Angstrom; a ligand beside a cofactor is that near to it


def site_notes(receptor: Protein, pocket: Pocket) -> tuple[str, ...]:
    """One line each: what was decided for the pocket, groups that fill it, and what is missing, unusual or was chosen
    among residues near it.

    Near is within 6 Angstrom of the ligand that names the pocket, or 10 of the center.

    Args:
        receptor: the structure that takes part.
        pocket: where the ligand goes.
    """
    near = _near(receptor, pocket)
    lines = list(_copies(receptor, pocket))
    for title, items in _peculiarities(receptor).items():
        chosen = [text for labels, text in items if near & labels]
        if chosen:
            lines.append(f"near the site, {title} {shortened(chosen, _MOST)}")
    return (*pocket.notes, *_filling(receptor, pocket), *lines)


def _copies(receptor: Protein, pocket: Pocket) -> Iterator[str]:
    """What of the biological assembly is missing at the site."""
    missing = missing_copies(receptor, *_site_of(pocket))
    if missing:
        note = f"near the site, the biological assembly has {shortened(missing)} by symmetry"
        yield f"{note}, which the file does not hold: dock into the assembly (.pdb1, -assembly1.cif)"


def _site_of(pocket: Pocket) -> tuple[np.ndarray, float]:
    """Points [k, 3] of a pocket, and the distance in which residues are near them, Angstrom."""
    if pocket.reference is not None:
        return pocket.reference, _NEAR_LIGAND
    return pocket.center[None], _NEAR_CENTER


def _near(receptor: Protein, pocket: Pocket) -> set[str]:
    """Labels of the residues near a pocket."""
    points, reach = _site_of(pocket)
    close = KDTree(points).query(receptor.positions, distance_upper_bound=reach)[0] <= reach
    return {receptor.residues[index].label for index in set(receptor.residue_index[close].tolist())}


def _peculiarities(receptor: Protein) -> dict[str, list[tuple[set[str], str]]]:
    """Title -> what there is of it in the whole structure: labels of the residues that it is about, and a text."""
    incomplete = incomplete_residues(receptor)
    unusual = [residue.label for residue in receptor.of_kind("polymer") if not is_standard(residue.name)]
    return {
        "atoms are missing in": [
            ({residue.label}, f"{residue.label} ({' '.join(names)})") for residue, names in incomplete
        ],
        "the chain is broken from": [({gap.before, gap.after}, str(gap)) for gap in gaps(receptor)],
        "atoms have zero occupancy (no density shows them) in": [({label}, label) for label in receptor.unobserved],
        "alternative locations were chosen in": [({residue.label}, str(residue)) for residue in receptor.alternatives],
        f"the prediction is unsure (pLDDT below {UNSURE:g}) of": [
            ({label}, f"{label} ({confidence:.0f})") for label, confidence in receptor.unsure
        ],
        "unusual residues are": [({label}, label) for label in unusual],
    }


def _filling(receptor: Protein, pocket: Pocket) -> Iterator[str]:
    """Groups and peptides of the receptor that reach the center of the pocket, and ligands in its box."""
    for molecule in molecules(receptor):
        kind = molecule.residues[0].kind
        if kind != "ligand" and not molecule.is_peptide:
            continue
        away = receptor.positions[receptor.atoms_of(molecule.residues)] - pocket.center
        fills = np.linalg.norm(away, axis=1).min() < (_CENTER_OF_COFACTOR if molecule.is_cofactor else _CENTER)
        inside = (np.abs(away) <= pocket.size / 2).all(axis=1)
        if fills or (not molecule.stays and not molecule.is_peptide and inside.sum() >= max(_LIGAND, len(away) / 2)):
            chain = molecule.residues[0].chain
            label = f"chain {chain}, a peptide," if molecule.is_peptide else molecule.label
            drop = f"chain:{chain}" if molecule.is_peptide else ",".join(residue.label for residue in molecule.residues)
            bound = f", covalently bound to {', '.join(molecule.anchors)}" if molecule.anchors else ""
            where = "fills the pocket" if fills else "lies in the box"
            yield f"{label} {where} as part of the receptor{bound}; --drop {drop} takes it out"
