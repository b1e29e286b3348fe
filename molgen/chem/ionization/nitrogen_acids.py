"""Acids by an N-H: sulfonamides, imides, azoles."""

from __future__ import annotations

from molgen.chem.ionization.group import IonizableGroup
from molgen.chem.ionization.substituents import ring_shifts

_NITRO = "$([#7](~[OX1])~[OX1])"
_HALOGEN = "F,Cl,Br,I"
_SULFONYL = "[SX4](=O)(=O)"
# 5-fluorouracil 8.0, trifluridine 7.85, 5-formyluracil 6.8, 5-cyanouracil 6.5, 5-nitrouracil 5.3; 6-chlorouracil 5.7
_URACIL_SHIFTS = tuple(
    (f"[nX3H1]1{ring}1", shift)
    for substituent, at_5, at_6 in (
        (f"[{_NITRO}]", -4.1, -5.0),
        ("C#N", -2.9, -4.0),
        ("[CX3H1]=O", -2.6, -3.0),
        ("C(F)(F)F", -1.7, -3.7),
        (f"[{_HALOGEN}]", -1.4, -3.7),
    )
    for ring, shift in (
        (f"c(=O)[nX3]cc({substituent})c(=O)", at_5),
        (f"c(=O)[nX3]c(=O)c({substituent})c", at_5),
        (f"c(=O)[nX3]c({substituent})cc(=O)", at_6),
        (f"c(=O)[nX3]c(=O)cc({substituent})", at_6),
    )
)
# 3-chloro-1,2,4-triazole 8.1, 3-nitro-1,2,4-triazole 6.0
_TRIAZOLE_SHIFTS = tuple(
    (path + substituent, shift)
    for substituent, shift in (
        (f"[{_NITRO}]", -4.2),
        ("C#N", -3.0),
        (_SULFONYL, -2.8),
        ("C(F)(F)F", -2.0),
        (f"[{_HALOGEN}]", -2.1),
    )
    for path in ("[nX3H1]:[c;r5]-", "[nX3H1]:n:[c;r5]-")
)
# N-phenyl methanesulfonamide 8.9, N-phenyl benzenesulfonamide 8.4, nimesulide 6.5, vemurafenib 7.9, dabrafenib 6.6
_SULFONANILIDE_SHIFTS = (
    *ring_shifts("[NX3H1;$(N-[SX4](=O)=O)]", 1.75, 0.9),
    *ring_shifts("[NX3H1;$(N-c)]-[SX4](=O)(=O)", 0.8, 1.0),
    ("[NX3H1;$(N-c)]-[SX4](=O)(=O)-a", -0.5),
)

NITROGEN_ACIDS = (
    IonizableGroup("tetrazole", "acid", 4.9, "[nX3H1]1cnnn1"),  # valsartan
    IonizableGroup("tetrazole", "acid", 4.9, "[nX3H1]1ncnn1"),
    IonizableGroup("tetrazolethione", "acid", 3.5, "[nX3H1]1nnnc1=S"),
    IonizableGroup("sulfonimide", "acid", 1.5, "[NX3H1](-S(=O)=O)-S(=O)=O"),
    IonizableGroup(
        "acyl sulfonamide", "acid", 4.5, "[NX3H1](-[CX3]=[O,S])-[SX4](=O)=O"
    ),  # ureas too: glibenclamide 5.3
    IonizableGroup("acyl cyanamide", "acid", 4.0, "[NX3H1](-C#N)-[#6]=O"),
    IonizableGroup("sulfonyl cyanamide", "acid", 2.0, "[NX3H1](-C#N)-[SX4](=O)=O"),
    IonizableGroup("triflamide", "acid", 6.3, "[NX3;H1,H2]-[SX4](=O)(=O)-[CX4](F)F"),
    IonizableGroup("2-thiazolyl sulfonamide", "acid", 7.1, "[NX3H1](-[SX4](=O)=O)-c1nccs1"),  # sulfathiazole
    IonizableGroup(
        "heteroaryl sulfonamide",  # sulfamethoxazole 5.7, sulfadiazine 6.5, bosentan 5.5
        "acid",
        6.5,
        "[NX3H1](-[SX4](=O)=O)-[c;$(c1noc(~*)c1),$(c1cnoc1),$(c1conc1),$(c1ccon1),$(c1ncccn1),$(c1nncs1),$(c1ncncc1)]",
    ),
    IonizableGroup("sulfonanilide", "acid", 8.9, "[NX3H1](-[SX4](=O)=O)-c1ccccc1", shifts=_SULFONANILIDE_SHIFTS),
    IonizableGroup("thiazolidinedione", "acid", 6.5, "[NX3H1]1-C(=O)-S-[#6]-C1=O"),  # pioglitazone
    IonizableGroup("rhodanine", "acid", 5.4, "[NX3H1]1-C(=S)-S-[#6]-C1=O"),
    IonizableGroup("oxadiazolone", "acid", 6.1, "[nX3H1]1c(=O)onc1"),  # azilsartan
    IonizableGroup("isoxazolone", "acid", 4.5, "[nX3H1]1oaac1=O"),  # gaboxadol 4.3
    IonizableGroup("isothiazolone", "acid", 5.5, "[nX3H1]1saac1=O"),
    IonizableGroup("uric acid", "acid", 5.4, "[#7X3H1]1~[#6](=O)~[#7]~[#6](=O)~[#6]2~[#6]~1~[#7]~[#6](=O)~[#7]~2"),
    IonizableGroup(
        "5,5-disubstituted barbiturate",
        "acid",
        7.7,
        "[NX3H1]1-C(=O)-[CX4;H0]-C(=O)-[#7]-C1=[O,S]",
        anion_shift=4.5,
    ),
    IonizableGroup("azauracil", "acid", 7.0, "[nX3H1]1c(=O)[nX3]ncc1=O"),
    IonizableGroup("uracil", "acid", 9.4, "[nX3H1]1c(=O)[nX3]ccc1=O", shifts=_URACIL_SHIFTS, anion_shift=4.0),
    IonizableGroup("uracil", "acid", 9.4, "[nX3H1]1c(=O)[nX3]c(=O)cc1", shifts=_URACIL_SHIFTS, anion_shift=4.0),
    IonizableGroup("oxadiazolethione", "acid", 5.0, "[nX3H1]1ncoc1=S"),
    IonizableGroup("thiadiazolethione", "acid", 5.5, "[nX3H1]1ncsc1=S"),
    IonizableGroup("mercaptopurine", "acid", 7.7, "[nX3H1]1[cH1]nc2ncnc2c1=S"),
    IonizableGroup("mercaptopurine", "acid", 7.7, "[nX3H1]1[cH1]nc(=S)c2ncnc12"),
    IonizableGroup("pyrazolone", "acid", 7.0, "[nX3H1]1ccc(=O)n1-c"),  # edaravone
    IonizableGroup("benzothiazolethione", "acid", 6.9, "[nX3H1]1c(=S)sc2ccccc12"),
    # nitrofurantoin 7.2, dantrolene 7.5
    IonizableGroup("1-iminohydantoin", "acid", 7.3, "[NX3H1]1-C(=O)-[#6]-[#7](-N=C)-C1=O"),
    IonizableGroup("hydantoin", "acid", 8.5, "[NX3H1]1-C(=O)-[#6]-[#7]-C1=O"),  # phenytoin 8.3
    IonizableGroup("benzothiadiazine dioxide", "acid", 6.8, "[NX3H1;R](-[SX4](=O)=O)-[CX3H1]=N"),  # chlorothiazide
    IonizableGroup("thiadiazole sulfonamide", "acid", 7.2, "[NX3H2]-[SX4](=O)(=O)-c1nncs1"),  # acetazolamide
    IonizableGroup("sulfonamide", "acid", 10.0, "[NX3H2]-[SX4](=O)(=O)-[#6]"),
    IonizableGroup("1,2,4-triazole", "acid", 10.2, "[nX3H1]1ncnc1", shifts=_TRIAZOLE_SHIFTS),
    IonizableGroup("1,2,4-triazole", "acid", 10.2, "[nX3H1]1cnnc1", shifts=_TRIAZOLE_SHIFTS),
)
