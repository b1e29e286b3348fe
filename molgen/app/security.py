"""Whom the server answers, and how much it takes: a layer around the whole application.

A page of another site can send requests to a server of this machine, and by DNS rebinding even read the answers. The
first is met by the header Origin, the second by Host. Others on the network need the token.
"""

from __future__ import annotations

import hmac
import ipaddress
import socket
from contextlib import suppress
from urllib.parse import parse_qs, urlencode, urlsplit

from starlette.datastructures import Headers
from starlette.requests import cookie_parser
from starlette.responses import JSONResponse, RedirectResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from molgen.app.settings import MEGABYTE, AppSettings, is_loopback

COOKIE = "molgen_token"
HEADERS = {
    # what the pages need of themselves, and nothing of anywhere else
    "content-security-policy": "default-src 'self' 'unsafe-inline' 'unsafe-eval' data: blob:; object-src 'none'; "
    "base-uri 'self'; form-action 'self'; frame-ancestors 'self'",
    "x-content-type-options": "nosniff",
    "x-frame-options": "SAMEORIGIN",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
}


class Guard:
    """Refuses what does not come from the user's own browser or programs.

    Args:
        app: that answers the rest.
        settings: names, token and limits.
    """

    def __init__(self, app: ASGIApp, settings: AppSettings) -> None:
        self._app, self._settings = app, settings
        self._most = settings.upload_limit + MEGABYTE  # what surrounds a file in a form

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        refusal = self._foreign(scope, headers) or self._unknown(scope, headers)
        query = parse_qs(scope["query_string"].decode("latin-1"))
        if scope["type"] == "http" and refusal is None and self._settings.token and "token" in query:
            await _without_token(scope, query, self._settings.token)(scope, receive, send)
        elif refusal is not None and scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008, "reason": refusal[1]})
        elif refusal is not None:
            await JSONResponse({"detail": refusal[1]}, refusal[0])(scope, receive, send)
        else:
            await self._limited(scope, receive, send)

    def _foreign(self, scope: Scope, headers: Headers) -> tuple[int, str] | None:
        """Why the request does not belong here: called by a wrong name, or sent by a page of another site."""
        host = headers.get("host", "")
        if not self._is_own(host):
            return 421, f"this server is not called {host[:100]}; molgen app --name allows a name"
        origin = headers.get("origin")
        reads = scope["type"] == "http" and scope["method"] in ("GET", "HEAD")
        if origin is not None and not reads and urlsplit(origin).netloc.lower() != host.lower():
            return 403, "pages of other sites may not use this server"
        return None

    def _is_own(self, host: str) -> bool:
        """Whether Host names this server. An address cannot be rebound, so any will do where others may come."""
        try:
            name = (urlsplit(f"//{host}").hostname or "").rstrip(".")
        except ValueError:
            return False
        if is_loopback(name) or name in self._settings.names:
            return True
        if self._settings.is_local:
            return False
        return _is_address(name) or name in (socket.gethostname().lower(), socket.getfqdn().lower())

    def _unknown(self, scope: Scope, headers: Headers) -> tuple[int, str] | None:
        """Why the sender is not known, where a token is asked for."""
        token = self._settings.token
        if not token:
            return None
        kind, _, bearer = headers.get("authorization", "").partition(" ")
        shown = [bearer.strip()] if kind.lower() == "bearer" else []
        shown += [cookie_parser(headers.get("cookie", "")).get(COOKIE, "")]
        shown += parse_qs(scope["query_string"].decode("latin-1")).get("token", [])
        if any(hmac.compare_digest(given.encode(), token.encode()) for given in shown):
            return None
        return 401, "a token is needed: open the address that molgen app printed, or send it as a bearer token"

    async def _limited(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what is not too large; whatever comes of the rest, the answer to it is 413."""
        stated = Headers(scope=scope).get("content-length", "0")
        size, flooded, begun = 0, not stated.isdigit() or int(stated) > self._most, False

        async def counted() -> Message:
            nonlocal size, flooded
            message = await receive()
            size += len(message.get("body", b"")) if message["type"] == "http.request" else 0
            flooded = flooded or size > self._most
            if flooded:
                raise _TooLarge
            return message

        async def marked(message: Message) -> None:
            nonlocal begun
            if flooded and not begun:
                return
            if message["type"] == "http.response.start":
                begun = True
                message["headers"] = _with_policy(message["headers"])
            await send(message)

        if not flooded:
            with suppress(_TooLarge):
                await self._app(scope, counted, marked)
        if flooded and not begun:
            text = f"larger than {self._settings.upload_limit / MEGABYTE:g} MB"
            await JSONResponse({"detail": text}, 413, headers={"connection": "close"})(scope, receive, send)


class _TooLarge(Exception):
    """More bytes than are taken."""


def _with_policy(headers: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """The headers of an answer, with those that it lacks of ours."""
    own = {name for name, _ in headers}
    ours = [(name.encode(), value.encode()) for name, value in HEADERS.items()]
    return [*headers, *(pair for pair in ours if pair[0] not in own)]


def _without_token(scope: Scope, query: dict[str, list[str]], token: str) -> RedirectResponse:
    """To the same page; the token moves into a cookie, so that it stands in no history."""
    rest = urlencode({name: values for name, values in query.items() if name != "token"}, doseq=True)
    answer = RedirectResponse(scope["path"] + (f"?{rest}" if rest else ""), 303)
    answer.set_cookie(COOKIE, token, httponly=True, samesite="lax")
    return answer


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
