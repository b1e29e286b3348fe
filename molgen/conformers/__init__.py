"""The conformer task: prepare data, train the torsional model, generate and choose conformers."""
