"""Commands where the system is not POSIX: what Windows lacks is taken away, and help and the main jobs still work."""

import json
import multiprocessing

import pytest
from command_process import python
from complexes import protein_path

from molgen.errors import WorkerError
from molgen.runtime.worker_pool import WorkerPool

WITHOUT = """
import asyncio, importlib.abc, multiprocessing, multiprocessing.context, os, signal, subprocess, sys, types

absent = {"fcntl", "resource", "pwd", "grp", "termios", "tty", "pty"}
for name in absent:
    sys.modules.pop(name, None)

class Absent(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name in absent:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Absent())
for name in "SIGUSR1 SIGUSR2 SIGKILL SIGXCPU SIGPROF SIGALRM SIGHUP setitimer ITIMER_PROF alarm".split():
    delattr(signal, name)
for name in ("pthread_sigmask", "pthread_kill", "sigwait"):
    delattr(signal, name)
for name in ("fork", "forkpty", "getuid", "geteuid"):
    delattr(os, name)
for name in ("fork", "forkserver"):
    del multiprocessing.context._concrete_contexts[name]
multiprocessing.get_all_start_methods = lambda: ["spawn"]
sys.modules["msvcrt"] = types.SimpleNamespace(locking=lambda *_: None, LK_NBLCK=2)
"""
RUN = """
import json
from molgen.cli import main

codes = []
for arguments in {commands}:
    try:
        main(arguments)
    except SystemExit as stop:
        codes.append(stop.code)
print(json.dumps(codes))
"""


def codes(commands: list[list[str]], folder) -> list[int]:
    done = python(WITHOUT + RUN.replace("{commands}", repr(commands)), cwd=folder)
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def test_help_and_inspection_work(tmp_path):
    commands = [["-h"], ["dock", "-h"], ["screen", "-h"], ["inspect", str(protein_path("1s3v")), "-q"]]
    assert codes(commands, tmp_path) == [0] * len(commands)


@pytest.mark.slow
def test_the_main_jobs_work(tmp_path):
    (tmp_path / "lib.smi").write_text("CCO ethanol\n")
    few = ["-n", "1", "-q"]
    where = ["-p", str(protein_path("1s3v")), "-l", "Oc1ccccc1 phenol", "--pocket", "box:-3,27,3,14"]
    commands = [
        ["conformers", "CCO", "-o", "one.sdf", "--samples", "2", *few],
        ["conformers", "lib.smi", "-o", "run", *few],
        ["screen", "status", "run", "-q"],
        ["screen", "export", "run", "-o", "all.sdf", "-q"],
        ["dock", *where, "-o", "poses.sdf", "--effort", "quick", "--proposals", "random", "--rank", "energy", *few],
    ]
    assert codes(commands, tmp_path) == [0] * len(commands)
    assert (tmp_path / "all.sdf").stat().st_size > 0


@pytest.mark.slow
def test_a_library_is_spread_over_processes_that_are_started_anew(tmp_path):
    (tmp_path / "lib.smi").write_text("CCO ethanol\nCCC propane\n")
    assert codes([["conformers", "lib.smi", "-o", "run", "-n", "1", "-j", "2", "-q"]], tmp_path) == [0]


def test_work_that_cannot_be_sent_to_a_new_process_is_one_line(monkeypatch):
    monkeypatch.setattr(multiprocessing, "get_all_start_methods", lambda: ["spawn"])
    with pytest.raises(WorkerError, match="-j 1"):
        WorkerPool(lambda item: item, 2)
