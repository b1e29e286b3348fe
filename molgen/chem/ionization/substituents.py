"""What substituents of a benzene ring add to the pKa of a group on it, after Hammett: -rho sigma.

The sigma of meta and para are those of phenols and anilines (sigma minus, where a substituent takes the charge by
resonance; Hansch, Leo and Taft, Chem. Rev. 1991, 91, 165). Those of ortho are fitted to ortho-substituted phenols;
ketones and esters there hold the proton by a hydrogen bond, which makes up for what they withdraw.
"""

from __future__ import annotations

_ACYL = "$([#6]=O),$(C#N),$(S(=O)=O)"

# substituent: sigma in ortho, meta and para
_SIGMA = {
    "[#7](~[OX1])~[OX1]": (1.27, 0.72, 1.28),  # nitro
    "[CX2]#N": (1.38, 0.6, 0.93),
    "[SX4](=O)(=O)[#6,#9]": (0.9, 0.65, 1.0),
    "[SX4](=O)(=O)[#7]": (0.7, 0.5, 0.8),
    "[CX3H1]=O": (0.72, 0.42, 1.08),
    "[CX3](=O)[#6]": (0.0, 0.38, 0.9),
    "[CX3](=O)[OX2;!H1]": (0.0, 0.35, 0.7),
    "[CX3](=O)[NX3H1]-a": (1.05, 0.3, 0.65),  # salicylanilides
    "[CX3](=O)[NX3;H1,H2;!$(N-a)]": (0.72, 0.28, 0.62),
    "[CX3](=O)[NX3;H0]": (0.4, 0.28, 0.6),
    "[c;$(c(=O):c:c:o)]": (0.0, 0.38, 1.15),  # chromones, flavones
    "[c;$(c:c:c(=O):o)]": (0.0, 0.1, 1.0),  # coumarins
    f"[CX3]=[CX3](-[{_ACYL}])-[{_ACYL}]": (0.4, 0.3, 1.35),  # benzylidene malononitriles
    "[#6X3]=[#6X3]9[#6]=[#6]C(=O)[#6]=[#6]9": (0.4, 0.3, 1.0),  # quinone methides
    "[CX4](F)(F)F": (0.5, 0.45, 0.6),
    "[OX2]C(F)(F)F": (0.6, 0.37, 0.3),
    "F": (0.6, 0.35, 0.06),
    "[Cl,Br,I]": (0.73, 0.4, 0.27),
}
_RINGS = ("-c1c({})cccc1", "-c1cc({})ccc1", "-c1ccc({})cc1")


def ring_shifts(group: str, rho: float, ortho_rho: float | None = None) -> tuple[tuple[str, float], ...]:
    """What each substituent adds to the pKa of a group on a benzene ring.

    Args:
        group: SMARTS of the group, from the atom that loses the proton to the atom on the ring.
        rho: how much the pKa falls for each unit of sigma.
        ortho_rho: of the substituents next to the group; None for `rho`.
    """
    slopes = (rho if ortho_rho is None else ortho_rho, rho, rho)
    return tuple(
        (group + ring.format(substituent), -slope * sigma)
        for substituent, sigmas in _SIGMA.items()
        for ring, slope, sigma in zip(_RINGS, slopes, sigmas, strict=True)
        if sigma
    )
