"""PDBQT files of AutoDock: the atom types, ligands with their torsion trees, receptors."""
