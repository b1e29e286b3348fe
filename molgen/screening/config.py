"""The configuration of a run over a library."""

from __future__ import annotations

from dataclasses import dataclass

from molgen.errors import ConfigError

ENGINES = ("local", "ray")


@dataclass(frozen=True)
class RunConfig:
    """How a library is spread over processes; none of it changes a result.

    Attributes:
        engine: "local" (processes of this machine) or "ray" (a Ray cluster, or one that is started here).
        workers: processes of the local engine, or CPUs of a Ray that is started here.
        address: of a running Ray cluster, or "auto"; None starts one here.
        timeout: CPU seconds that a molecule may take; then its worker is killed and its row is a failure. A worker that
            waits without working is killed after 20 times as long on the wall clock.
        retries: how often a molecule whose worker died is tried again.
        cpus, memory: what a Ray task asks for; memory in GiB. The work itself runs on one thread of a CPU.
        gpus: GPUs that a Ray task asks for where the device is `cuda`; 0.5: two tasks share one.
    """

    engine: str = "local"
    workers: int = 1
    address: str | None = None
    timeout: float = 600.0
    retries: int = 1
    cpus: float = 1.0
    memory: float = 1.0
    gpus: float = 1.0

    def __post_init__(self) -> None:
        if self.engine not in ENGINES:
            raise ConfigError(f"engine must be one of {', '.join(ENGINES)}, not {self.engine}")
        for name, least in (("workers", 1), ("retries", 0), ("memory", 0.0)):
            if not getattr(self, name) >= least:
                raise ConfigError(f"{name} must be at least {least:g}, not {getattr(self, name)}")
        for name in ("timeout", "cpus", "gpus"):
            if not getattr(self, name) > 0:
                raise ConfigError(f"{name} must be above 0, not {getattr(self, name)}")
        if self.gpus > 1 and self.gpus != int(self.gpus):
            raise ConfigError(f"gpus above 1 must be a whole number, not {self.gpus}")
        if self.address is not None and self.engine != "ray":
            raise ConfigError("an address needs engine ray")
