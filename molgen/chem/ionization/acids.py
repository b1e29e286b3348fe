"""Acids by an O-H, S-H or Se-H that is no enol: of carbon, phosphorus, arsenic, sulfur and nitrogen."""

from __future__ import annotations

from molgen.chem.ionization.group import IonizableGroup
from molgen.chem.ionization.substituents import ring_shifts

_PO = "[OX2H1]-[PX4;$(P=[O,S])"
_AMMONIUM = "NX3;!$(N-[!#6;!#1]);!$(N-[#6;!X4])"
_CF3 = "C(F)(F)F"

ACIDS = (
    # sulfur, phosphorus, arsenic
    IonizableGroup("sulfonic acid", "acid", -1.0, "[OX2H1]-[SX4](=O)(=O)"),
    IonizableGroup("sulfinic acid", "acid", 2.0, "[OX2H1]-[SX3]=O"),
    IonizableGroup("phosphate", "acid", 1.5, "[OX2H1]-[PX4;$(P(=[O,S])(-O)(-O)-O)]", later_pkas=(6.6, 12.3)),
    IonizableGroup("thiophosphate", "acid", 1.5, "[SX2H1]-[PX4;$(P=[O,S])]"),
    # tenofovir 6.7, adefovir 6.8, fosfomycin 6.7
    IonizableGroup("alkoxy phosphonate", "acid", 2.0, _PO + ";$(P-[CX4]-[OX2;!H1])]", later_pkas=(6.7,)),
    IonizableGroup("halophosphonate", "acid", 1.5, _PO + ";$(P-[CX4]-[F,Cl,Br])]", later_pkas=(6.4,)),
    IonizableGroup("acyl phosphonate", "acid", 1.7, _PO + ";$(P-[CX3]=O)]", later_pkas=(7.2,)),  # foscarnet
    IonizableGroup(
        "aminophosphonate", "acid", 1.5, _PO + f";$(P-[CX4]-[{_AMMONIUM}])]", later_pkas=(5.8,)
    ),  # glyphosate
    IonizableGroup("aryl phosphonate", "acid", 1.8, _PO + ";$(P-a)]", later_pkas=(7.1,)),
    IonizableGroup("phosphonate", "acid", 2.3, _PO + "]", later_pkas=(7.7,)),
    IonizableGroup("arsenate", "acid", 2.2, "[OX2H1]-[AsX4;$([As](=O)(-O)(-O)-O)]", later_pkas=(6.9, 11.5)),
    IonizableGroup("arsonic acid", "acid", 3.5, "[OX2H1]-[AsX4;$([As](=O)(-O)-O)]", later_pkas=(8.5,)),  # roxarsone
    IonizableGroup("arsinic acid", "acid", 6.2, "[OX2H1]-[AsX4]=O"),  # cacodylic acid
    # carbon
    IonizableGroup("carboxylic acid", "acid", 4.2, "[OX2H1]-[CX3;$(C-[#6]),$([CH1])]=O"),
    IonizableGroup("carbamic acid", "acid", 5.9, "[OX2H1]-[CX3;$(C-[#7,#8])]=O"),  # carbonic acid 6.4
    IonizableGroup("thiocarboxylic acid", "acid", 3.4, "[SX2H1,OX2H1]-[CX3;$(C-[#6])]=[O,S]"),
    IonizableGroup("xanthic acid", "acid", 1.6, "[SX2H1,OX2H1]-[CX3;$(C-[#8])]=[O,S]"),  # thiocarbonates too
    IonizableGroup("thiocarbamic acid", "acid", 3.2, "[SX2H1,OX2H1]-[CX3;$(C-[#7,#16])]=[O,S]"),
    # on nitrogen
    IonizableGroup("N-hydroxyimide", "acid", 6.1, "[OX2H1]-[NX3](-[#6X3]=[O,S])-[#6X3]=[O,S]"),
    IonizableGroup("N-hydroxypyridinethione", "acid", 4.7, "[OX2H1]-n1c(=S)aaaa1"),  # pyrithione
    IonizableGroup("N-hydroxypyridone", "acid", 6.3, "[OX2H1]-n1c(=O)aaaa1"),  # ciclopirox 7.2
    IonizableGroup("N-hydroxyazole", "acid", 4.7, "[OX2H1]-[n;$(n1nnaa1),$(n1nann1)]"),  # HOBt 4.6
    IonizableGroup("cyano oxime", "acid", 4.9, "[OX2H1]-[NX2]=[CX3](-C#N)"),
    IonizableGroup("dicarbonyl oxime", "acid", 4.5, "[OX2H1]-[NX2]=[CX3]1-C(=O)-N-C(=[O,S])-N-C1=O"),  # violuric acid
    IonizableGroup("dicarbonyl oxime", "acid", 7.4, "[OX2H1]-[NX2]=[CX3](-[CX3](=O)-[#6])-[CX3](=O)-[#6]"),
    IonizableGroup("hydroxamic acid", "acid", 9.0, "[OX2H1]-[NX3]-[CX3]=O"),
    # rings
    IonizableGroup("hydroxyisoxazole", "acid", 4.9, "[OX2H1]-c1noaa1"),  # AMPA, muscimol
    IonizableGroup("hydroxyisothiazole", "acid", 5.5, "[OX2H1]-c1nsaa1"),  # 1,2,5-thiadiazoles too
    IonizableGroup("hydroxyfurazan", "acid", 4.0, "[OX2H1]-c1nonc1"),
    IonizableGroup(  # the quinone methide of fluorescein 6.4
        "hydroxyxanthenone", "acid", 6.4, "[OX2H1]-c1ccc2~[#6]~[#6]3~[#6]~[#6]~[#6](=O)~[#6]~[#6]~3~[#8]~c2c1"
    ),
    # nitrophenol 7.15, vanillin 7.4, thyroxine 6.7, pentachlorophenol 4.7, picric acid 0.4; of catechol 9.4 and 12.8
    IonizableGroup("phenol", "acid", 10.0, "[OX2H1]-c1ccccc1", shifts=ring_shifts("[OX2H1]", 2.2), anion_shift=3.0),
    IonizableGroup("thiophenol", "acid", 6.6, "[SX2H1]-c1ccccc1"),
    IonizableGroup("mercaptotetrazole", "acid", 3.5, "[SX2H1]-c1nnnn1"),
    IonizableGroup("mercaptothiadiazole", "acid", 5.5, "[SX2H1]-c1nn[#6][s,o]1"),
    IonizableGroup("mercaptopurine", "acid", 7.7, "[SX2H1]-c1[n][cH1]nc2ncnc12"),
    # carbon that is fluorinated
    IonizableGroup("perfluorinated tertiary alcohol", "acid", 5.4, f"[OX2H1]-[CX4](-{_CF3})(-{_CF3})-{_CF3}"),
    IonizableGroup(
        "hydrate of a perfluoroketone", "acid", 6.6, f"[OX2H1]-[CX4](-[OX2H1])(-{_CF3})-{_CF3}", anion_shift=5.0
    ),
    IonizableGroup("selenol", "acid", 5.3, "[SeX2H1]-[#6]"),  # selenocysteine 5.2
    IonizableGroup("thiol", "acid", 10.3, "[SX2H1]-[CX4]"),
)
