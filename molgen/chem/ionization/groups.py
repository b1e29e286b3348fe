"""Groups that gain or lose a proton, with a typical pKa each: the table behind `molgen.chem.molecules.protonation`.

The pKa are rounded values of simple members of each group in water at 25 degrees Celsius, from the compilations of
Perrin (Dissociation Constants of Organic Bases in Aqueous Solution, 1965), Serjeant and Dempsey (Ionization Constants
of Organic Acids in Aqueous Solution, 1979) and the CRC Handbook. They are good to half a unit, to one unit for groups
with many different neighbors; where those matter most (phenols, piperazines, imidazoles, sulfonanilides, uracils) each
substituent shifts the pKa. Comments name drugs that have the group, with measured values.
"""

from __future__ import annotations

from molgen.chem.ionization.acids import ACIDS
from molgen.chem.ionization.amines import AMINES
from molgen.chem.ionization.enols import ENOLS
from molgen.chem.ionization.imines import IMINES
from molgen.chem.ionization.nitrogen_acids import NITROGEN_ACIDS

# of the groups that match an atom the first one counts
GROUPS = (*ENOLS, *ACIDS, *NITROGEN_ACIDS, *IMINES, *AMINES)
