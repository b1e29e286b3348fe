"""A job as the command line that does the same in the folder of the job."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from molgen.app.jobs.requests import AnalysisRequest, ConformerRequest, DockRequest
from molgen.app.jobs.store import REPORT, RESULTS

InputOf = Callable[[str], str]
_ELSEWHERE = ("kind", "title", "smiles", "ligands", "protein", "structures", "reference", "core", "pocket", "mode")
_WITH_COMMAS = ("keep", "drop", "chains")


def command_of(request: DockRequest | ConformerRequest | AnalysisRequest, input_of: InputOf) -> list[str]:
    """The arguments of `molgen`.

    Args:
        request: what was asked for.
        input_of: role -> file, "" for none.
    """
    if isinstance(request, DockRequest):
        reference = input_of("reference")
        pocket = reference if reference and request.pocket == "auto" else request.pocket
        files = ["dock", "-p", input_of("protein"), "-l", input_of("ligands"), "--pocket", pocket, "-o", "poses.sdf"]
        files += ["--complex", "complex.cif", "--summary", RESULTS, "--report", REPORT]
        files += [*_given("--reference", reference), *_given("--core", input_of("core"))]
    elif isinstance(request, ConformerRequest):
        files = ["conformers", input_of("ligands"), "-o", "conformers.sdf", "--report", REPORT]
    else:
        files = ["analyze", input_of("structures"), "-o", "tables", "--figures", "none", "--report", REPORT]
        files += [*_given("-r", input_of("reference")), *_given("-p", input_of("protein"))]
        files += [f"--{request.mode}"] if request.mode else []
    return [*files, *_options(request)]


def _options(request: DockRequest | ConformerRequest | AnalysisRequest) -> Iterator[str]:
    """What differs from the defaults."""
    for name in type(request).model_fields:
        value, flag = getattr(request, name), "-n" if name == "n" else f"--{name.replace('_', '-')}"
        if name in _ELSEWHERE or value == type(request).model_fields[name].default:
            continue
        if isinstance(value, bool):
            yield flag if value else f"--no-{name}"
        elif name in _WITH_COMMAS:
            yield from (flag, ",".join(value))
        elif isinstance(value, list):
            yield from (part for entry in value for part in (flag, entry))
        else:
            yield from (flag, f"{value:g}" if isinstance(value, float) else str(value))


def _given(flag: str, value: str) -> list[str]:
    return [flag, value] if value else []
