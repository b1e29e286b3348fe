"""Every task once: conformers, docking, side chains, analysis."""

import molgen

CRYSTAL = "data/1ia1_ligand.sdf"

mol = molgen.generate_conformers("CC(=O)Oc1ccccc1C(=O)O", n=5, seed=0)  # an RDKit Mol
print(mol.GetNumConformers(), "conformers,", mol.energies.round(1), "kcal/mol above the lowest")

result = molgen.dock("data/1ia1.cif", CRYSTAL, pocket="ligand:TQ3", n=3, effort="quick", seed=0)
for pose in result.poses:
    print(pose.rank, pose.confidence, pose.score, pose.failed)
result.save("poses.sdf")

packing = molgen.pack("data/1ia1.pdb", molgen.PackConfig(around="TQ3"))
print(len(packing.residues), "side chains packed, the least sure", min(one.probability for one in packing.residues))

analysis = molgen.analyze("poses.sdf", CRYSTAL, protein="data/1ia1.cif")
print("first pose", analysis.rows[0].rmsd_first, "Å from the crystal")
