"""Files: written whole or not at all, opened with errors of one line, locked; values as JSON can hold them."""

from molgen.files.json_values import json_value
from molgen.files.writing import check_apart, check_folder, check_place, make_folder, write_atomically

__all__ = ["check_apart", "check_folder", "check_place", "json_value", "make_folder", "write_atomically"]
