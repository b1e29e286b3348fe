"""Bases by an sp3 nitrogen."""

from __future__ import annotations

from molgen.chem.ionization.group import IonizableGroup

_AMINE = "NX3;+0;$(N-[#6X4]);!$(N-[!#6;!#1]);!$(N-[#6;!X4])"
_ANILINE = "[NX3;$(N-a);!$(N-[CX3]=[O,S]);!$(N-S=O)]"

_RING = "1-[#6X4]-[#6X4]-[NX3;{}]-[#6X4]-[#6X4]1"
# by the other nitrogen of a piperazine, and by a sulfonyl group: sildenafil 6.8, N-acetylpiperazine 7.9;
# phenylpiperazine 8.7, buspirone 7.6, aripiprazole 7.5; clozapine and olanzapine 7.6; rifampicin 7.9; lapatinib 7.2
_AMINE_SHIFTS = (
    ("N" + _RING.format("$(N-[CX3]=[O,S])"), -2.9),
    ("N" + _RING.format("$(N-S=O)"), -2.9),
    ("N" + _RING.format("$(N-a);!$(N-[CX3]=[O,S]);!$(N-S=O)"), -2.1),
    ("N" + _RING.format("$(N-[CX3]=[N;R])"), -2.2),
    ("N" + _RING.format("$(N-[#7])"), -1.9),
    ("N-[CX4]-[CX4]-[SX4](=O)(=O)-[#6,#7]", -2.2),
)
# triethanolamine 7.8, bis-tris 6.5, dasatinib 6.8
_TERTIARY_AMINE_SHIFTS = (*_AMINE_SHIFTS, ("N-[CX4]-[CX4]-[OX2]", -0.6), ("N-[CX4]1-[CX4]-[OX2]-[CX4]1", -1.5))

AMINES = (
    IonizableGroup("aniline", "base", 4.6, "[NX3;+0;!$(N-[!#6;!#1]);!$(N-[CX3]=[O,S,N]);!$(N-C#N)]-c1ccccc1"),
    IonizableGroup("aryl aminal", "base", 8.1, f"[{_AMINE};!H2]-[CX4]-{_ANILINE}"),  # physostigmine 8.2
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
    IonizableGroup("benzhydrylamine", "base", 7.6, f"[{_AMINE};H0]-[CX4](a)a", shifts=_AMINE_SHIFTS),  # cinnarizine
    IonizableGroup(
        "amino ester or amide", "base", 7.9, f"[{_AMINE}]-[CX4]-[CX3](=O)[N,O;!$([OH])]", shifts=_AMINE_SHIFTS
    ),  # lidocaine
    IonizableGroup("propargylamine", "base", 7.6, f"[{_AMINE}]-[CX4]-C#C", shifts=_AMINE_SHIFTS),
    IonizableGroup("benzylamine", "base", 9.2, f"[{_AMINE}]-[CX4]-a", shifts=_AMINE_SHIFTS),
    IonizableGroup("aliphatic amine", "base", 10.8, f"[{_AMINE};H1]", shifts=_AMINE_SHIFTS),
    IonizableGroup("aliphatic amine", "base", 10.5, f"[{_AMINE};H2]", shifts=_AMINE_SHIFTS),
    IonizableGroup("aliphatic amine", "base", 9.8, f"[{_AMINE};H0]", shifts=_TERTIARY_AMINE_SHIFTS),
)
