"""Starts the server: the endpoints, the pages, and the guard around both."""

from __future__ import annotations

import secrets
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import uvicorn
from fastapi import FastAPI

from molgen.app.api import create_api
from molgen.app.security import Guard
from molgen.app.services import Services
from molgen.app.settings import AppSettings
from molgen.errors import InputError

_GRACE = 2  # seconds for open connections when the server stops


def new_token() -> str:
    """A token that cannot be guessed."""
    return secrets.token_urlsafe(24)


@contextmanager
def application(settings: AppSettings, *, pages: bool = True) -> Iterator[FastAPI]:
    """The whole application with its services running; without `pages` the endpoints alone.

    Raises:
        InputError: the folder cannot be used.
    """
    services = Services(settings)
    try:
        app = create_api(services)
        if pages:
            from molgen.app.pages import add_pages

            add_pages(app, services)
        app.add_middleware(Guard, settings=settings)
        yield app
    finally:
        services.close()


def serve(settings: AppSettings, on_address: Callable[[str], None] = lambda address: None) -> None:
    """Serve until interrupted.

    Args:
        settings: of the server.
        on_address: called once with the address for a browser, when that is answered.

    Raises:
        InputError: the port or the folder cannot be used.
    """
    with _listening(settings) as listener, application(settings) as app:
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=_GRACE))
        on_address(address_of(settings, listener.getsockname()[1]))
        server.run(sockets=[listener])


def address_of(settings: AppSettings, port: int) -> str:
    """What to open in a browser; with the token, if there is one."""
    host = socket.gethostname() if settings.host in ("0.0.0.0", "::") else settings.host
    name = f"[{host}]" if ":" in host else host
    return f"http://{name}:{port}/" + (f"?token={settings.token}" if settings.token else "")


@contextmanager
def _listening(settings: AppSettings) -> Iterator[socket.socket]:
    try:
        family = socket.getaddrinfo(settings.host, settings.port, type=socket.SOCK_STREAM)[0][0]
        listener = socket.create_server((settings.host, settings.port), family=family)
    except OSError as error:
        reason = f"cannot listen on port {settings.port}: {error.strerror}; --port takes another one, 0 any free one"
        raise InputError(reason, source=settings.host) from error
    with listener:
        yield listener
