"""Imported once, by the process that worker processes are forked from; does nothing itself."""

import molgen.docking.dock
import molgen.screening.conformer_work
import molgen.screening.dock_work  # noqa: F401  # imported so that it is in memory
