"""Files of known ligands for a docking."""

from collections.abc import Iterable
from pathlib import Path


def known_file(paths: Iterable[Path | None], folder: Path) -> str:
    """One SD file, in a folder, of the ligands of several; "none" where there are no ligands."""
    blocks = [path.read_text() for path in paths if path is not None and path.exists()]
    if not any(blocks):
        return "none"
    together = folder / "known.sdf"
    together.write_text("".join(blocks))
    return str(together)
