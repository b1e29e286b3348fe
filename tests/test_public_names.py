"""What users import: every public name is there, is loaded only when it is used, and is what its type checker sees."""

import ast
import importlib
import subprocess
import sys
from pathlib import Path

import pytest
from complexes import ligand_path
from rdkit import Chem

import molgen

ROOT = Path(molgen.__file__).parent
PACKAGES = sorted(
    ".".join(path.parent.relative_to(ROOT.parent).parts)
    for path in ROOT.rglob("__init__.py")
    if "__all__ = " in path.read_text(encoding="utf-8")
)
WANTED = {
    *("analyze", "conformer_library", "dock", "generate_conformers", "generate_many", "load_model", "read_protein"),
    *("rescore", "screen", "AnalysisConfig", "DockConfig", "GenerateConfig", "MolgenError", "RunConfig"),
}


def test_the_package_offers_what_users_need():
    assert set(molgen.__all__) >= WANTED
    assert set(dir(molgen)) >= WANTED


@pytest.mark.parametrize("package", PACKAGES)
def test_every_public_name_can_be_imported(package):
    module = importlib.import_module(package)
    missing = [name for name in module.__all__ if getattr(module, name, None) is None]
    assert missing == []
    with pytest.raises(AttributeError, match="nonsense"):
        _ = module.nonsense


@pytest.mark.parametrize("package", PACKAGES)
def test_type_checkers_see_every_public_name(package):
    """Names that are loaded late are imported for type checkers from the same modules."""
    path = ROOT.parent.joinpath(*package.split(".")) / "__init__.py"
    tree = ast.parse(path.read_text(encoding="utf-8"))
    froms = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    homes = {alias.asname or alias.name: node.module for node in froms for alias in node.names}
    module = importlib.import_module(package)
    for name in set(module.__all__) & set(homes):
        assert getattr(importlib.import_module(str(homes[name])), name) is getattr(module, name)
    named = {getattr(node, "name", "") for node in tree.body} | {
        ast.unparse(node).partition(" = ")[0] for node in tree.body
    }
    assert set(module.__all__) - set(homes) <= named


@pytest.mark.parametrize("package", ["molgen", "molgen.chem", "molgen.conformers", "molgen.docking", "molgen.reports"])
def test_importing_a_package_loads_nothing_heavy(package):
    program = f"import sys, {package}; print(*{{'torch', 'rdkit', 'numpy', 'typer', 'matplotlib'}} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT.parent, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


def test_type_hints_are_offered_to_users():
    assert (ROOT / "py.typed").exists()


@pytest.mark.parametrize(
    "call",
    [
        lambda: molgen.read_protein(None),
        lambda: molgen.pack(3),
        lambda: molgen.dock(None, "CCO"),
        lambda: molgen.dock([None], "CCO"),
        lambda: molgen.dock(["absent.pdb", 1], None),
        lambda: molgen.rescore("absent.pdb", None),
        lambda: molgen.rescore(None, Chem.MolFromMolFile(str(ligand_path("1ia1")))),
        lambda: molgen.generate_conformers(None),
        lambda: molgen.generate_many(None),
    ],
)
def test_wrong_types_are_errors_of_one_line(call):
    with pytest.raises(molgen.MolgenError) as caught:
        call()
    assert "\n" not in str(caught.value)
