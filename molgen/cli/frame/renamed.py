"""Former names of commands and options, which still work with a note of the new name."""

from __future__ import annotations

from collections.abc import Sequence

from molgen.cli.frame.voice import note

RENAMED = {
    ("rescore", "--minimise"): "--minimize",
    ("rescore", "--poses"): "--ligand",
    ("conformers", "--pool"): "--samples",
    ("conformers", "--vacuum"): "--gas-phase",
    ("conformers", "--rmsd"): "--min-rmsd",
    ("conformers", "--relax"): "--minimize-with",
    ("train calibrate", "-p"): "--decoys",
    ("train calibrate", "--poses"): "--decoys",
    ("train judge", "-p"): "--decoys",
    ("train judge", "--poses"): "--decoys",
}
"""(words of the command, old option) -> new option."""


def with_new_names(arguments: Sequence[str]) -> list[str]:
    """The arguments of a command line with every old option under its new name; each is told on stderr."""
    words = [argument for argument in arguments if not argument.startswith("-")]
    commands = (" ".join(words[:1]), " ".join(words[:2]))
    renamed = []
    for argument in arguments:
        option, equals, value = argument.partition("=")
        new = next((RENAMED[command, option] for command in commands if (command, option) in RENAMED), None)
        if new is not None:
            note(f"warning: {option} is now {new}")
        renamed.append(argument if new is None else f"{new}{equals}{value}")
    return renamed
