"""Vinylogous acids: enols of dicarbonyl compounds, and the C-H between carbonyl groups that loses its proton.

HO-C=C-C=O is a carboxylic acid with a double bond between. In a ring that keeps the two oxygens apart, with another
group that takes electrons, or between two carbonyl groups its pKa is that of a carboxylic acid; acetylacetone, whose
enol is held by a hydrogen bond, has 8.9 and is left neutral. Of a C-H acid the first atom is the carbon; the charge of
its anion is drawn on an oxygen.
"""

from __future__ import annotations

from molgen.chem.ionization.group import IonizableGroup

_ACYL = "$([#6](=O)),$(C#N),$([#6]=S),$(S(=O)=O)"

ENOLS = (
    IonizableGroup("4-hydroxycoumarin", "acid", 5.0, "[OX2H1]-c1cc(=O)oc2aaaac12"),  # warfarin
    IonizableGroup("4-hydroxycoumarin", "acid", 5.0, "[OX2H1]-C1=CC(=O)Oc2aaaac12"),
    IonizableGroup("ascorbic acid", "acid", 4.1, "[OX2H1]-C1=C([OX2H1])C(=O)OC1"),
    IonizableGroup("squaric acid", "acid", 1.5, "[OX2H1]-[#6]1~[#6]~[#6](=O)~[#6]1=O"),  # 1.5 and 3.4
    IonizableGroup("hydroxyquinone", "acid", 4.5, "[OX2H1]-[#6X3]1=[#6X3]-C(=O)-[#6]=,:[#6]-C1=O"),  # lawsone 4.0
    IonizableGroup("tropolone", "acid", 6.8, "[OX2H1]-c1cccccc1=O"),
    # teriflunomide 3.1, piroxicam 6.3, meloxicam 4.1, the ring A of tetracyclines 3.3, nitisinone
    IonizableGroup("acidic enol", "acid", 4.5, f"[OX2H1]-[CX3]=[CX3](-[{_ACYL}])-[{_ACYL}]"),
    IonizableGroup("acidic enol", "acid", 6.0, "[OX2H1]-[CX3]=[CX3](-[NX3]-S(=O)=O)-[CX3]=O"),
    IonizableGroup("acidic enol", "acid", 5.3, "[OX2H1]-[CX3;R]1=[CX3;R]-[CX3;R](=O)-[#6]~[#6]~[#6]1"),  # dimedone
    IonizableGroup(
        "acidic enol", "acid", 4.0, "[OX2H1]-[CX3;R]1=[CX3;R]-[CX3;R](=O)-[#6,#7,#8]~[#6]1"
    ),  # tetronic acid
    IonizableGroup("acidic enol", "acid", 5.0, "[OX2H1]-[CX3;R]1=[CX3;R]-[CX3;R](=O)-[#6,#7,#8]~[*]~[#6,#7,#8]1"),
    IonizableGroup("4-hydroxypyranone", "acid", 5.3, "[OX2H1]-c1cc(=O)oaa1"),  # tipranavir 6.2
    # laquinimod 4.2, and tasquinimod
    IonizableGroup("4-hydroxypyridone-3-carboxamide", "acid", 4.5, "[OX2H1]-c1c(-C=O)c(=O)naa1"),
    IonizableGroup("4-hydroxypyridone", "acid", 6.2, "[OX2H1]-c1cc(=O)naa1"),
    IonizableGroup("pyrazolidinedione", "acid", 4.5, "[OX2H1]-c1cc(=O)nn1"),  # phenylbutazone, its enol
    IonizableGroup("5-hydroxypyrimidinone", "acid", 6.7, "[OX2H1]-c1c(-C(=O)N)ncnc1=O"),  # raltegravir
    IonizableGroup("trifluoromethyl 1,3-diketone", "acid", 6.3, "[OX2H1]-[CX3](-[#6])=[CX3]-C(=O)-C(F)(F)F"),
    IonizableGroup("trifluoromethyl 1,3-diketone", "acid", 6.3, "[OX2H1]-[CX3](-C(F)(F)F)=[CX3]-C(=O)-[#6]"),
    # C-H between carbonyl groups
    IonizableGroup("trifluoromethyl 1,3-diketone", "acid", 6.3, "[CX4;H2](-C(=O)-C(F)(F)F)-C(=O)-[#6]"),
    IonizableGroup("tricarbonyl", "acid", 4.0, "[CX4;H1](-[#6]=O)(-[#6]=O)-[#6]=O"),  # mesotrione 3.1
    IonizableGroup("barbituric acid", "acid", 4.0, "[CX4;H1,H2]1-C(=O)-[#7]-C(=[O,S])-[#7]-C1=O"),
    IonizableGroup("cyclic 1,3-dicarbonyl", "acid", 4.9, "[CX4;H1,H2]1-C(=O)-O-[CX4]-O-C1=O"),  # Meldrum's acid
    IonizableGroup("cyclic 1,3-dicarbonyl", "acid", 5.3, "[CX4;H1,H2]1-C(=O)-[#6]~[#6]~[#6]-C1=O"),
    IonizableGroup("cyclic 1,3-dicarbonyl", "acid", 4.3, "[CX4;H1](-a)1-C(=O)-a:a-C1=O"),  # phenindione
    IonizableGroup("pyrazolidinedione", "acid", 4.5, "[CX4;H1,H2]1-C(=O)-[#7]-[#7]-C1=O"),  # phenylbutazone
    IonizableGroup("pyrazolone", "acid", 7.0, "[CX4;H1,H2]1-C(=O)-[#7](-c)-[#7]=[#6]1"),  # edaravone
    IonizableGroup("pyrazolone", "acid", 7.0, "[OX2H1]-c1ccnn1-c"),
    IonizableGroup("tetronic or tetramic acid", "acid", 4.5, "[CX4;H1,H2]1-C(=O)-[#7,#8]-[#6]-C1=O"),
)
