"""The benchmark scripts are not installed: make them importable from the repository root."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))
