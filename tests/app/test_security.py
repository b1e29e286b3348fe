"""The guard: other names, other sites, strangers and floods are refused; the user's own browser is not."""

import pytest

starlette = pytest.importorskip("starlette", reason="molgen[app] is not installed")

from starlette.applications import Starlette  # noqa: E402
from starlette.responses import PlainTextResponse  # noqa: E402
from starlette.routing import Route, WebSocketRoute  # noqa: E402
from starlette.testclient import TestClient, WebSocketDenialResponse  # noqa: E402
from starlette.websockets import WebSocketDisconnect  # noqa: E402

from molgen.app.security import COOKIE, Guard  # noqa: E402
from molgen.app.settings import MEGABYTE, AppSettings  # noqa: E402
from molgen.errors import ConfigError  # noqa: E402

LOCAL = "http://127.0.0.1:8765"


async def echo(request):
    return PlainTextResponse(f"{request.url.query} {len(await request.body())}")


async def greet(socket):
    await socket.accept()
    await socket.send_text("hello")
    await socket.close()


def client(tmp_path, base=LOCAL, **settings):
    app = Starlette(routes=[Route("/", echo, methods=["GET", "POST"]), WebSocketRoute("/ws", greet)])
    return TestClient(Guard(app, AppSettings(tmp_path, upload_limit=1000, **settings)), base_url=base)


@pytest.mark.parametrize("host", ["127.0.0.1:8765", "localhost:8765", "[::1]:80", "LOCALHOST", "lab-pc:8765"])
def test_names_of_this_machine_are_answered(tmp_path, host):
    assert client(tmp_path, names=("lab-pc",)).get("/", headers={"host": host}).status_code == 200


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "localhost.evil", "10.0.0.7", "", "[x"])
def test_a_name_that_was_bound_anew_is_refused(tmp_path, host):
    assert client(tmp_path).get("/", headers={"host": host}).status_code == 421


def test_pages_of_other_sites_cannot_send(tmp_path):
    for origin in ("https://evil.example", "null", "http://127.0.0.1:9999"):
        assert client(tmp_path).post("/", headers={"origin": origin}).status_code == 403
    assert client(tmp_path).post("/", headers={"origin": LOCAL}).status_code == 200
    assert client(tmp_path).post("/").status_code == 200


def test_pages_of_other_sites_cannot_open_a_socket(tmp_path):
    found = client(tmp_path)
    with found.websocket_connect("/ws", headers={"host": "localhost", "origin": "http://localhost"}) as socket:
        assert socket.receive_text() == "hello"
    for headers in ({"origin": "https://evil.example"}, {"host": "evil.example"}):
        with (
            pytest.raises((WebSocketDisconnect, WebSocketDenialResponse)),
            found.websocket_connect("/ws", headers=headers),
        ):
            pass


def test_answers_forbid_the_browser_everything_from_elsewhere(tmp_path):
    policy = client(tmp_path).get("/").headers["content-security-policy"]
    assert policy.startswith("default-src 'self'")
    assert "http" not in policy


def test_others_need_the_token(tmp_path):
    found = client(tmp_path, "http://10.0.0.7:8765", host="0.0.0.0", token="secret")
    assert found.get("/").status_code == 401
    assert found.get("/", headers={"authorization": "Bearer wrong"}).status_code == 401
    assert found.get("/", headers={"authorization": "Bearer secret"}).status_code == 200
    with pytest.raises((WebSocketDisconnect, WebSocketDenialResponse)), found.websocket_connect("/ws"):
        pass


def test_the_token_of_the_address_becomes_a_cookie(tmp_path):
    found = client(tmp_path, "http://10.0.0.7:8765", host="0.0.0.0", token="secret")
    moved = found.get("/?token=secret&a=1", follow_redirects=False)
    assert (moved.status_code, moved.headers["location"]) == (303, "/?a=1")
    assert "httponly" in moved.headers["set-cookie"].lower()
    assert found.cookies[COOKIE] == "secret"
    assert found.get("/").status_code == 200


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.5", "lab-pc"])
def test_no_server_for_others_without_a_token(tmp_path, host):
    with pytest.raises(ConfigError, match="token"):
        AppSettings(tmp_path, host=host)


def test_a_flood_is_stopped_stated_or_not(tmp_path):
    found = client(tmp_path)
    assert found.post("/", content=b"x" * 2000).text.split() == ["2000"]
    assert found.post("/", content=b"x" * (MEGABYTE + 2000)).status_code == 413
    assert found.post("/", content=(b"x" * 65536 for _ in range(20))).status_code == 413
