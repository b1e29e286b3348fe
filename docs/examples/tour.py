"""Every task once: conformers, docking, side chains, analysis."""

import molgen

CRYSTAL = "data/1ia1_ligand.sdf"

mol = molgen.generate_conformers("CC(=O)Oc1ccccc1C(=O)O", n=5, seed=0)  # an RDKit Mol
print(mol.GetNumConformers(), "conformers,", mol.energies.round(1), "kcal/mol above the lowest")

result = molgen.dock("data/1ia1.cif", CRYSTAL, pocket="ligand:TQ3", n=3, effort="quick", seed=0)
for pose in result.poses:
    print(f"pose {pose.rank}: {pose.confidence:.0%}, {pose.score:.1f} kcal/mol, failed checks: {pose.failed}")
result.save("poses.sdf")

packing = molgen.pack("data/1ia1.pdb", around="TQ3")
print(
    len(packing.residues),
    "side chains packed; least certain:",
    min(packing.residues, key=lambda one: one.probability).label,
)

analysis = molgen.analyze("poses.sdf", CRYSTAL, protein="data/1ia1.cif")
print(f"first pose {analysis.rows[0].rmsd_first:.2f} Å from the crystal")
