"""Ligands of formats that are made for structures: their bonds are declared, perceived, or said to be unknown."""
