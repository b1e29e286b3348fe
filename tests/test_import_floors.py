"""The house has floors: a package imports from lower floors only; heavy packages stay where they belong."""

import ast
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[1]
FILES = sorted(path.relative_to(ROOT) for path in (ROOT / "molgen").rglob("*.py"))
FLOORS = {
    "errors": -3,
    "version": -3,
    "limits": -3,
    "runtime": -2,
    "outcomes": -2,
    "files": -2,
    "data_frame": -2,
    "views": -2,
    "former_names": -2,
    "lazy_exports": -1,
    "config": -1,
    "geometry": 0,
    "chem": 1,
    "manifolds": 1,
    "graphs": 2,
    "processes": 2,
    "physics": 3,
    "metrics": 3,
    "nets": 3,
    "sampling": 3,
    "datasets": 4,
    "training": 4,
    "models": 5,
    "conformers": 6,
    "packing": 6,
    "docking": 7,
    "screening": 8,
    "reports": 9,
    "app": 10,
    "__init__": 11,
    "cli": 12,
    "__main__": 13,
}
RDKIT_HOMES = {"chem", "metrics", "conformers", "docking", "reports", "screening"}
BIOPYTHON_HOMES = {"chem", "metrics"}
WEB = {"fastapi", "nicegui", "pydantic", "starlette", "uvicorn"}
"""An extra of its own, and the whole package `app` is imported only where it is wanted."""
OPTIONAL = {
    *("ray", "posebusters", "spyrmsd", "vina", "meeko", "CDPL", "CDPKit", "openmm", "tblite"),
    *("matplotlib", "nbformat", "nbclient", "IPython", "ipykernel", "jupyterlab", "hypothesis", "pytest"),
    *("ipymolstar", "selenium", "pyarrow", *WEB),
}
# what training from a prepared data set imports
TRAINING_MODULES = [
    "molgen.training",
    "molgen.datasets.records.conformers",
    "molgen.datasets.records.complexes",
    "molgen.datasets.records.decoys",
    "molgen.datasets.records.cartesian",
    "molgen.models.cartesian.task",
    "molgen.models.torsion_flow.task",
    "molgen.models.pose_flow.task",
    "molgen.models.pose_confidence.task",
    "molgen.models.pose_confidence.calibrate",
    "molgen.models.side_chains.task",
    "molgen.training.fit",
]


def package_of(path: Path) -> str:
    """`chem` for molgen/chem/x.py, `cli` for molgen/cli.py."""
    return path.parts[1] if len(path.parts) > 2 else path.stem


def imported(path: Path, nodes: Iterable[ast.AST]) -> Iterator[str]:
    """Absolute names of everything that `nodes`, from the file `path`, import."""
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = [*path.parts[: len(path.parts) - node.level], *filter(None, [node.module])] if node.level else []
            module = ".".join(base) if node.level else str(node.module)
            yield from (f"{module}.{alias.name}" for alias in node.names)


def at_module_level(tree: ast.AST) -> Iterator[ast.AST]:
    """The nodes of `tree` outside of functions and of `if TYPE_CHECKING`."""
    for node in ast.iter_child_nodes(tree):
        is_function = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        if is_function or (isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)):
            continue
        yield node
        yield from at_module_level(node)


@cache
def parse(path: Path) -> ast.Module:
    return ast.parse((ROOT / path).read_text(encoding="utf-8"))


def by_file(rule: Callable[[Path, ast.Module], list[str]]) -> dict[str, list[str]]:
    """File -> what it breaks of a rule, for the files of the package that break it."""
    found = {str(path): rule(path, parse(path)) for path in FILES}
    return {path: names for path, names in found.items() if names}


def climbs(path: Path, names: Iterator[str]) -> list[str]:
    """The packages among the imported `names` that are not strictly below the package of `path`."""
    own = package_of(path)
    inside = [name.split(".") for name in names if name.split(".")[0] == "molgen"]
    packages = {parts[1] if len(parts) > 1 and parts[1] in FLOORS else "__init__" for parts in inside} - {own}
    return sorted(package for package in packages if FLOORS[package] >= FLOORS[own])


def siblings(path: Path, names: Iterator[str]) -> list[str]:
    """The models among the imported `names` that are not the model of `path`; nothing for files outside `models`."""
    if path.parts[1:2] != ("models",) or len(path.parts) < 4:
        return []
    found = {name.split(".")[2] for name in names if name.startswith("molgen.models.")}
    return sorted(found - {path.parts[2]})


def task_above_preparation(path: Path, names: Iterator[str]) -> list[str]:
    """Imports of a task's `prepare` folder from the task itself."""
    if path.parts[1] not in ("conformers", "docking") or path.parts[2] == "prepare":
        return []
    return sorted(name for name in names if name.startswith(f"molgen.{path.parts[1]}.prepare"))


def astray(path: Path, tree: ast.Module) -> list[str]:
    """Packages that a file imports where they do not belong; optional ones belong inside functions."""
    everywhere = {name.split(".")[0] for name in imported(path, ast.walk(tree))}
    at_import = {name.split(".")[0] for name in imported(path, at_module_level(tree))}
    unwanted = at_import & (OPTIONAL - (WEB if package_of(path) == "app" else set()))
    homes = {"rdkit": RDKIT_HOMES, "Bio": BIOPYTHON_HOMES}
    unwanted |= {name for name in homes if name in everywhere and package_of(path) not in homes[name]}
    return sorted(unwanted)


def test_packages_import_from_lower_floors_only():
    strangers = sorted({package_of(path) for path in FILES} - FLOORS.keys())
    assert strangers == [], "give these packages a floor"
    assert by_file(lambda path, tree: climbs(path, imported(path, ast.walk(tree)))) == {}


def test_models_are_siblings_and_preparation_stands_above_its_task():
    assert by_file(lambda path, tree: siblings(path, imported(path, ast.walk(tree)))) == {}
    assert by_file(lambda path, tree: task_above_preparation(path, imported(path, ast.walk(tree)))) == {}


def test_heavy_packages_stay_where_they_belong():
    assert by_file(astray) == {}


def test_the_walk_sees_a_climb_and_a_hidden_import():
    source = "def f():\n    from molgen.conformers import run\n    import ray\nfrom ..nets import heads\n"
    path = Path("molgen/chem/made_up.py")
    tree = ast.parse(source)
    assert climbs(path, imported(path, ast.walk(tree))) == ["conformers", "nets"]
    assert "ray" in set(imported(path, ast.walk(tree)))
    assert "ray" not in set(imported(path, at_module_level(tree)))


def test_training_needs_neither_rdkit_nor_biopython_nor_numba():
    program = f"""
import sys
class Blocked:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in ("rdkit", "Bio", "numba"):
            raise ImportError(f"{{name}} is blocked")
sys.meta_path.insert(0, Blocked())
import importlib
for name in {TRAINING_MODULES}:
    importlib.import_module(name)
"""
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_importing_molgen_does_no_work():
    program = "import sys, molgen; print(*{'torch', 'rdkit', 'numpy', 'typer'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


def test_generating_and_docking_load_neither_the_compiler_of_torch_nor_what_trains():
    """Their import takes longer than a molecule; they are for training, for compiled and for users' networks."""
    unwanted = ["torch_geometric", "torch._dynamo", "e3nn", "sympy", "pytorch_lightning", "pandas", "matplotlib"]
    program = f"""
import importlib, sys
for name in ["molgen.conformers.generate", "molgen.screening.conformer_file", "molgen.docking.run"]:
    importlib.import_module(name)
import molgen
from molgen.docking.learned import learned_of
from molgen.docking.records import DockConfig
molgen.generate_conformers("CCCCO", n=2)
learned_of(DockConfig())
print(*sys.modules.keys() & set({unwanted}))
"""
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""
