"""The configuration and the results of docking."""

from molgen.docking.records.config import MAX_SEED, DockConfig, config_of
from molgen.docking.records.results import DockingResult, Pose, with_note

__all__ = ["MAX_SEED", "DockConfig", "DockingResult", "Pose", "config_of", "with_note"]
