"""The licenses of everything that molgen needs, from the metadata of the installed packages.

    python docs/generate/licenses.py            # writes docs/licenses.md
    python docs/generate/licenses.py --check    # exit code 1 and a line for each license that may not come in

Of what is always installed the license must be known and permissive; packages of an extra are listed, and theirs must
be known. What is not installed is named as such.
"""

import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

PAGE = Path(__file__).parents[1] / "licenses.md"
EXTRAS = ("eval", "report", "app", "notebook", "scale", "relax", "baseline")
# MPL-2.0 binds changes to its own files, which molgen does not make
_PERMISSIVE = re.compile(
    r"MIT|MIT-CMU|BSD|0BSD|BSD-\d-Clause|Apache-2\.0|Apache-2\.0 WITH LLVM-exception|ISC|PSF-2\.0|Zlib|CC0-1\.0"
    r"|BSL-1\.0|HPND|MPL-2\.0|LicenseRef-Biopython-License-Agreement"
)
# the LGPL binds changes to the package itself: molgen imports it as it is, and it can be exchanged for another version
_IMPORTED_AS_IS = ("pebble",)
# the metadata of these name no license, their files do
_FROM_FILES = {"ipymolstar": "MIT"}
_CLASSIFIERS = {
    "MIT License": "MIT",
    "BSD License": "BSD",
    "Apache Software License": "Apache-2.0",
    "ISC License (ISCL)": "ISC",
    "Python Software Foundation License": "PSF-2.0",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
}


@dataclass(frozen=True)
class Licensed:
    """An installed package: its license as an SPDX expression where that is known, else as its metadata have it."""

    name: str
    version: str
    license: str

    @property
    def is_permissive(self) -> bool:
        """Whether every part of the expression is; of alternatives one is enough."""
        text = self.license.strip("()")
        return bool(text) and all(
            any(_PERMISSIVE.fullmatch(choice.strip(" ()")) for choice in part.split(" OR "))
            for part in text.split(" AND ")
        )


def license_of(found: Distribution) -> str:
    """The license expression; else the classifiers; else a short text of the field `License`; else nothing."""
    metadata = found.metadata
    if expression := metadata.get("License-Expression"):
        return expression
    names = [text.split(" :: ")[-1] for text in metadata.get_all("Classifier") or () if text.startswith("License ::")]
    if names:
        return " AND ".join(_CLASSIFIERS.get(name, name) for name in names)
    text = (metadata.get("License") or "").strip()
    short = text if len(text) < 60 and "\n" not in text else ""
    return short or _FROM_FILES.get(canonicalize_name(metadata["Name"]), "")


def needed(package: str, extras: Sequence[str] = ()) -> tuple[dict[str, Licensed], list[str]]:
    """Everything that a package needs here, name -> license, itself aside; and what is not installed."""
    found: dict[str, Licensed] = {}
    missing: list[str] = []
    waiting = list(_requirements(package, extras))
    seen = {canonicalize_name(package)}
    while waiting:
        requirement = waiting.pop()
        name = canonicalize_name(requirement.name)
        if name in seen:
            continue
        seen.add(name)
        try:
            installed = distribution(name)
        except PackageNotFoundError:
            missing.append(name)
            continue
        found[name] = Licensed(installed.metadata["Name"], installed.version, license_of(installed))
        waiting += _requirements(name, tuple(requirement.extras))
    return dict(sorted(found.items())), sorted(missing)


def _requirements(package: str, extras: Sequence[str]) -> Iterator[Requirement]:
    for line in distribution(package).requires or ():
        requirement = Requirement(line)
        if requirement.marker is None or any(requirement.marker.evaluate({"extra": e}) for e in ("", *extras)):
            yield requirement


def objections() -> list[str]:
    """A line for each license that may not come in."""
    required, missing = needed("molgen")
    lines = [f"{name}: required, and not installed" for name in missing]
    for name, one in required.items():
        if not one.is_permissive and not (name in _IMPORTED_AS_IS and "GPL" in one.license and "Lesser" in one.license):
            lines.append(f"{name}: required, and under {one.license or 'no license that its metadata name'}")
    for extra in EXTRAS:
        found, _ = needed("molgen", (extra,))
        lines += [
            f"{name}: of the extra {extra}, without a known license" for name, one in found.items() if not one.license
        ]
    return sorted(set(lines))


def page() -> str:
    """The page of licenses."""
    required, _ = needed("molgen")
    text = ["# Licenses", "", "molgen and its weights are under Apache-2.0. What it needs, all of it on PyPI:", ""]
    text += _table(required)
    text += ["", f"Under the LGPL, and imported as it is: {', '.join(_IMPORTED_AS_IS)}."]
    text += ["", "On Linux without a GPU; torch with CUDA brings packages of NVIDIA under their own licenses.", ""]
    for extra in EXTRAS:
        found, missing = needed("molgen", (extra,))
        more = {name: one for name, one in found.items() if name not in required}
        text += [f"## `molgen[{extra}]` adds", ""]
        text += _table(more) if more else []
        text += ["", f"Not looked at (not installed): {', '.join(missing)}."] if missing else []
        text += [""]
    return "\n".join(text).rstrip() + "\n"


def _table(found: dict[str, Licensed]) -> list[str]:
    rows = [f"| {one.name} | {one.license or 'unknown'} |" for one in found.values()]
    return ["| package | license |", "|---|---|", *rows]


def main(arguments: Sequence[str] | None = None) -> int:
    given = sys.argv[1:] if arguments is None else arguments
    lines = objections()
    for line in lines:
        print(line, file=sys.stderr)
    if "--check" not in given:
        PAGE.write_text(page(), encoding="utf-8")
    return 1 if lines else 0


if __name__ == "__main__":
    sys.exit(main())
