"""Template conformers: bond lengths, angles, rings and stereo, over which torsions are set."""

from __future__ import annotations

from typing import TYPE_CHECKING

from molgen.lazy_exports import lazy_exports

if TYPE_CHECKING:
    from molgen.conformers.templates.embedding import set_torsions, template_conformers

__all__ = ["set_torsions", "template_conformers"]

__getattr__, __dir__ = lazy_exports(__name__, {".embedding": ("set_torsions", "template_conformers")})
