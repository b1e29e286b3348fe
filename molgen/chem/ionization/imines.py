"""Bases by an sp2 nitrogen: amidines, guanidines and aromatic rings."""

from __future__ import annotations

from molgen.chem.ionization.group import IonizableGroup

# what takes the lone pair of a nitrogen or its basicity: C=O, S=O, P=O, C#N, nitro, N-O, N-N
_DRAINED = "$(*-[CX3]=[O,S]),$(*-[#16]=O),$(*-P=[O,S]),$(*-C#N),$(*-[#7+](=O)[O-]),$(*-[OX2]),$(*-[NX3])"
_FREE_AMINO = "NX3;+0;!$(N-[#6]=[O,S,N]);!$(N-[S,P]);!$(N-[#7+])"
_AZINE = "$([#6]1:,=n:,-[#6]:,=[#6]:,-s1),$(c1nnc[s,o]1),$(c1ncccn1),$(c1nccnc1),$(c1nnccc1),$(c1ncncc1)"
_PLAIN = "$([cH1]),$(c-[CX4]),$(c(:c):c)"  # ring atom that carries nothing but H, alkyl or a fused ring
_AMINO_ALKYL = (
    "$([NX3;+0;!$(N-[!#6;!#1]);!$(N(-a)-a);!$(N-[C;!X4])])"  # amino group that is neither acylated nor arylated
)
_AMINO = f"[{_AMINO_ALKYL}]"
_WITHDRAWN = (  # substituents of an azole, and how many units each takes from its pKa
    ("[$([#7](~[OX1])~[OX1])]", -7.0),  # 4-nitroimidazole 0
    ("[$(C#N),$(S(=O)=O)]", -5.0),
    ("[$(C(F)(F)F)]", -4.5),
    ("F", -4.5),
    ("[Cl,Br,I]", -3.2),  # 4-bromoimidazole 3.9
    ("[$([CX3]=[O,S])]", -3.4),  # imidazole-4-carboxamide 3.7
    ("[$(S=O);!$(S(=O)=O)]", -3.0),
    ("a", -0.8),  # 4-phenylimidazole 6.0, 2-phenylimidazole 6.4
)
_IMIDAZOLE_SHIFTS = (
    *((f"[nX2]:[c;r5]-{substituent}", shift) for substituent, shift in _WITHDRAWN),
    # a step farther: metronidazole 2.5
    *((f"[nX2]:[c;r5]:[c;r5]-{substituent}", 0.7 * shift) for substituent, shift in _WITHDRAWN),
    ("[nX2]:[c;r5]:[nX3]-a", -1.5),  # 1-phenylimidazole 5.5
    ("[nX2]:[c;r5]:[nX3]-[$([CX3]=[O,S]),$(S=O)]", -3.4),  # 1-acetylimidazole 3.6
)
_AMINOPYRIDINE_SHIFTS = tuple(  # 4-amino-3-bromopyridine 7.0, 4-amino-3-nitropyridine 5.0
    (f"[nX2]:c:c-{substituent}", shift)
    for substituent, shift in (
        ("[$([#7](~[OX1])~[OX1])]", -4.0),
        ("[$(C#N),$(S(=O)=O)]", -3.5),
        ("[$(C(F)(F)F),$([CX3]=[O,S])]", -2.5),
        ("[F,Cl,Br,I]", -2.0),
    )
)
_ALKYL = "$([CX4;!$(C-[!#6;!#1])])"
# of a guanidine with aryl: phenylguanidine 10.8, clonidine 8.1, tizanidine 7.4, brimonidine 7.4
_ARYL_GUANIDINE_SHIFTS = tuple(
    (guanidine + aryl, shift)
    for guanidine in ("[NX2]-!@[c;r6]", "[NX2]=[CX3]-[NX3]-!@[c;r6]")
    for aryl, shift in (
        ("", -1.8),
        (":c-[F,Cl,Br,I]", -1.2),
        (":[c;R2;$(c:n)]:[c;R2]:n", -2.0),
        (":c:[c;R2;$(c:n)]:[c;R2]:n", -2.0),
    )
)

# the imine nitrogen of amidines and guanidines takes the proton
IMINES = (
    IonizableGroup(
        "arylacetyl guanidine", "base", 7.1, "[NX2;+0;H1]=[CX3;!R](-[NX3H2])-[NX3H1]-[CX3;!R](=O)-[CX4]-a"
    ),  # guanfacine
    IonizableGroup("acyl guanidine", "base", 8.2, "[NX2;+0;H1]=[CX3;!R](-[NX3H2])-[NX3H1]-[CX3;!R]=O"),  # amiloride 8.7
    IonizableGroup("acyl guanidine", "base", 8.2, "[NX2;+0;$(N-[CX3;!R]=O)]=[CX3;!R](-[NX3H2])-[NX3H2]"),
    IonizableGroup("aminoguanidine", "base", 11.0, f"[NX2;+0;H1]=[CX3](-[NX3H2])-[NX3;H1]-[{_FREE_AMINO}]"),
    IonizableGroup("aminoguanidine", "base", 11.0, f"[NX2;+0;$(N-[{_FREE_AMINO}])]=[CX3](-[NX3H2])-[NX3H2]"),
    IonizableGroup("hydroxyguanidine", "base", 8.0, "[NX2;+0;H1]=[CX3](-[NX3H2])-[NX3;H1]-[OX2H1]"),
    IonizableGroup("hydroxyguanidine", "base", 8.0, "[NX2;+0;$(N-[OX2H1])]=[CX3](-[NX3H2])-[NX3H2]"),
    IonizableGroup("drained guanidine", "base", 0.0, f"[NX2;+0;{_DRAINED}]=[CX3](-[NX3])-[NX3]"),  # cimetidine
    IonizableGroup("drained guanidine", "base", 0.0, f"[NX2;+0]=[CX3](-[NX3])-[NX3;{_DRAINED}]"),
    IonizableGroup("heteroaryl guanidine", "base", 6.8, f"[NX2;+0;$(N-[{_AZINE}])]=[CX3](-[NX3;+0])-[NX3;+0]"),
    IonizableGroup("heteroaryl guanidine", "base", 6.8, f"[NX2;+0]=[CX3](-[NX3;+0])-[NX3;+0;$(N-[{_AZINE}])]"),
    IonizableGroup("guanidine", "base", 12.5, "[NX2;+0]=[CX3](-[NX3;+0])-[NX3;+0]", shifts=_ARYL_GUANIDINE_SHIFTS),
    IonizableGroup("drained amidine", "base", 3.0, f"[NX2;+0;{_DRAINED}]=[CX3]-[NX3]"),  # amidoximes 4.8
    IonizableGroup("drained amidine", "base", 3.0, f"[NX2;+0]=[CX3]-[NX3;{_DRAINED}]"),
    IonizableGroup("aryl amidine", "base", 6.0, "[NX2;+0;$(N-a)]=[CX3]-[NX3]"),  # clozapine, olanzapine
    IonizableGroup("aryl isothiourea", "base", 7.0, "[NX2;+0]=[CX3](-[SX2])-[NX3;+0;$(N-a)]"),  # xylazine
    IonizableGroup("isothiourea", "base", 9.5, "[NX2;+0]=[CX3](-[SX2,OX2])-[NX3;+0]"),
    IonizableGroup("amidine", "base", 11.6, "[NX2;+0]=[CX3;$(C-[#6]),$([CH1])]-[NX3;+0]"),
    # aromatic nitrogen
    IonizableGroup(
        "4-aminopyridine",  # 9.1, DMAP 9.7, tacrine 9.8, chloroquine 8.1
        "base",
        9.0,
        f"[nX2;+0]1[c;{_PLAIN}][c;{_PLAIN}]c([{_AMINO_ALKYL}])[c;{_PLAIN}][c;{_PLAIN}]1",
        shifts=_AMINOPYRIDINE_SHIFTS,
    ),
    IonizableGroup(  # amodiaquine 7.1, of which the amine has 8.1
        "4-anilinoquinoline",
        "base",
        7.2,
        f"[nX2;+0]1[c;{_PLAIN}][c;{_PLAIN}]c(-[NX3;H1]-c2ccccc2)[c;R2;{_PLAIN}][c;R2;{_PLAIN}]1",
        shifts=_AMINOPYRIDINE_SHIFTS,
    ),
    # proflavine 9.6, acridine orange 10.4; 3-aminoacridine 8.0
    IonizableGroup(
        "3,6-diaminoacridine", "base", 9.6, f"[nX2;+0]1c2cc({_AMINO})ccc2[cH1,$(c-[#6])]c2ccc({_AMINO})cc12"
    ),
    IonizableGroup("3-aminoacridine", "base", 8.0, f"[nX2;+0]1c2cc({_AMINO})ccc2[cH1,$(c-[#6])]c2ccccc12"),
    IonizableGroup("6-aminoisoquinoline", "base", 7.2, f"[nX2;+0]1[cH1,$(c-[CX4])]c2ccc({_AMINO})cc2cc1"),
    IonizableGroup("hydrazinophthalazine", "base", 7.3, "[nX2;+0]1c(-[NX3H1]-[NX3H2])c2ccccc2cn1"),  # hydralazine
    IonizableGroup("2-aminopyridine", "base", 6.9, "[nX2;+0]1c([NX3;+0;!$(N-[#6]=[O,S]);!$(N-S=O)])cccc1"),
    IonizableGroup("2,4-diaminopyrimidine", "base", 7.2, "[nX2;+0]1c([NX3H2])nc([NX3H2])[c;!r3][cH1,$(c-[CX4])]1"),
    IonizableGroup(  # trimetrexate 8.0, alfuzosin 8.1; with acylated piperazine less: terazosin 7.1, prazosin 6.5
        "2,4-diaminoquinazoline", "base", 7.2, f"[nX2;+0]1c([{_AMINO_ALKYL}])nc([{_AMINO_ALKYL}])c2c1cccc2"
    ),
    IonizableGroup("pyridine", "base", 5.2, "[nX2;+0]1ccccc1"),
    IonizableGroup("2-aminobenzimidazole", "base", 7.3, f"[nX2;+0]1c([{_AMINO_ALKYL}])[nX3]c2ccccc12"),  # 7.5
    IonizableGroup("benzimidazole", "base", 5.5, "[nX2;+0]1c[nX3]c2aaaac12"),
    IonizableGroup("2-aminoimidazole", "base", 8.5, f"[nX2;+0]1c([{_AMINO_ALKYL}])[nX3][c;{_PLAIN}][c;{_PLAIN}]1"),
    IonizableGroup("2-alkylimidazole", "base", 7.8, "[nX2;+0]1c([CX4H3,CX4H2])[nX3;H1,$(n-[CX4])][cH1][cH1]1"),
    IonizableGroup("dialkylimidazole", "base", 8.3, f"[nX2;+0]1[cH1][nX3;H1,$(n-[CX4])]c([{_ALKYL}])c1[{_ALKYL}]"),
    IonizableGroup("dialkylimidazole", "base", 8.3, f"[nX2;+0]1c([{_ALKYL}])[nX3;H1,$(n-[CX4])]c([{_ALKYL}])[cH1]1"),
    IonizableGroup("dialkylimidazole", "base", 8.3, f"[nX2;+0]1c([{_ALKYL}])[nX3;H1,$(n-[CX4])][cH1]c1[{_ALKYL}]"),
    IonizableGroup("imidazole", "base", 7.0, "[nX2;+0]1c[nX3]cc1", shifts=_IMIDAZOLE_SHIFTS),
)
