"""Receptors as files of their own."""

from molgen.chem.proteins.output.receptor_files import check_receptor_file, write_receptor

__all__ = ["check_receptor_file", "write_receptor"]
