"""Names that programs give to single ions: of the PDB, CHARMM, AMBER, GROMACS, GROMOS and Desmond."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

_OTHER_NAMES = {
    # CHARMM
    **{"SOD": "NA", "CLA": "CL", "POT": "K", "CAL": "CA", "CES": "CS", "CAD": "CD", "LIT": "LI", "RUB": "RB"},
    **{"BAR": "BA", "ZIN": "ZN"},
    # AMBER, up to ff99
    **{"CIO": "NA", "IP": "NA", "IM": "CL", "IB": "BR"},
}
COMMON_IONS = frozenset(
    ("LI", "NA", "K", "RB", "CS", "MG", "CA", "SR", "BA", "MN", "FE", "CO", "NI", "CU", "ZN", "CD", "HG", "CL", "BR")
)
_SYMBOLS = (
    *COMMON_IONS,
    *(
        "AL",
        "AG",
        "PB",
        "TL",
        "PT",
        "AU",
        "PD",
        "CR",
        "V",
        "W",
        "MO",
        "Y",
        "LA",
        "CE",
        "SM",
        "EU",
        "GD",
        "TB",
        "YB",
        "LU",
        "PR",
    ),
    *("HO", "RU", "RH", "IR", "OS", "GA", "IN", "TH", "F", "I", "BE", "ND", "DY", "ER"),
)


@cache
def ion_symbols() -> Mapping[str, str]:
    """Name of an ion without its charge -> upper-case symbol of its element."""
    return {**{symbol: symbol for symbol in _SYMBOLS}, **_OTHER_NAMES}


def ion_symbol(name: str, residue: str) -> str | None:
    """The element of an atom that is an ion by the names of itself and of its residue: `CAL` in `CAL`, `Zn2+` in `ZN2`.

    Args:
        name: of the atom, with or without a charge.
        residue: that it is in; `ION` stands for any.

    Returns:
        the upper-case symbol, or None where the names do not say that it is an ion.
    """
    own, group = _without_charge(name), _without_charge(residue)
    symbol = ion_symbols().get(own)
    if symbol is None:
        return None
    return symbol if group in (own, "ION", "IONS") or ion_symbols().get(group) == symbol else None


def _without_charge(name: str) -> str:
    return name.strip().upper().strip("0123456789+-")
