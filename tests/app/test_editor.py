"""The editor is read from its package, and anything else is refused in a line."""

import io
import tarfile

import pytest

pytest.importorskip("nicegui", reason="molgen[app] is not installed")

from fastapi import FastAPI
from starlette.testclient import TestClient

from molgen.app.pages.editor import editor_routes, read_editor
from molgen.errors import InputError


def package(path, files):
    with tarfile.open(path, "w:gz") as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return path


def test_files_of_the_package_are_served_and_no_others(tmp_path):
    files = {"package/jsme.nocache.js": b"1;", "package/gwt/a.css": b"a{}", "../../etc/x": b"x", "other/y.js": b"y"}
    editor = read_editor(package(tmp_path / "jsme.tgz", files))
    assert set(editor) == {"jsme.nocache.js", "gwt/a.css"}
    app = FastAPI()
    app.include_router(editor_routes(editor))
    client = TestClient(app)
    assert client.get("/editor/gwt/a.css").headers["content-type"].startswith("text/css")
    assert "/editor/jsme.nocache.js" in client.get("/editor").text
    for name in ("y.js", "../y.js", "%2e%2e/x"):
        assert client.get(f"/editor/{name}").status_code == 404


@pytest.mark.parametrize("content", [b"", b"no archive", None, {"package/readme.md": b"x"}], ids=str)
def test_what_is_not_the_package_is_refused(tmp_path, content):
    path = tmp_path / "x.tgz"
    if isinstance(content, dict):
        package(path, content)
    elif content is not None:
        path.write_bytes(content)
    with pytest.raises(InputError, match=r"x\.tgz|jsme"):
        read_editor(path)
