"""Fuzz every reader for a while and count: `python tests/fuzz/fuzz_readers.py --minutes 10 --keep FOLDER`.

With the package atheris the inputs are led by the coverage of molgen's own code (RDKit, Biopython and safetensors are
not instrumented); without it they are random mutations of valid ones. Each reader has a process of its own. An input
that a reader does not answer with a result or a one-line error is kept; so is one that takes more than 30 s, more than
4 GiB, or the process with it.
"""

import argparse
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path[:0] = map(str, Path(__file__).parents[1].glob("support/*"))

SECONDS, MEBIBYTES = 30, 4096


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=10.0, help="for all readers together [10]")
    parser.add_argument("--keep", type=Path, default=Path("fuzz-findings"), help="folder of the inputs that went wrong")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--reader", action="append", help="only this one; can be repeated")
    parser.add_argument("--child", type=float, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child is not None:
        fuzz(options.reader[0], options.child, options.keep, options.seed)
        return
    from reader_targets import readers

    names = options.reader or list(readers())
    print(f"{'with' if _has_atheris() else 'without'} coverage guidance")
    for name in names:
        seconds = max(1, round(60 * options.minutes / len(names)))
        arguments = [__file__, "--child", str(seconds), "--reader", name, "--seed", str(options.seed)]
        done = subprocess.run(
            [sys.executable, *arguments, "--keep", str(options.keep)],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )
        output = done.stdout.decode(errors="replace")
        tried = re.findall(r"stat::number_of_executed_units:\s*(\d+)", output)
        findings = [line for line in output.splitlines() if line.startswith("finding:")]
        ended = "" if done.returncode == 0 else f", ended with {done.returncode}: {output[-300:]!r}"
        print(
            f"{name}: {tried[-1] if tried else '?'} inputs in {seconds} s, {len(findings)} findings{ended}", flush=True
        )
        print("".join(f"  {line}\n" for line in findings), end="", flush=True)


def fuzz(name: str, seconds: float, keep: Path, seed: int) -> None:
    """One reader, in this process; findings are told on stdout, each kind once."""
    keep = keep / re.sub(r"\W", "-", name)
    keep.mkdir(parents=True, exist_ok=True)
    if not _has_atheris():
        _without_coverage(name, seconds, keep, seed)
        return
    import atheris

    with atheris.instrument_imports(include=["molgen"], enable_loader_override=False):
        import reader_targets  # everything of molgen that it imports is instrumented

    one_input, mutate = _parts(reader_targets.readers()[name], keep)

    def custom(data: bytes, most: int, number: int) -> bytes:
        import random

        rng = random.Random(number)
        return atheris.Mutate(data, most) if rng.random() < 0.4 else mutate(data, rng)[:most]

    with tempfile.TemporaryDirectory() as corpus:
        for place, data in enumerate(reader_targets.readers()[name].seeds()):
            (Path(corpus) / str(place)).write_bytes(data)
        limits = [f"-max_total_time={seconds:.0f}", f"-timeout={SECONDS}", f"-rss_limit_mb={MEBIBYTES}"]
        others = ["-max_len=65536", "-print_final_stats=1", f"-seed={seed}", f"-artifact_prefix={keep}/"]
        atheris.Setup([sys.argv[0], *limits, *others, corpus], one_input, custom_mutator=custom)
        atheris.Fuzz()


def _has_atheris() -> bool:
    try:
        import atheris  # noqa: F401  # whether it is there is the question
    except ImportError:
        return False
    return True


def _parts(reader, keep: Path):
    """What tries one input, and what changes one."""
    from mutation import mutated, mutated_tensors
    from reader_targets import check

    folder = Path(tempfile.mkdtemp(prefix="fuzz-"))
    seen = set()

    def one_input(data: bytes) -> None:
        try:
            check(reader, bytes(data), folder)
        except Exception as error:
            own = error.__traceback__
            while own is not None and own.tb_next is not None:
                own = own.tb_next
            kind = (type(error).__name__, own and own.tb_frame.f_code.co_filename, own and own.tb_lineno)
            if kind not in seen:
                seen.add(kind)
                (keep / f"finding-{len(seen)}").write_bytes(data)
                print(f"finding: {kind} {ascii(str(error))[:200]}", flush=True)

    def mutate(data: bytes, rng) -> bytes:
        if b"__metadata__" in data[:20_000] and rng.random() < 0.7:
            try:
                return mutated_tensors(data, rng)
            except (ValueError, LookupError, TypeError, AttributeError):  # the header was broken before
                pass
        return mutated(data, rng)

    return one_input, mutate


def _without_coverage(name: str, seconds: float, keep: Path, seed: int) -> None:
    import random

    from reader_targets import readers

    reader = readers()[name]
    one_input, mutate = _parts(reader, keep)
    seeds, rng, count = reader.seeds(), random.Random(seed), 0
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        one_input(mutate(rng.choice(seeds), rng))
        count += 1
    print(f"stat::number_of_executed_units: {count}")


if __name__ == "__main__":
    main()
