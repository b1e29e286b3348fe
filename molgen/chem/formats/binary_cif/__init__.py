"""BinaryCIF: mmCIF tables as MessagePack with encoded columns.

Sehnal et al., PLoS Comput. Biol. 2020, 16, e1008247.
"""

from molgen.chem.formats.binary_cif.tables import binary_tables

__all__ = ["binary_tables"]
