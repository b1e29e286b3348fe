"""Types and parameters that energies and networks give to atoms: interaction types, MMFF94s terms, rotor counts."""
