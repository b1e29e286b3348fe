"""How the app is run: where its files are, whom it answers, what it takes."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from pathlib import Path

from molgen.errors import ConfigError

MEGABYTE = 2**20


@dataclass(frozen=True)
class AppSettings:
    """Of one server.

    Attributes:
        folder: uploads and jobs are kept here.
        host, port: to listen on; port 0 is any free one.
        token: that every request has to show; "" for none, which only an address of this machine allows.
        names: host names by which browsers may call the server, besides those of this machine.
        upload_limit: bytes of an upload, also once it is unpacked.
        most_ligands: of one job.
        jobs: that run at the same time.
        threads: CPU threads of each.
        editor: package of the JSME structure editor, from `npm pack jsme-editor`; None for none.
    """

    folder: Path
    host: str = "127.0.0.1"
    port: int = 8765
    token: str = ""
    names: tuple[str, ...] = ()
    upload_limit: int = 64 * MEGABYTE
    most_ligands: int = 1000
    jobs: int = 1
    threads: int = 1
    editor: Path | None = None

    def __post_init__(self) -> None:
        for name, least in (("port", 0), ("upload_limit", 1), ("most_ligands", 1), ("jobs", 1), ("threads", 1)):
            if getattr(self, name) < least:
                raise ConfigError(f"{name} must be at least {least}, not {getattr(self, name)}")
        if self.port > 65535:
            raise ConfigError(f"port must be at most 65535, not {self.port}")
        if not self.is_local and not self.token:
            raise ConfigError(f"others can reach {self.host}: a token is needed")

    @property
    def is_local(self) -> bool:
        """Whether only this machine can reach the server."""
        return is_loopback(self.host)


def is_loopback(host: str) -> bool:
    """Whether a host name or address is this machine's own, e.g. "localhost" or "::1"."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
