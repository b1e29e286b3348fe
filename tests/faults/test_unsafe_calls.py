"""Nothing that is read can run code: molgen makes none of the calls that could, and YAML gives plain values."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import molgen
from molgen.config import from_yaml, override
from molgen.errors import ConfigError
from molgen.models.torsion_flow.config import ConformerConfig

ROOT = Path(molgen.__file__).parent
MODULES = {"pickle", "cPickle", "dill", "cloudpickle", "joblib", "shelve", "marshal", "zipfile", "tarfile", "pty"}
CALLS = {"eval", "exec", "compile", "__import__", "os.system", "os.popen", "yaml.load", "yaml.full_load"} | {
    *("yaml.unsafe_load", "yaml.load_all", "shutil.unpack_archive", "pandas.read_pickle", "torch.jit.load"),
    *("np.fromfile", "numpy.fromfile"),
}
# GEOM is published as pickles; its reader has an unpickler of its own that knows RDKit molecules and numpy numbers.
# The worker pool takes the answers of its own processes as pickles; it reads no file. The drawing editor is read out of
# its package into memory, within limits; nothing is unpacked. The example files come out of an archive of molgen's own
ALLOWED = {
    ("conformers/prepare/geom.py", "pickle"),
    ("runtime/worker_pool.py", "pickle"),
    ("app/pages/editor.py", "tarfile"),
    ("cli/example.py", "zipfile"),
}


def found_in(tree: ast.AST) -> Iterator[str]:
    """What a module does that could run code from a file, or write outside of its folder by unpacking one."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name.split(".")[0] in MODULES)
        elif isinstance(node, ast.ImportFrom):
            yield from [str(node.module)] if str(node.module).split(".")[0] in MODULES else []
        elif isinstance(node, ast.Call):
            name = ast.unparse(node.func)
            given = {word.arg: ast.unparse(word.value) for word in node.keywords}
            if name in CALLS:
                yield name
            if name == "torch.load" and given.get("weights_only") != "True":
                yield "torch.load without weights_only=True"
            if name in ("np.load", "numpy.load") and given.get("allow_pickle", "False") != "False":
                yield "numpy.load with pickles"
            if given.get("shell", "False") != "False":
                yield f"{name} with a shell"
            if name.endswith(".fit") and "ckpt_path" in given and given.get("weights_only") != "True":
                yield "a training state without weights_only=True"


def test_no_call_runs_code_from_a_file():
    found = {
        (path.relative_to(ROOT).as_posix(), call)
        for path in ROOT.rglob("*.py")
        for call in found_in(ast.parse(path.read_text(encoding="utf-8")))
    }
    assert found - ALLOWED == set()


@pytest.mark.parametrize(
    "line",
    [
        "import pickle",
        "from joblib import load",
        "torch.load(path)",
        "torch.load(path, weights_only=False)",
        "np.load(path, allow_pickle=True)",
        "yaml.load(text, Loader=yaml.Loader)",
        "eval(text)",
        "subprocess.run(text, shell=True)",
        "trainer.fit(model, ckpt_path=path)",
        "shutil.unpack_archive(path, folder)",
    ],
)
def test_the_walk_sees_each_of_them(line):
    assert list(found_in(ast.parse(f"def f():\n    {line}")))


def test_the_walk_lets_safe_ones_pass():
    safe = "torch.load(p, weights_only=True); np.load(p, allow_pickle=False); model.eval(); yaml.safe_load(t)"
    assert list(found_in(ast.parse(safe))) == []


@pytest.mark.parametrize(
    "text",
    [
        "!!python/object/apply:os.system ['touch {mark}']",
        "model: !!python/object/apply:pathlib.Path.touch [!!python/object/apply:pathlib.Path ['{mark}']]",
        "train: !!python/name:os.system",
        "!!python/module:antigravity",
    ],
)
def test_yaml_makes_no_objects(tmp_path, text):
    mark = tmp_path / "mark"
    path = tmp_path / "config.yaml"
    path.write_text(text.format(mark=mark))
    with pytest.raises(ConfigError, match="not valid YAML"):
        from_yaml(ConformerConfig, path)
    with pytest.raises(ConfigError, match="not a YAML value"):
        override(ConformerConfig(), [f"train.steps={text.format(mark=mark).partition(': ')[2] or text}"])
    assert not mark.exists()
