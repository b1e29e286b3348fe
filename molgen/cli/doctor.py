"""`molgen doctor`: whether this installation is complete and works."""

from __future__ import annotations

import os
import platform
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path

import typer

from molgen import __version__
from molgen.cli.frame.progress import progress
from molgen.cli.frame.voice import conclude, say
from molgen.runtime.stages import stage

_EXTRAS = ("report", "app", "eval", "notebook", "scale", "relax", "baseline")


@dataclass(frozen=True)
class Check:
    """One look at the installation.

    Attributes:
        name: what was looked at.
        found: what was found, or why it is not well.
        good: False where molgen cannot work so.
    """

    name: str
    found: str
    good: bool = True


def doctor() -> None:
    """Check the installation: packages, weights, devices, and one conformer. Worth attaching to a question."""
    checks = []
    with progress("checks"):
        for check in _checks():
            checks.append(check)
            say(f"{'ok ' if check.good else 'BAD'}  {check.name:<22} {check.found}")
    bad = [check.name for check in checks if not check.good]
    say(f"not well: {', '.join(bad)}" if bad else "molgen works here; molgen example writes files to try it on")
    conclude({"checks": checks, "good": not bad})
    if bad:
        raise typer.Exit(2)


def _checks() -> Iterator[Check]:
    yield Check("molgen", f"{__version__} in {Path(__file__).parents[1]}")
    yield Check("python", f"{platform.python_version()} on {platform.platform()}", sys.version_info >= (3, 11))
    yield Check("processors", f"{os.cpu_count()}")
    yield from _packages()
    yield _folder()
    try:
        yield from _torch()
        yield from _weights()
        yield _compiled()
        yield _conformer()
    except Exception as error:  # whatever is broken is what one wants to know
        yield Check("a conformer", f"{type(error).__name__}: {' '.join(str(error).split())}", good=False)


def _packages() -> Iterator[Check]:
    """What is always needed, and which extras are complete."""
    from packaging.requirements import Requirement

    wanted = [Requirement(line) for line in requires("molgen") or ()]
    for requirement in wanted:
        if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
            installed = _version(requirement.name)
            if not installed:
                yield Check(requirement.name, "not installed", good=False)
            elif not requirement.specifier.contains(installed, prereleases=True):
                yield Check(requirement.name, f"{installed}, but molgen needs {requirement.specifier}", good=False)
            elif requirement.name in ("torch", "rdkit", "numpy"):
                yield Check(requirement.name, installed)
    for extra in _EXTRAS:
        names = [
            requirement.name
            for requirement in wanted
            if requirement.marker is not None and requirement.marker.evaluate({"extra": extra})
        ]
        absent = [name for name in names if not _version(name) and not _is_always_needed(name, wanted)]
        yield Check(f"molgen[{extra}]", f"without {', '.join(absent)}" if absent else "complete")


def _is_always_needed(name: str, wanted: list) -> bool:
    return any(
        requirement.name == name and (requirement.marker is None or requirement.marker.evaluate({"extra": ""}))
        for requirement in wanted
    )


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""


def _folder() -> Check:
    try:
        with tempfile.NamedTemporaryFile() as file:
            return Check("temporary files", str(Path(file.name).parent))
    except OSError as error:
        return Check("temporary files", str(error), good=False)


def _torch() -> Iterator[Check]:
    stage("torch")
    import torch

    names = [torch.cuda.get_device_name(number) for number in range(torch.cuda.device_count())]
    names += ["mps"] if torch.backends.mps.is_available() else []
    yield Check("devices", ", ".join(["cpu", *names]))


def _weights() -> Iterator[Check]:
    """The models that ship with molgen can be loaded."""
    stage("weights")
    from molgen.models.pose_confidence.task import load_confidence
    from molgen.models.pose_flow.task import load_pose_model
    from molgen.models.torsion_flow.task import load_model

    for name, load in (("conformers", load_model), ("poses", load_pose_model), ("confidence", load_confidence)):
        load()
        yield Check(f"weights of {name}", "can be loaded")


def _compiled() -> Check:
    """What is compiled for this processor can be, and where it is kept."""
    stage("compiled code")
    from molgen.docking.learned import learned_of
    from molgen.docking.records import DockConfig
    from molgen.physics.mmff.compiled import minimize

    learned_of(DockConfig())
    return Check(
        "compiled code", f"kept in {minimize.folder}" if minimize.folder else "kept nowhere: each run compiles"
    )


def _conformer() -> Check:
    stage("conformer")
    import molgen

    begin = time.monotonic()
    mol = molgen.generate_conformers("CCO", n=1, seed=0)
    return Check("a conformer", f"{time.monotonic() - begin:.1f} s", good=mol.GetNumConformers() == 1)


command = doctor
