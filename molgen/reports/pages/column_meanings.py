"""What the columns of the reports mean, with their units: tooltips, and a list beneath each table."""

from __future__ import annotations

_HEAVY = "over heavy atoms, the least over the symmetries of the molecule"
_MEANINGS = {
    # poses
    "rank": "Place in the order that is explained above the table.",
    "score / kcal/mol": "Vina energy, lower is better. It compares poses of one ligand; as a free energy it is rough.",
    "confidence": "A model's probability that the pose is within 2 Å of the true one.",
    "RMSD / Å": f"Distance to the nearest reference, {_HEAVY}; poses in place, conformers superposed.",
    "like reference": "Share of the interactions that the pose has in common with the reference (Tanimoto).",
    "strain / kcal/mol": "Energy of the bent ligand above its lowest free conformer; beyond about 10 it is suspicious.",
    "hydrogen bonds": "Residues with which the pose has hydrogen bonds.",
    "valid": "Whether lengths, angles, clashes, planarity and stereo pass the checks of PoseBusters; else which fail.",
    "pocket": "The pocket in which the pose lies.",
    # interactions
    "interaction": "Kind of contact, by the published distances and angles of PLIP and ProLIF.",
    "residue": "Name, chain and number as in the structure file.",
    "atoms": "Atoms of the residue that take part.",
    "distance / Å": "Between the heavy atoms, ring centers or charge centers that take part.",
    "angle / °": "At the hydrogen of a hydrogen bond, at the halogen, or between the planes of rings.",
    # side chains
    "P(all)": "Probability that all chi angles are within 20 degrees of those of a crystal structure.",
    "P(chi 1)": "The same of chi 1, the angle next to the backbone.",
    "moved / Å": "How far the atom is from its place in the file that is farthest from it.",
    "why": "Packed as asked, completed where atoms were missing, or mutated.",
    # conformers
    "energy / kcal/mol": "Above the lowest conformer in the file; the note below says by which field.",
    "RMSD to the first / Å": f"To the conformer of rank 1, superposed, {_HEAVY}.",
    "to the nearest before it / Å": "RMSD to the most similar conformer of a better rank, superposed.",
    # analysis
    "record": "Number of the record in the file.",
    "nearest reference": "Record of the reference file that is nearest.",
    "superposed / Å": "RMSD to the nearest reference after superposition: how far the conformation alone is off.",
    "torsion deviation": "Torsion fingerprint deviation, 0 for equal torsions to 1.",
    "best torsion deviation": "The smallest torsion fingerprint deviation from a reference, 0 to 1.",
    "nearest other / Å": "RMSD to the most similar other structure of the molecule.",
    "energy": "As the file states it, in its unit.",
    "structures": "Records of the molecule in the file.",
    "references": "Reference structures of the molecule.",
    "RMSD of the first / Å": "Of the first record of the molecule to its nearest reference.",
    "best RMSD / Å": "Of the record that is nearest to a reference.",
    "number of the best": "Number of that record within its molecule, from 1.",
    "first, superposed / Å": "RMSD of the first pose after superposition: its conformation alone.",
    "AMR-R / Å": "Mean over references of the RMSD to the nearest conformer (recall).",
    "COV-R": "Share of references with a conformer closer than the threshold (recall).",
    "AMR-P / Å": "Mean over conformers of the RMSD to the nearest reference (precision).",
    "COV-P": "Share of conformers with a reference closer than the threshold (precision).",
    "mean RMSD of pairs / Å": "Mean RMSD over all pairs of structures of the molecule: how diverse they are.",
    "span of energies": "Highest minus lowest energy, in the unit of the file.",
    "stereo kept": "Share of structures with the stereo of the reference.",
    # comparisons
    "structure": "Program, and whether it is its first structure or the one nearest to a reference.",
    "program": "Name of the program or of its file.",
    "structures each": "Mean number of structures of a molecule.",
    # inputs and statistics
    "name": "As in the input.",
    "molecule": "As in the input.",
    "place": "Line or record of the input.",
    "poses": "How many were returned.",
    "conformers": "How many were written.",
    "best score / kcal/mol": "Vina energy of the pose of rank 1.",
    "its RMSD / Å": "Of that pose to the reference, in place.",
    "energies span / kcal/mol": "Highest minus lowest energy of the conformers.",
    "mean RMSD / Å": "Mean over pairs of conformers, superposed: how diverse they are.",
    "seconds": "Wall time.",
    "status": "Whether it worked, or why not.",
    "statistic": "What is averaged.",
    "value": "Mean or median over molecules.",
    "95 % interval": "Percentiles of a bootstrap over molecules.",
    "molecules": "How many the value is over.",
    "why inputs failed": "The reason; failures.csv lists the inputs.",
    "inputs": "How many.",
    "drawing": "Structural formula as docked, with the states of protonation.",
}


def meaning_of(column: str) -> str:
    """The meaning of a column, one sentence or two; "" where its title says it all."""
    if column in _MEANINGS:
        return _MEANINGS[column]
    if column.endswith(", best RMSD / Å"):
        return _MEANINGS["best RMSD / Å"]
    if column.startswith(("best of ", "first")):
        measure = "Mean over the molecules that all programs have" if column.endswith("/ Å") else "Share of molecules"
        return f"{measure}: the best of the first N structures."
    return ""
