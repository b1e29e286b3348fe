"""Groups that gain or lose a proton, with a typical pKa each: the table behind `molgen.chem.molecules.protonation`.

The pKa are rounded values of simple members of each group in water at 25 degrees Celsius, from the compilations of
Perrin (Dissociation Constants of Organic Bases in Aqueous Solution, 1965), Serjeant and Dempsey (Ionization Constants
of Organic Acids in Aqueous Solution, 1979) and the CRC Handbook. They are good to half a unit, to one unit for groups
with many different neighbors. Comments name drugs that have the group, with measured values.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Literal

from rdkit import Chem


@dataclass(frozen=True)
class IonizableGroup:
    """A group in its neutral form.

    Attributes:
        name: for notes.
        kind: an acid loses a proton, a base gains one.
        pka: of the acid, or of the conjugate acid of the base.
        smarts: its first atom is the one that loses or gains the proton.
        second_pka: of another such atom on the same second atom of the SMARTS; None for the same pKa.
    """

    name: str
    kind: Literal["acid", "base"]
    pka: float
    smarts: str
    second_pka: float | None = None

    @property
    def pattern(self) -> Chem.Mol:
        """The compiled SMARTS."""
        return _compiled(self.smarts)


@cache
def _compiled(smarts: str) -> Chem.Mol:
    return Chem.MolFromSmarts(smarts)


# what takes the lone pair of a nitrogen or its basicity: C=O, S=O, P=O, C#N, nitro, N-O, N-N
_DRAINED = "$(*-[CX3]=[O,S]),$(*-[#16]=O),$(*-P=[O,S]),$(*-C#N),$(*-[#7+](=O)[O-]),$(*-[OX2]),$(*-[NX3])"
_AMINE = "NX3;+0;$(N-[#6X4]);!$(N-[!#6;!#1]);!$(N-[#6;!X4])"
_PLAIN = "$([cH1]),$(c-[CX4]),$(c(:c):c)"  # ring atom that carries nothing but H, alkyl or a fused ring
_AMINO_ALKYL = (
    "$([NX3;+0;!$(N-[!#6;!#1]);!$(N(-a)-a);!$(N-[C;!X4])])"  # amino group that is neither acylated nor arylated
)

# of the groups that match an atom the first one counts
GROUPS = (
    # acids
    IonizableGroup("sulfonic acid", "acid", -1.0, "[OX2H1]-[SX4](=O)(=O)"),
    IonizableGroup("sulfinic acid", "acid", 2.0, "[OX2H1]-[SX3]=O"),
    IonizableGroup("phosphate", "acid", 1.5, "[OX2H1]-[PX4;$(P(=[O,S])(-O)(-O)-O)]", second_pka=6.6),
    IonizableGroup("phosphonate", "acid", 2.3, "[OX2H1]-[PX4;$(P=[O,S])]", second_pka=7.7),
    IonizableGroup("carboxylic acid", "acid", 4.2, "[OX2H1]-[CX3;$(C-[#6]),$([CH1])]=O"),
    IonizableGroup("thiocarboxylic acid", "acid", 3.4, "[SX2H1]-[CX3;$(C-[#6])]=[O,S]"),
    IonizableGroup("tetrazole", "acid", 4.9, "[nX3H1]1cnnn1"),  # valsartan
    IonizableGroup("tetrazole", "acid", 4.9, "[nX3H1]1ncnn1"),
    IonizableGroup("sulfonimide", "acid", 1.5, "[NX3H1](-S(=O)=O)-S(=O)=O"),
    IonizableGroup(
        "acyl sulfonamide", "acid", 4.5, "[NX3H1](-[CX3]=[O,S])-[SX4](=O)=O"
    ),  # ureas too: glibenclamide 5.3
    IonizableGroup("triflamide", "acid", 6.3, "[NX3;H1,H2]-[SX4](=O)(=O)-[CX4](F)F"),
    IonizableGroup(
        "heteroaryl sulfonamide",  # sulfamethoxazole 5.7, sulfadiazine 6.5, sulfathiazole 7.1, bosentan 5.5
        "acid",
        6.5,
        "[NX3H1](-[SX4](=O)=O)-[c;$(c1nccs1),$(c1noc(~*)c1),$(c1cnoc1),$(c1conc1),$(c1ccon1),$(c1ncccn1),$(c1nncs1),$(c1ncncc1)]",
    ),
    IonizableGroup("thiazolidinedione", "acid", 6.5, "[NX3H1]1-C(=O)-S-[#6]-C1=O"),  # pioglitazone
    IonizableGroup("oxadiazolone", "acid", 6.1, "[nX3H1]1c(=O)onc1"),  # azilsartan
    IonizableGroup("4-hydroxycoumarin", "acid", 5.0, "[OX2H1]-c1cc(=O)oc2aaaac12"),  # warfarin
    IonizableGroup("4-hydroxycoumarin", "acid", 5.0, "[OX2H1]-C1=CC(=O)Oc2aaaac12"),
    IonizableGroup("ascorbic acid", "acid", 4.1, "[OX2H1]-C1=C([OX2H1])C(=O)OC1"),
    IonizableGroup("polynitrophenol", "acid", 4.1, "[OX2H1]-c1c(N(~O)~O)cc(N(~O)~O)cc1"),
    IonizableGroup("polynitrophenol", "acid", 4.1, "[OX2H1]-c1c(N(~O)~O)cccc1N(~O)~O"),
    IonizableGroup("nitrophenol", "acid", 7.15, "[OX2H1]-c1ccc(N(~O)~O)cc1"),
    IonizableGroup("nitrophenol", "acid", 7.2, "[OX2H1]-c1c(N(~O)~O)cccc1"),
    IonizableGroup("2,6-dihalophenol", "acid", 6.8, "[OX2H1]-c1c([Cl,Br,I])cccc1[Cl,Br,I]"),  # thyroxine
    IonizableGroup("pentafluorophenol", "acid", 5.5, "[OX2H1]-c1c(F)c(F)c(F)c(F)c1F"),
    IonizableGroup("thiophenol", "acid", 6.6, "[SX2H1]-c1ccccc1"),
    IonizableGroup("hydroxamic acid", "acid", 9.0, "[OX2H1]-[NX3]-[CX3]=O"),
    IonizableGroup("phenol", "acid", 10.0, "[OX2H1]-c1ccccc1"),
    IonizableGroup("sulfonamide", "acid", 10.0, "[NX3H2]-[SX4](=O)(=O)-[#6]"),
    IonizableGroup("thiol", "acid", 10.3, "[SX2H1]-[CX4]"),
    # amidines and guanidines; the imine nitrogen takes the proton
    IonizableGroup("acyl guanidine", "base", 8.2, "[NX2;+0;H1]=[CX3;!R](-[NX3H2])-[NX3H1]-[CX3;!R]=O"),  # amiloride 8.7
    IonizableGroup("acyl guanidine", "base", 8.2, "[NX2;+0;$(N-[CX3;!R]=O)]=[CX3;!R](-[NX3H2])-[NX3H2]"),
    IonizableGroup("drained guanidine", "base", 0.0, f"[NX2;+0;{_DRAINED}]=[CX3](-[NX3])-[NX3]"),  # cimetidine
    IonizableGroup("drained guanidine", "base", 0.0, f"[NX2;+0]=[CX3](-[NX3])-[NX3;{_DRAINED}]"),
    IonizableGroup("guanidine", "base", 12.5, "[NX2;+0]=[CX3](-[NX3;+0])-[NX3;+0]"),
    IonizableGroup("drained amidine", "base", 3.0, f"[NX2;+0;{_DRAINED}]=[CX3]-[NX3]"),  # amidoximes 4.8
    IonizableGroup("drained amidine", "base", 3.0, f"[NX2;+0]=[CX3]-[NX3;{_DRAINED}]"),
    IonizableGroup("aryl amidine", "base", 6.0, "[NX2;+0;$(N-a)]=[CX3]-[NX3]"),  # clozapine, olanzapine
    IonizableGroup("isothiourea", "base", 9.5, "[NX2;+0]=[CX3](-[SX2,OX2])-[NX3;+0]"),
    IonizableGroup("amidine", "base", 11.6, "[NX2;+0]=[CX3;$(C-[#6]),$([CH1])]-[NX3;+0]"),
    # aromatic nitrogen
    IonizableGroup(
        "4-aminopyridine",  # 9.1, DMAP 9.7, tacrine 9.8, chloroquine 8.1
        "base",
        9.0,
        f"[nX2;+0]1[c;{_PLAIN}][c;{_PLAIN}]c([{_AMINO_ALKYL}])[c;{_PLAIN}][c;{_PLAIN}]1",
    ),
    IonizableGroup("2-aminopyridine", "base", 6.9, "[nX2;+0]1c([NX3;+0])cccc1"),
    IonizableGroup("pyridine", "base", 5.2, "[nX2;+0]1ccccc1"),
    IonizableGroup("benzimidazole", "base", 5.5, "[nX2;+0]1c[nX3]c2aaaac12"),  # 2-amino 7.5, left neutral
    IonizableGroup("2-aminoimidazole", "base", 8.5, f"[nX2;+0]1c([{_AMINO_ALKYL}])[nX3][c;{_PLAIN}][c;{_PLAIN}]1"),
    IonizableGroup("2-alkylimidazole", "base", 7.8, "[nX2;+0]1c([CX4H3,CX4H2])[nX3;H1,$(n-[CX4])][cH1][cH1]1"),
    IonizableGroup("imidazole", "base", 7.0, "[nX2;+0]1c[nX3]cc1"),
    # amines
    IonizableGroup("aniline", "base", 4.6, "[NX3;+0;!$(N-[!#6;!#1]);!$(N-[CX3]=[O,S,N]);!$(N-C#N)]-c1ccccc1"),
    IonizableGroup("aminal", "base", 5.0, f"[{_AMINE}]-[CX4;!$(C-[#6]=O)]-[#7X3,#8X2,#16X2]"),
    IonizableGroup("cyanomethylamine", "base", 5.3, f"[{_AMINE}]-[CX4]-C#N"),
    IonizableGroup("fluoroethylamine", "base", 5.7, f"[{_AMINE}]-[CX4]-[CX4](F)(F)F"),
    IonizableGroup("fluoroethylamine", "base", 7.2, f"[{_AMINE}]-[CX4]-[CX4](F)F"),
    IonizableGroup("sulfonylmethylamine", "base", 5.5, f"[{_AMINE}]-[CX4]-[SX4](=O)=O"),
    IonizableGroup("thiomorpholine dioxide", "base", 5.5, f"[{_AMINE}]1-[#6X4]-[#6X4]-[SX4](=O)(=O)-[#6X4]-[#6X4]1"),
    IonizableGroup(
        "amine between two carbonyls",
        "base",
        6.0,
        f"[{_AMINE};H0,H1](-[CX4]-[CX3](=O)[N,O;!$([OH])])-[CX4]-[CX3](=O)[N,O;!$([OH])]",
    ),
    IonizableGroup(
        "tertiary morpholine", "base", 7.2, f"[{_AMINE};H0]1-[#6X4]-[#6X4]-[OX2]-[#6X4]-[#6X4]1"
    ),  # gefitinib
    IonizableGroup("morpholine", "base", 8.4, f"[{_AMINE};H1]1-[#6X4]-[#6X4]-[OX2]-[#6X4]-[#6X4]1"),
    IonizableGroup("benzhydrylamine", "base", 7.6, f"[{_AMINE};H0]-[CX4](a)a"),  # cinnarizine
    IonizableGroup("amino ester or amide", "base", 7.9, f"[{_AMINE}]-[CX4]-[CX3](=O)[N,O;!$([OH])]"),  # lidocaine
    IonizableGroup("propargylamine", "base", 7.6, f"[{_AMINE}]-[CX4]-C#C"),
    IonizableGroup("benzylamine", "base", 9.2, f"[{_AMINE}]-[CX4]-a"),
    IonizableGroup("aliphatic amine", "base", 10.8, f"[{_AMINE};H1]"),
    IonizableGroup("aliphatic amine", "base", 10.5, f"[{_AMINE};H2]"),
    IonizableGroup("aliphatic amine", "base", 9.8, f"[{_AMINE};H0]"),
)
