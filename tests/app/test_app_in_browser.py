"""The app in a real browser, from the drop of a protein to the report: soon, and with nothing from elsewhere."""

import subprocess
import sys
import time
from pathlib import Path

import pytest
from headless_browser import asked_for, awaited, browsing, busy, color_count

pytest.importorskip("nicegui", reason="molgen[app] is not installed")
pytest.importorskip("ipymolstar", reason="the package that carries the viewer is not installed")

PROTEIN = Path(__file__).parents[2] / "data" / "1ia1.cif"
LIGAND = "Nc1nc(N)c2c(Sc3ccccc3)cccc2n1 TQ3"
pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]


@pytest.fixture
def address(tmp_path):
    command = [sys.executable, "-m", "molgen", "app", "--port", "0", "--folder", str(tmp_path / "app")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=tmp_path) as server:
        assert server.stdout is not None
        yield server.stdout.readline().removeprefix("molgen app: ").strip()
        server.terminate()
        assert server.wait(30) is not None
    assert [path.name for path in tmp_path.iterdir()] == ["app"]


def test_from_drop_to_report(address):
    from selenium.webdriver.common.by import By

    def find(selector, text=""):
        return next((one for one in browser.find_elements(By.CSS_SELECTOR, selector) if text in one.text), None)

    with browsing() as browser:
        browser.get(address)
        upload = awaited(lambda: find("input[type=file]"))
        begin = time.monotonic()
        upload.send_keys(str(PROTEIN))
        awaited(lambda: find("iframe.molgen-structure"))
        listed = awaited(lambda: [one.text for one in browser.find_elements(By.CSS_SELECTOR, ".q-radio")])
        assert listed[:2] == ["TQ3:A:194, ligand, 19 heavy atoms", "NDP:A:193, ligand, 48 heavy atoms, cofactor"]
        assert any(text.startswith("pocket 1, volume") for text in listed)
        find("textarea").send_keys(LIGAND)
        awaited(lambda: find("button", "Dock")).click()
        frame = awaited(lambda: find("iframe.molgen-report"))
        browser.switch_to.frame(frame)
        first = awaited(lambda: find('tr[data-entry="0"]'))
        taken = time.monotonic() - begin
        assert "Glu32" in first.text  # holds the diamine in every pose near the crystal's
        assert taken < 60 * busy(), f"{taken:.0f} s"
        canvas = awaited(lambda: find("#view canvas"))
        awaited(lambda: color_count(canvas.screenshot_as_png) > 60)
        browser.switch_to.default_content()
        assert find(".q-badge").text == "done"
        elsewhere = [url for url in asked_for(browser) if not url.startswith((address, "data:", "blob:", "ws:"))]
        assert elsewhere == []
        severe = [entry["message"] for entry in browser.get_log("browser") if entry["level"] == "SEVERE"]
        assert severe == []
