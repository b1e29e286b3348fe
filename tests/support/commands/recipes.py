"""The `molgen` commands of a page as bash runs them: loops and braces are expanded."""

import json
import re
import subprocess
import sys
from pathlib import Path

_STAND_IN = "import json, sys; print(json.dumps(sys.argv[1:]))"


def recipe(page: Path) -> list[list[str]]:
    """The words after `molgen` of every command in the shell blocks of a page that only have such commands."""
    blocks = re.findall(r"^```sh\n(.*?)^```", page.read_text(encoding="utf-8"), flags=re.M | re.S)
    return [words for block in blocks for words in expanded(block)]


def expanded(block: str) -> list[list[str]]:
    lines = block.replace("\\\n", " ").splitlines()
    kept = [line for line in lines if re.match(r" *(molgen |for |done)", line)]
    script = "\n".join([f"molgen() {{ '{sys.executable}' -c '{_STAND_IN}' \"$@\"; }}", *kept])
    done = subprocess.run(["bash", "-eu", "-c", script], capture_output=True, text=True, check=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


def option(words: list[str], *names: str) -> str | None:
    """What stands after an option."""
    return next((words[k + 1] for k, word in enumerate(words[:-1]) if word in names), None)


def settings(words: list[str]) -> list[str]:
    """What `--set` assigns."""
    return [words[k + 1] for k, word in enumerate(words[:-1]) if word == "--set"]
