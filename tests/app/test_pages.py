"""Every page is answered; what a browser makes of it is another test's matter."""

import pytest

pytest.importorskip("nicegui", reason="molgen[app] is not installed")

from starlette.testclient import TestClient

from molgen.app.jobs import runner
from molgen.app.serve import application
from molgen.app.settings import AppSettings


def test_pages_are_answered_and_load_nothing_from_elsewhere(tmp_path, monkeypatch):
    monkeypatch.setattr(runner, "in_process", lambda *_, **__: None)
    monkeypatch.chdir(tmp_path)
    titles = {"/": "Dock", "/conformers": "Conformers", "/analysis": "Analysis", "/jobs": "Jobs", "/api": "REST"}
    with application(AppSettings(tmp_path / "app")) as app, TestClient(app, base_url="http://localhost") as client:
        for path, title in titles.items():
            page = client.get(path)
            assert page.status_code == 200, path
            assert f"<title>{title} - molgen</title>" in page.text
            assert 'src="http' not in page.text
            assert "url(http" not in page.text
        assert client.get("/jobs/nonsense").status_code == 422
        assert client.get("/structures/nonsense").status_code == 422
        assert client.get("/editor").status_code == 404
    assert [path.name for path in tmp_path.iterdir()] == ["app"]
