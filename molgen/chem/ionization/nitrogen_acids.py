"""Acids by an N-H: sulfonamides, imides, azoles."""

from __future__ import annotations

from molgen.chem.ionization.group import IonizableGroup

_NITRO = "N(~O)~O"

NITROGEN_ACIDS = (
    IonizableGroup("tetrazole", "acid", 4.9, "[nX3H1]1cnnn1"),  # valsartan
    IonizableGroup("tetrazole", "acid", 4.9, "[nX3H1]1ncnn1"),
    IonizableGroup("tetrazolethione", "acid", 3.5, "[nX3H1]1nnnc1=S"),
    IonizableGroup("sulfonimide", "acid", 1.5, "[NX3H1](-S(=O)=O)-S(=O)=O"),
    IonizableGroup(
        "acyl sulfonamide", "acid", 4.5, "[NX3H1](-[CX3]=[O,S])-[SX4](=O)=O"
    ),  # ureas too: glibenclamide 5.3
    IonizableGroup("acyl cyanamide", "acid", 4.0, "[NX3H1](-C#N)-[#6]=O"),
    IonizableGroup("triflamide", "acid", 6.3, "[NX3;H1,H2]-[SX4](=O)(=O)-[CX4](F)F"),
    IonizableGroup(
        "heteroaryl sulfonamide",  # sulfamethoxazole 5.7, sulfadiazine 6.5, sulfathiazole 7.1, bosentan 5.5
        "acid",
        6.5,
        "[NX3H1](-[SX4](=O)=O)-[c;$(c1nccs1),$(c1noc(~*)c1),$(c1cnoc1),$(c1conc1),$(c1ccon1),$(c1ncccn1),$(c1nncs1),$(c1ncncc1)]",
    ),
    IonizableGroup("nitrophenyl sulfonamide", "acid", 6.5, f"[NX3H1](-[SX4](=O)=O)-c1ccc({_NITRO})cc1"),  # nimesulide
    IonizableGroup("thiazolidinedione", "acid", 6.5, "[NX3H1]1-C(=O)-S-[#6]-C1=O"),  # pioglitazone
    IonizableGroup("rhodanine", "acid", 5.4, "[NX3H1]1-C(=S)-S-[#6]-C1=O"),
    IonizableGroup("oxadiazolone", "acid", 6.1, "[nX3H1]1c(=O)onc1"),  # azilsartan
    IonizableGroup("isoxazolone", "acid", 4.5, "[nX3H1]1oaac1=O"),  # gaboxadol 4.3
    IonizableGroup("isothiazolone", "acid", 5.5, "[nX3H1]1saac1=O"),
    IonizableGroup("uric acid", "acid", 5.4, "[#7X3H1]1~[#6](=O)~[#7]~[#6](=O)~[#6]2~[#6]~1~[#7]~[#6](=O)~[#7]~2"),
    IonizableGroup("5,5-disubstituted barbiturate", "acid", 7.7, "[NX3H1]1-C(=O)-[CX4]-C(=O)-[#7]-C1=[O,S]"),
    IonizableGroup("benzothiazolethione", "acid", 6.9, "[nX3H1]1c(=S)sc2ccccc12"),
    IonizableGroup("hydantoin", "acid", 8.5, "[NX3H1]1-C(=O)-[#6]-[#7]-C1=O"),  # phenytoin 8.3
    IonizableGroup("benzothiadiazine dioxide", "acid", 6.8, "[NX3H1;R](-[SX4](=O)=O)-[CX3H1]=N"),  # chlorothiazide
    IonizableGroup("thiadiazole sulfonamide", "acid", 7.2, "[NX3H2]-[SX4](=O)(=O)-c1nncs1"),  # acetazolamide
    IonizableGroup("sulfonamide", "acid", 10.0, "[NX3H2]-[SX4](=O)(=O)-[#6]"),
)
