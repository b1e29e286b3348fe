"""Names of residues and groups in structure files: amino acids, nucleotides, water, additives, cofactors and others."""

from __future__ import annotations

from functools import cache

WATERS = frozenset(("HOH", "WAT", "DOD", "H2O", "SOL", "TIP", "TIP3", "TIP4", "TIP5", "TP3", "SPC", "T3P", "T4P"))

# cryoprotectants, polyethylene glycols, anions, buffers, reductants, detergents; dummies
ADDITIVES = frozenset(
    (
        *("GOL", "EDO", "PGO", "PGR", "MPD", "MRD", "BU1", "BUD", "HEZ", "IPA", "POL", "EOH", "MOH", "TBU", "DMS"),
        *("PEG", "PG0", "PG4", "PG5", "PG6", "PGE", "PE3", "PE4", "PE5", "PE8", "P33", "P3G", "P4G", "P6G", "1PE"),
        *("2PE", "7PE", "12P", "15P", "XPE", "C8E", "C10", "TOE", "ETE", "M2M", "DIO", "ACN", "DMF"),
        *("SO4", "SO3", "SO2", "PO4", "PI", "2HP", "NO3", "NO2", "SCN", "CO3", "BCT", "AZI", "CAC", "PER"),
        *("ACT", "ACY", "FMT", "CIT", "FLC", "TAR", "TLA", "MLI", "MLA", "SIN", "MLT", "OXL", "PPI", "TFA", "IMD"),
        *("TRS", "MES", "EPE", "BTB", "B3P", "BCN", "CXS", "NHE", "MPO", "PIN", "TCE", "TAM", "TEA"),
        *("BME", "DTT", "DTV", "DTU", "GAI", "URE", "NH4", "BNG", "BOG", "BGL", "HTG", "LDA", "LMT"),
        *("LMU", "DMU", "SDS", "CPS", "OLC", "UNX", "DUM"),
    )
)

COFACTORS = frozenset(
    (
        *("HEM", "HEC", "HEA", "HEB", "HAS", "DHE", "NAD", "NAI", "NAP", "NDP", "NAJ", "FAD", "FDA", "FMN", "FNR"),
        *("ATP", "ADP", "AMP", "ANP", "ACP", "AGS", "GTP", "GDP", "GNP", "GSP", "GCP", "CTP", "UTP", "UDP", "COA"),
        *("ACO", "SAM", "SAH", "PLP", "PMP", "TPP", "TDP", "BTN", "B12", "COB", "H4B", "HBI", "MTE", "MGD", "PQQ"),
        *("SF4", "FES", "F3S", "CLF", "CFN", "CLA", "CHL", "BCL", "BPH", "F43", "GSH", "LPA", "U10", "UQ1", "RET"),
        *("MCN", "PCD", "2MD", "UQ2", "UQ5", "UQ6", "UQ7", "UQ8", "UQ9", "PL9", "MQ7", "MQ8", "MQ9", "PHO", "BPB"),
        *("BCR", "LUT", "CRT", "F42"),
    )
)
GLYCANS = frozenset(
    (
        *("NAG", "NDG", "NGA", "A2G", "BMA", "MAN", "FUC", "FUL", "GAL", "GLA", "GLC", "BGC", "SIA", "XYP", "XYS"),
        *("SUC", "TRE", "MAL", "FRU", "RAM"),
    )
)
LIPIDS = frozenset(
    (
        *("CLR", "CHS", "Y01", "CDL", "PC1", "PCW", "PEE", "PEF", "PTY", "PGW", "PGV", "LHG", "LPP", "LMG", "DGD"),
        *("POV", "PLC", "MYR", "STE", "DAO", "DKA", "D10", "D12", "R16", "HEX", "OCT", "UND", "OLB", "UMQ", "MA4"),
        *("LMN", "SOG", "GYF", "CPL", "DTX", "PLM", "OLA", "MPG", "ELA", "EIC", "LNL", "ACD", "PAM", "ERG", "CHL1"),
    )
)

SIDE_CHAINS = {
    "ALA": "CB",
    "ARG": "CB CG CD NE CZ NH1 NH2",
    "ASN": "CB CG OD1 ND2",
    "ASP": "CB CG OD1 OD2",
    "CYS": "CB SG",
    "GLN": "CB CG CD OE1 NE2",
    "GLU": "CB CG CD OE1 OE2",
    "GLY": "",
    "HIS": "CB CG ND1 CD2 CE1 NE2",
    "ILE": "CB CG1 CG2 CD1",
    "LEU": "CB CG CD1 CD2",
    "LYS": "CB CG CD CE NZ",
    "MET": "CB CG SD CE",
    "MSE": "CB CG SE CE",
    "PHE": "CB CG CD1 CD2 CE1 CE2 CZ",
    "PRO": "CB CG CD",
    "SEC": "CB SE",
    "SER": "CB OG",
    "THR": "CB OG1 CG2",
    "TRP": "CB CG CD1 CD2 NE1 CE2 CE3 CZ2 CZ3 CH2",
    "TYR": "CB CG CD1 CD2 CE1 CE2 CZ OH",
    "VAL": "CB CG1 CG2",
}
_ALIASES = {
    **dict.fromkeys(("HID", "HIE", "HIP", "HSD", "HSE", "HSP", "HISD", "HISE", "HISH", "HISP", "HISA", "HISB"), "HIS"),
    **dict.fromkeys(("CYX", "CYM", "CYS2"), "CYS"),
    **dict.fromkeys(("ASH", "ASPP", "ASPH"), "ASP"),
    **dict.fromkeys(("GLH", "GLUP", "GLUH"), "GLU"),
    **dict.fromkeys(("LYN", "LYSN", "LYSH"), "LYS"),
    **{"ARN": "ARG", "TYM": "TYR", "CYSH": "CYS"},
}
# AMBER and GROMACS: the residues at the ends of a chain
_TERMINAL = {f"{end}{name}": name for end in "NC" for name in (*SIDE_CHAINS, *_ALIASES) if len(name) == 3}
_UNCERTAIN = ("UNK", "ASX", "GLX", "PYL")  # amino acids of which nothing can be said to be missing
NUCLEOTIDES = frozenset(
    (
        *("A", "C", "G", "U", "T", "I", "N", "DA", "DC", "DG", "DT", "DU", "DI", "DN"),
        *("ADE", "CYT", "GUA", "URA", "THY", "RA", "RC", "RG", "RU"),
        *(
            f"{base}{end}"
            for base in ("A", "C", "G", "U", "DA", "DC", "DG", "DT", "RA", "RC", "RG", "RU")
            for end in "35"
        ),
    )
)
_STANDARD = NUCLEOTIDES | frozenset((*SIDE_CHAINS, *_ALIASES, *_TERMINAL, *_UNCERTAIN))
_OXYGEN_NAMES = ("O", "OXT", "OT1", "OT2", "OT", "O1", "O2", "OC1", "OC2")


def is_standard(name: str) -> bool:
    """Whether a component is an amino acid or nucleotide that needs no explanation; MSE, SEC and aliases (HIE) too."""
    return name in _STANDARD


def parent_name(name: str) -> str:
    """The plain name of an alias: `HIS` for HIE; other names are returned as they are."""
    plain = without_terminus(name)
    return _ALIASES.get(plain, plain)


def without_terminus(name: str) -> str:
    """The name inside a chain of a residue that is named as its end: `HIE` for NHIE and CHIE."""
    return _TERMINAL.get(name, name)


def missing_atoms(name: str, present: frozenset[str]) -> tuple[str, ...]:
    """Heavy atoms that a standard amino acid should have and `present` lacks; empty for all other components."""
    expected = _expected(parent_name(name))
    if not expected or present.issuperset(expected):
        return () if not expected or present.intersection(_OXYGEN_NAMES) else ("O",)
    absent = [atom for atom in expected if atom not in present and not (atom == "CD1" and "CD" in present)]
    return (*absent, *(() if present.intersection(_OXYGEN_NAMES) else ("O",)))


@cache
def _expected(name: str) -> tuple[str, ...]:
    return ("N", "CA", "C", *SIDE_CHAINS[name].split()) if name in SIDE_CHAINS else ()
