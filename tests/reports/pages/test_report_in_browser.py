"""Reports in a real browser, from a file and offline: the 3D view is drawn, rows choose what it shows."""

import io
import json
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from report_inputs import conformers, docking

from molgen.reports.pages.html import write_report

webdriver = pytest.importorskip("selenium.webdriver", reason="selenium is not installed")
pytest.importorskip("ipymolstar", reason="the package that carries the viewer is not installed")

from selenium.common.exceptions import TimeoutException  # noqa: E402  # selenium may be missing
from selenium.webdriver.chrome.service import Service  # noqa: E402
from selenium.webdriver.common.by import By  # noqa: E402
from selenium.webdriver.common.keys import Keys  # noqa: E402

ARGUMENTS = (
    *("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--window-size=1000,700"),
    *("--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--ignore-gpu-blocklist", "--disable-component-update"),
)
PATIENCE = 110.0  # seconds for a view; drawing without a graphics card on a busy machine takes long
FEWEST_COLORS = 60
pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    chromium, driver = shutil.which("chromium") or shutil.which("google-chrome"), shutil.which("chromedriver")
    if chromium is None or driver is None:
        pytest.skip("no chromium with chromedriver on this machine")
    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    for argument in ARGUMENTS:
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    started = webdriver.Chrome(options=options, service=Service(driver))
    yield started
    started.quit()


def picture(browser: Any) -> bytes:
    """The 3D view as PNG; empty while the page is too busy to answer."""
    found = browser.find_elements(By.CSS_SELECTOR, "#view canvas")
    try:
        return found[0].screenshot_as_png if found else b""
    except TimeoutException:
        return b""


def settled(browser: Any, before: bytes = b"") -> bytes:
    """The view once it is drawn, differs from `before` and stays as it is."""
    last, end = b"", time.monotonic() + PATIENCE
    while time.monotonic() < end:
        time.sleep(1.0)
        now = picture(browser)
        if now and now == last and now != before and colors(now) >= FEWEST_COLORS:
            return now
        last = now
    raise AssertionError(f"no new view in {PATIENCE:.0f} s; {colors(last) if last else 0} colors in the last")


def colors(png: bytes) -> int:
    """Distinct colors in the middle of a picture, away from the viewer's buttons and axes."""
    from PIL import Image

    whole = Image.open(io.BytesIO(png)).convert("RGB")
    width, height = whole.size
    middle = whole.crop((width // 4, height // 4, 3 * width // 4, 3 * height // 4))
    return len(middle.getcolors(maxcolors=1 << 24) or ())


def selected(browser: Any) -> list[str]:
    rows = browser.find_elements(By.CSS_SELECTOR, 'article:not([hidden]) tr[aria-selected="true"]')
    return [row.get_attribute("data-entry") for row in rows]


def row(browser: Any, index: int) -> Any:
    return browser.find_element(By.CSS_SELECTOR, f'article:not([hidden]) tr[data-entry="{index}"]')


def assert_quiet_and_offline(browser: Any) -> None:
    """No error was logged, and nothing but the file itself and what it holds was asked for."""
    assert [entry for entry in browser.get_log("browser") if entry["level"] == "SEVERE"] == []
    messages = [json.loads(entry["message"])["message"] for entry in browser.get_log("performance")]
    asked = [one["params"]["request"]["url"] for one in messages if one["method"] == "Network.requestWillBeSent"]
    assert asked
    assert [url for url in asked if not url.startswith(("file:", "data:", "blob:"))] == []


def test_poses_are_drawn_and_chosen(browser: Any, tmp_path: Path) -> None:
    write_report(tmp_path / "dock.html", docking())
    browser.get((tmp_path / "dock.html").as_uri())
    first = settled(browser)
    assert selected(browser) == ["0"]
    row(browser, 1).click()
    second = settled(browser, before=first)
    assert selected(browser) == ["1"]
    row(browser, 1).send_keys(Keys.ARROW_DOWN)
    settled(browser, before=second)
    assert selected(browser) == ["2"]
    assert browser.execute_script("return window.harmed") is None
    assert_quiet_and_offline(browser)


def test_conformers_are_overlaid_and_chosen(browser: Any, tmp_path: Path) -> None:
    write_report(tmp_path / "conformers.html", conformers(tmp_path))
    browser.get((tmp_path / "conformers.html").as_uri())
    overlaid = settled(browser)
    assert selected(browser) == []
    row(browser, 1).click()
    alone = settled(browser, before=overlaid)
    assert selected(browser) == ["1"]
    browser.find_element(By.ID, "all").click()
    settled(browser, before=alone)
    assert selected(browser) == []
    browser.find_element(By.CSS_SELECTOR, '#subject option[value="1"]').click()
    titles = [title.text for title in browser.find_elements(By.CSS_SELECTOR, "article h2") if title.is_displayed()]
    assert titles == ["molecule 1"]
    assert browser.execute_script("return window.harmed") is None
    assert_quiet_and_offline(browser)


def shown_rows(browser: Any) -> list[str]:
    """First cells of the rows of the table of entries, as they stand."""
    rows = browser.find_elements(By.CSS_SELECTOR, "article:not([hidden]) tr[data-entry]")
    return [row.find_element(By.TAG_NAME, "td").text for row in rows if row.is_displayed()]


def set_value(browser: Any, css: str, value: object, event: str) -> None:
    """Type into a field, choose an option or set a box."""
    name = "checked" if isinstance(value, bool) else "value"
    found = browser.find_element(By.CSS_SELECTOR, css)
    script = "arguments[0][arguments[1]] = arguments[2]; arguments[0].dispatchEvent(new Event(arguments[3]))"
    browser.execute_script(script, found, name, value, event)


def test_tables_toggles_theme_and_downloads(browser: Any, tmp_path: Path) -> None:
    browser.execute_cdp_cmd("Browser.setDownloadBehavior", {"behavior": "allow", "downloadPath": str(tmp_path)})
    dark = [{"name": "prefers-color-scheme", "value": "dark"}]
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": dark})
    report = conformers(tmp_path, 6)
    write_report(tmp_path / "c.html", report)
    browser.get((tmp_path / "c.html").as_uri())
    assert browser.execute_script("return document.documentElement.dataset.theme") == "dark"
    before = settled(browser)
    browser.find_element(By.ID, "theme").click()
    light = settled(browser, before=before)
    assert browser.execute_script("return document.documentElement.dataset.theme") == "light"

    energies = browser.find_elements(By.CSS_SELECTOR, "article:not([hidden]) th")[1]
    energies.click()
    assert shown_rows(browser) == list("123456")
    energies.click()
    assert shown_rows(browser) == list("654321")
    set_value(browser, "article:not([hidden]) .filter", "energy<1.2", "input")
    assert shown_rows(browser) == list("321")
    set_value(browser, "article:not([hidden]) .filter", "energy<1.2 1.00", "input")
    assert shown_rows(browser) == ["3"]

    row(browser, 2).click()
    alone = settled(browser, before=light)
    set_value(browser, "#hydrogens", "all", "change")
    bristly = settled(browser, before=alone)
    browser.find_element(By.ID, "pin").click()
    set_value(browser, "article:not([hidden]) .filter", "", "input")
    row(browser, 0).click()
    settled(browser, before=bristly)
    assert "Let go of conformer 3" in browser.find_element(By.ID, "pin").text
    for name in ("save-record", "save-table", "save-view"):
        browser.find_element(By.ID, name).click()
    end = time.monotonic() + PATIENCE
    kinds = ("*.sdf", "*.csv", "*.png")
    while sum(len([*tmp_path.glob(kind)]) for kind in kinds) < 4 and time.monotonic() < end:
        time.sleep(0.5)
    (saved,) = [path.read_text() for path in tmp_path.glob("*.sdf") if path.name != "conformers.sdf"]
    assert saved == "".join(report.subjects[0].entries[k].record for k in (0, 2))
    (table,) = [path.read_text(encoding="utf-8") for path in tmp_path.glob("*.csv")]
    assert table.splitlines()[1].startswith('"6"')
    (png,) = [path.read_bytes() for path in tmp_path.glob("*.png")]
    assert colors(png) >= FEWEST_COLORS
    browser.find_element(By.CSS_SELECTOR, 'tr[data-target="1"]').click()
    assert browser.find_element(By.ID, "subject").get_attribute("value") == "1"
    assert_quiet_and_offline(browser)
