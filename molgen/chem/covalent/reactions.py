"""Reactions of warheads with residues: what is recognized in a ligand, and what becomes of it.

A reaction is one for the ligand alone; in its product `[99*]` stands for the atom of the residue. Only what is known
from inhibitors is recognized by itself (`warhead`); where a reaction is named, `group` is enough: any nitrile, any
ketone.
"""

from __future__ import annotations

from dataclasses import dataclass

RESIDUE_ISOTOPE = 99
"""Isotope of the dummy atom in a product that stands for the atom of the residue."""

_EWG = "$([CX3]=[O,S,N]),$([SX4](=O)=O),$(C#N),$([N+](=O)[O-]),$([PX4]=O)"
_HETARYL = "$(c1nc[c,n]cn1),$(c1ncccn1),$(c1ncncn1),$(c1ccncn1),$(c1ncccc1),$(c1nccs1),$(c1nncn1)"


@dataclass(frozen=True)
class Reaction:
    """One kind of warhead.

    Attributes:
        name: by which a user asks for it; several kinds may share one.
        label: what the warhead is called in messages.
        warhead: SMARTS that is recognized without a name; the first atom is bonded to the residue.
        group: SMARTS that is enough where the reaction is named; "" for the same.
        product: reaction SMARTS of the ligand.
        elements: of the residue's atom, symbols.
    """

    name: str
    label: str
    warhead: str
    product: str
    elements: tuple[str, ...]
    group: str = ""


_SULFUR, _OXYGEN, _NITROGEN = ("S", "Se"), ("O",), ("N",)
_ANY = (*_SULFUR, *_OXYGEN, *_NITROGEN)

REACTIONS = (
    Reaction(
        "michael-addition",
        "Michael acceptor",
        f"[CX3;!$(C=[O,N,S]);!$(C-[NX3,OX2])]=[CX3;!$(C=[O,N,S])]-[{_EWG}]",
        "[C:1]=[C:2]>>[99*][C:1]-[C:2]",
        _ANY,
        f"[CX3;!$(C=[O,N,S])]=[CX3;!$(C=[O,N,S])]-[c,{_EWG}]",
    ),
    Reaction(
        "michael-addition",
        "ynamide or ynone",
        f"[CX2;!$(C#N)]#[CX2]-[{_EWG}]",
        "[C:1]#[C:2]>>[99*][C:1]=[C:2]",
        _ANY,
    ),
    Reaction(
        "substitution",
        "alpha-halo carbonyl",
        "[CX4;H1,H2;$(C[CX3](=[O,N])),$(C[SX4](=O)=O)][Cl,Br,I,$(F[CH2]C(=O)[#6])]",
        "[C:1][F,Cl,Br,I]>>[99*][C:1]",
        _ANY,
        "[CX4][Cl,Br,I,F]",
    ),
    Reaction(
        "substitution",
        "acyloxymethyl or sulfonyloxymethyl ketone",
        "[CX4;H2;$(CC(=O)[#6])][OX2;$(O[CX3]=O),$(O[SX4](=O)=O),$(OP=O),$(Oc1c(F)c(F)cc(F)c1F)]",
        "[C:1]-[O]>>[99*][C:1]",
        _SULFUR,
    ),
    Reaction(
        "aromatic-substitution",
        "heteroaryl sulfone or halide",
        f"[c;{_HETARYL}][$([SX4](=O)(=O)[#6]),$(F),$([Cl;$(Cc1nc(Cl)ncn1)])]",
        "[c:1]-[S,F,Cl,Br]>>[99*][c:1]",
        (*_SULFUR, *_NITROGEN),
        "[c;$(c[F,Cl,Br]),$(c[SX4](=O)=O)][F,Cl,Br,$([SX4](=O)(=O)[#6])]",
    ),
    Reaction(
        "ring-opening",
        "epoxide or aziridine",
        "[CX4;r3;H2,$([CX4;H1]1[O,N][CX4;H0,H1]1),$([CX4;H0]1[O,N][CX4;H0]1)]1[O,N;r3][CX4;r3]1",
        "[C:1]1[O,N:2][C:3]1>>[99*][C:1][C:3][O,N:2]",
        _ANY,
        "[CX4;r3]1[O,N;r3][CX4;r3]1",
    ),
    Reaction(
        "acylation",
        "beta-lactam or beta-lactone",
        "[CX3;r4](=O)[N,O;r4]",
        "[C:1](=[O:2])-[N,O:3]>>([99*][C:1]=[O:2].[N,O:3])",
        _ANY,
    ),
    Reaction(
        "acylation",
        "aryl carbamate or active ester",
        "[CX3;!R;$(C(=O)([#7])Oc),$(C(=O)Oc1ccc([N+](=O)[O-])cc1),$(C(=O)ON1C(=O)CCC1=O)](=O)O[c,N]",
        "[C:1](=[O:2])-[O]>>[99*][C:1]=[O:2]",
        _ANY,
        "[CX3](=O)[O;$(O[#6,#7])]",
    ),
    Reaction(
        "nitrile-addition",
        "activated nitrile",
        f"[CX2;$(C[{_HETARYL}]),$(C[CX4][N;!$(N=*)]),$(C[NX3])]#[NX1]",
        "[C:1]#[N:2]>>[99*][C:1]=[N:2]",
        (*_SULFUR, *_OXYGEN),
        "[CX2;!$(C(#N)~[!#6;!#7])]#[NX1]",
    ),
    Reaction(
        "addition",
        "isothiocyanate or isocyanate",
        "[CX2](=[S,O])=[NX2]",
        "[C:1](=[S,O:3])=[N:2]>>[99*][C:1](=[S,O:3])-[N:2]",
        _ANY,
    ),
    Reaction(
        "schiff-base",
        "aldehyde",
        "[CX3;H1,H2;!$(C[!#6])]=[OX1]",
        "[C:1]=[O]>>[99*]=[C:1]",
        _NITROGEN,
        "[CX3;!$(C[!#6])]=[OX1]",
    ),
    Reaction(
        "carbonyl-addition",
        "aldehyde",
        "[CX3;H1,H2;!$(C[!#6])]=[OX1]",
        "[C:1]=[O:2]>>[99*][C:1]-[O:2]",
        (*_SULFUR, *_OXYGEN),
    ),
    Reaction(
        "carbonyl-addition",
        "activated ketone",
        "[CX3;$(C([#6])[CX3](=O)[N,O]),$(C([#6])C(F)F),$(C([#6])c([n])[s,o,n]),$(C([#6;!$(C=C)])[CX4;H2][OH])]=[OX1]",
        "[C:1]=[O:2]>>[99*][C:1]-[O:2]",
        (*_SULFUR, *_OXYGEN),
        "[CX3;$(C([#6])[#6])]=[OX1]",
    ),
    Reaction(
        "boronate",
        "boronic acid or ester",
        "[BX3;+0;$(B[#6])]-[OX2]",
        "[B:1]>>[99*][B-:1]",
        (*_OXYGEN, *_NITROGEN),
    ),
    Reaction(
        "sulfonylation",
        "sulfonyl fluoride or fluorosulfate",
        "[SX4](=O)(=O)[F,Cl]",
        "[S:1]-[F,Cl]>>[99*][S:1]",
        _ANY,
    ),
    Reaction(
        "phosphorylation",
        "phosphoryl fluoride or active phosphonate",
        "[PX4](=[O,S])[F,Cl,$(C#N),$(Oc),$([SX2]CCN)]",
        "[P:1]-[F,Cl,C,O,S;!$([O;X1])]>>[99*][P:1]",
        (*_OXYGEN, *_NITROGEN),
    ),
    Reaction(
        "disulfide",
        "thiosulfonate or pyridyl disulfide",
        "[SX2;!$(Sc1ncccc1)][SX4,$([SX2]c1ncccc1)]",
        "[S:1]-[S]>>[99*][S:1]",
        _SULFUR,
        "[SX2][SX2,SX4]",
    ),
    Reaction("disulfide", "thiol", "[SX2;H1]", "[S:1]>>[99*][S:1]", _SULFUR),
)
ADDUCT = "adduct"
"""What stands in place of a reaction's name where the ligand is the adduct itself."""
NAMES = tuple(dict.fromkeys(one.name for one in REACTIONS))
