"""The house has floors: a package imports from its own floor or a lower one; heavy packages stay where they belong."""

import ast
import importlib.util
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FILES = sorted(path.relative_to(ROOT) for path in (ROOT / "molgen").rglob("*.py"))
FLOORS = {
    "errors": -1,
    "version": -1,
    "config": -1,
    "files": -1,
    "opening": -1,
    "part_files": -1,
    "workers": -1,
    "threads": -1,
    "geometry": 0,
    "chem": 0,
    "graphs": 1,
    "processes": 2,
    "nets": 2,
    "physics": 2,
    "metrics": 2,
    "sampling": 3,
    "training": 3,
    "conformers": 4,
    "docking": 4,
    "screening": 5,
    "reports": 5,
    "cli": 6,
    "__init__": 6,
    "__main__": 6,
}
RDKIT_HOMES = {"chem", "metrics", "conformers", "docking", "reports", "screening"}
BIOPYTHON_HOMES = {"chem", "metrics"}
OPTIONAL = {
    *("ray", "posebusters", "spyrmsd", "vina", "meeko", "CDPL", "CDPKit", "openmm", "tblite"),
    *("matplotlib", "nbformat", "nbclient", "IPython", "ipykernel", "jupyterlab", "hypothesis", "pytest"),
    *("ipymolstar", "selenium", "pyarrow"),
}
# what training from a prepared data set imports
TRAINING_MODULES = [
    "molgen.training",
    "molgen.conformers.model",
    "molgen.conformers.config",
    "molgen.conformers.dataset",
    "molgen.conformers.train",
    "molgen.docking.config",
    "molgen.docking.store",
    "molgen.docking.model",
    "molgen.docking.pose_dataset",
    "molgen.docking.pose_loss",
    "molgen.docking.sample_poses",
    "molgen.docking.pose_train",
    "molgen.docking.confidence",
    "molgen.docking.rated_poses",
    "molgen.docking.confidence_dataset",
    "molgen.docking.confidence_train",
    "molgen.docking.confidence_judge",
    "molgen.docking.checkpoint",
]


def package_of(path: Path) -> str:
    """`chem` for molgen/chem/x.py, `cli` for molgen/cli.py."""
    return path.parts[1] if len(path.parts) > 2 else path.stem


def imported(path: Path, tree: ast.AST) -> Iterator[str]:
    """Absolute names of everything that `tree`, from the file `path`, imports."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = [*path.parts[: len(path.parts) - node.level], *filter(None, [node.module])] if node.level else []
            module = ".".join(base) if node.level else str(node.module)
            yield from (f"{module}.{alias.name}" for alias in node.names)


def at_module_level(tree: ast.Module) -> ast.Module:
    """`tree` without the bodies of functions and without `if TYPE_CHECKING`."""

    class Strip(ast.NodeTransformer):
        def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
            return None

        visit_AsyncFunctionDef = visit_FunctionDef

        def visit_If(self, node: ast.If) -> ast.AST | None:
            return None if "TYPE_CHECKING" in ast.unparse(node.test) else self.generic_visit(node)

    return Strip().visit(tree)


def parse(path: Path) -> ast.Module:
    return ast.parse((ROOT / path).read_text(encoding="utf-8"))


def climbs(path: Path, names: Iterator[str]) -> list[str]:
    """The imports among `names` that go to a higher floor than that of `path`."""
    own = FLOORS[package_of(path)]
    inside = [name.split(".") for name in names if name.split(".")[0] == "molgen"]
    packages = {parts[1] if len(parts) > 1 and parts[1] in FLOORS else "__init__" for parts in inside}
    allowed = {"__init__"} if package_of(path) in ("cli", "__main__") else set()  # they show the version
    return sorted(package for package in packages - allowed if FLOORS[package] > own)


@pytest.mark.parametrize("path", FILES, ids=str)
def test_packages_import_from_lower_floors_only(path):
    assert package_of(path) in FLOORS, f"{path}: give this package a floor"
    assert climbs(path, imported(path, parse(path))) == []


@pytest.mark.parametrize("path", FILES, ids=str)
def test_heavy_packages_stay_where_they_belong(path):
    everywhere = {name.split(".")[0] for name in imported(path, parse(path))}
    at_import = {name.split(".")[0] for name in imported(path, at_module_level(parse(path)))}
    assert not at_import & OPTIONAL, "optional packages are imported inside the function that uses them"
    assert "rdkit" not in everywhere or package_of(path) in RDKIT_HOMES
    assert "Bio" not in everywhere or package_of(path) in BIOPYTHON_HOMES


def test_the_walk_sees_a_climb_and_a_hidden_import():
    source = "def f():\n    from molgen.conformers import run\n    import ray\nfrom ..nets import heads\n"
    path = Path("molgen/chem/made_up.py")
    tree = ast.parse(source)
    assert climbs(path, imported(path, tree)) == ["conformers", "nets"]
    assert "ray" in set(imported(path, tree))
    assert "ray" not in set(imported(path, at_module_level(tree)))


def test_training_needs_neither_rdkit_nor_biopython():
    present = [name for name in TRAINING_MODULES if importlib.util.find_spec(name)]
    if not present:
        pytest.skip("the training path is not there yet")
    program = f"""
import sys
class Blocked:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in ("rdkit", "Bio"):
            raise ImportError(f"{{name}} is blocked")
sys.meta_path.insert(0, Blocked())
import importlib
for name in {present}:
    importlib.import_module(name)
"""
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_importing_molgen_does_no_work():
    program = "import sys, molgen; print(*{'torch', 'rdkit', 'numpy', 'typer'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""
