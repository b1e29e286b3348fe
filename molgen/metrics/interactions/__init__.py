"""Interactions of a ligand with its receptor, from hydrogen bonds to water bridges.

Atoms are typed by `molgen.chem.atom_types.interaction_types`; the geometric definitions are the published ones of
ProLIF and PLIP (`geometry.Thresholds`). Where a structure file has no hydrogens, those of donors are set by the
geometry around the donor; hydroxyls and ammonium groups turn theirs to where they fit best.
"""

from molgen.metrics.interactions.conditions import Condition, check_possible, check_residues, unmet
from molgen.metrics.interactions.find import REACH, InteractingReceptor, find_interactions, interacting_receptor
from molgen.metrics.interactions.fingerprint import fingerprint, similarity
from molgen.metrics.interactions.geometry import LIMITS, Thresholds
from molgen.metrics.interactions.groups.ligand import LigandPattern, ligand_pattern
from molgen.metrics.interactions.records import KINDS, TITLES, Contacts, Interaction, Kind, UnsatisfiedAtom, short_name

__all__ = [
    "KINDS",
    "LIMITS",
    "REACH",
    "TITLES",
    "Condition",
    "Contacts",
    "InteractingReceptor",
    "Interaction",
    "Kind",
    "LigandPattern",
    "Thresholds",
    "UnsatisfiedAtom",
    "check_possible",
    "check_residues",
    "find_interactions",
    "fingerprint",
    "interacting_receptor",
    "ligand_pattern",
    "short_name",
    "similarity",
    "unmet",
]
