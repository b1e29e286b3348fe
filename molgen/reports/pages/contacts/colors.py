"""One color for each kind of interaction, in every view."""

from __future__ import annotations

from molgen.metrics.interactions import Kind

COLORS: dict[Kind, str] = {
    "hbond": "#0072b2",
    "salt_bridge": "#d55e00",
    "halogen_bond": "#2f9fd0",
    "pi_stacking": "#009e73",
    "cation_pi": "#e69f00",
    "hydrophobic": "#8a8f98",
    "metal": "#7b5ea7",
    "water_bridge": "#56b4e9",
}
"""After Okabe and Ito, which color-blind readers tell apart."""
