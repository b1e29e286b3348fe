"""What the 3D view shows, as MolViewSpec trees (https://molstar.org/mol-view-spec-docs): templates, how to fill them.

A template is a tree in which the texts "@url", "@carbon", "@size", "@bare", "@nearby" and those of surfaces stand for
what differs from one structure to the next. The script of a report fills the same templates with the same rules as
`scene` does here.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from molgen.chem.proteins.structure import Residue

Node = dict[str, Any]

# colors of Okabe and Ito, which color-blind readers tell apart
_ELEMENTS = {"O": "#d55e00", "N": "#0072b2", "S": "#d9a400", "P": "#e69f00", "H": "#e8e8e8"} | dict.fromkeys(
    ("F", "CL", "BR", "I"), "#56b4e9"
)
REFERENCE, RECEPTOR, POCKET, COFACTOR = "#cc79a7", "#cfd4dc", "#8a8f98", "#b8a06a"
PINNED = "#e07b00"
"""Color of an entry that is kept beside others."""
BEST, LAST = (0, 122, 90), (190, 226, 214)
"""Colors of the first and the last of some entries, RGB."""
SIZES = {"chosen": 0.75, "overlaid": 0.4, "reference": 0.5, "pocket": 0.35}


HYDROPHOBIC, POSITIVE, NEGATIVE = "#d9a400", "#4477cc", "#d05050"
"""Colors of residues on a surface."""
SURFACES: Mapping[str, Mapping[str, str]] = {
    "surface": {},
    "surface_hydrophobic": {HYDROPHOBIC: "@hydrophobic"},
    "surface_charge": {POSITIVE: "@positive", NEGATIVE: "@negative"},
}
"""Kinds of surface -> color -> which residues have it (:func:`surface_selectors`); others are gray."""
_RESIDUES = {
    "@hydrophobic": ("ALA", "VAL", "LEU", "ILE", "MET", "MSE", "PHE", "TRP", "PRO", "CYS", "TYR"),
    "@positive": ("ARG", "LYS", "HIP"),
    "@negative": ("ASP", "GLU"),
}
_NOWHERE = [{"auth_seq_id": -99_999}]
"""Selects nothing, where an empty list would select everything."""


def shade(index: int, count: int) -> str:
    """The color of an entry: the best dark, the last pale."""
    share = 0.0 if count < 2 else min(index / (count - 1), 1.0)
    return "#" + "".join(f"{round(a + share * (b - a)):02x}" for a, b in zip(BEST, LAST, strict=True))


def templates() -> dict[str, Node]:
    """The templates by name: the receptor, the same with a surface (:data:`SURFACES`), a reference, an entry."""
    return {
        "receptor": _structure(_receptor()),
        **{name: _structure([*_receptor(), _surface(colors)]) for name, colors in SURFACES.items()},
        "reference": _structure([_sticks("all", REFERENCE, SIZES["reference"])]),
        "entry": _structure([_sticks("all", "@carbon", "@size", bare="@bare")]),
    }


def fill(template: Node, values: Mapping[str, Any]) -> Node:
    """A tree in which the texts of `values` have become their values."""
    text = json.dumps(template)
    for name, value in values.items():
        text = text.replace(json.dumps(name), json.dumps(value))
    return json.loads(text)


def selectors(residues: Sequence[Residue]) -> list[Node]:
    """Residues as MolViewSpec selects them."""
    return [
        {"auth_seq_id": residue.number}
        | ({"auth_asym_id": residue.chain} if residue.chain else {})
        | ({"pdbx_PDB_ins_code": residue.insertion} if residue.insertion else {})
        for residue in residues
    ]


def surface_selectors(residues: Sequence[Residue]) -> dict[str, list[Node]]:
    """What the texts in the templates of colored surfaces stand for.

    Args:
        residues: of the receptor.
    """
    chosen = {kind: [residue for residue in residues if residue.name in names] for kind, names in _RESIDUES.items()}
    return {kind: selectors(members) or _NOWHERE for kind, members in chosen.items()}


def scene(
    trees: Mapping[str, Node],
    entries: Sequence[tuple[str, Sequence[Residue]]],
    *,
    count: int,
    first: int = 0,
    camera: Mapping[str, Sequence[float]] | None = None,
    receptor: str = "",
    reference: str = "",
    surface: bool | str = False,
    contacts: Sequence[Mapping[str, Any]] = (),
    residues: Sequence[Residue] = (),
) -> Node:
    """A whole view.

    Args:
        trees: from :func:`templates`.
        entries: URL of the structure and the residues near it, of all that are shown.
        count: how many entries there are, shown or not.
        first: index of the first of those that are shown.
        camera: from :func:`molgen.reports.pages.structures.camera_on`; None leaves it to the viewer.
        receptor, reference: URLs, "" for none.
        surface: draw that of the receptor; a name of :data:`SURFACES` colors it.
        contacts: from :func:`molgen.reports.pages.contacts.scene.contact_nodes`.
        residues: of the receptor, for the colors of its surface.
    """
    near = selectors(list(dict.fromkeys(residue for _, residues in entries for residue in residues)))
    children = []
    if receptor:
        kind = surface if isinstance(surface, str) else "surface" if surface else "receptor"
        children.append(fill(trees[kind], {"@url": receptor, "@nearby": near, **surface_selectors(residues)}))
    if reference:
        children.append(fill(trees["reference"], {"@url": reference}))
    alone = len(entries) == 1
    size = SIZES["chosen" if alone else "overlaid"]
    for k, (url, _) in enumerate(entries):
        values = {"@url": url, "@carbon": shade(first + k, count), "@size": size, "@bare": not alone}
        children.append(fill(trees["entry"], values))
    children += [dict(node) for node in contacts]
    if camera:
        children.append({"kind": "camera", "params": dict(camera)})
    return {"metadata": METADATA, "root": {"kind": "root", "children": children}}


METADATA = {"version": "1", "timestamp": "2000-01-01T00:00:00Z"}
"""Of every view; the time is not that of anything."""


def _structure(children: list[Node]) -> Node:
    model = {"kind": "structure", "params": {"type": "model"}, "children": children}
    parsed = {"kind": "parse", "params": {"format": "mmcif"}, "children": [model]}
    return {"kind": "download", "params": {"url": "@url"}, "children": [parsed]}


def _receptor() -> list[Node]:
    return [
        _component("polymer", [_representation({"type": "cartoon"}, [_color(RECEPTOR)])]),
        *(_sticks(kind, COFACTOR, SIZES["reference"]) for kind in ("ligand", "branched")),
        _component("ion", [_representation({"type": "spacefill", "size_factor": 0.4}, [_color("#7b5ea7")])]),
        _sticks("@nearby", POCKET, SIZES["pocket"]),
    ]


def _surface(colors: Mapping[str, str]) -> Node:
    painted = [_color(color, residues) for color, residues in colors.items()]
    opacity = {"kind": "opacity", "params": {"opacity": 0.6 if colors else 0.45}}
    return _component("polymer", [_representation({"type": "surface"}, [_color("#e4e7ec"), *painted, opacity])])


def _sticks(selector: str, carbon: str, size: float | str, *, bare: bool | str = False) -> Node:
    colors = [_color(carbon), *(_color(color, {"type_symbol": symbol}) for symbol, color in _ELEMENTS.items())]
    drawn = _representation({"type": "ball_and_stick", "size_factor": size, "ignore_hydrogens": bare}, colors)
    return _component(selector, [drawn])


def _component(selector: str, children: list[Node]) -> Node:
    return {"kind": "component", "params": {"selector": selector}, "children": children}


def _representation(params: Node, children: list[Node]) -> Node:
    return {"kind": "representation", "params": params, "children": children}


def _color(color: str, selector: str | Node = "all") -> Node:
    return {"kind": "color", "params": {"color": color, "selector": selector}}
