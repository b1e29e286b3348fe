"""A browser without a window that draws without a graphics card, and what it asked the network for."""

import io
import json
import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import pytest

Found = TypeVar("Found")
PATIENCE = 90.0
"""Seconds for what a browser does on an idle machine; drawing without a graphics card takes long."""
_FLAGS = "headless=new no-sandbox disable-dev-shm-usage use-angle=swiftshader enable-unsafe-swiftshader"
_MORE_FLAGS = "ignore-gpu-blocklist disable-component-update"


@contextmanager
def browsing(width: int = 1400, height: int = 1000) -> Iterator[Any]:
    """A started browser; the test is skipped where there is none."""
    webdriver = pytest.importorskip("selenium.webdriver", reason="selenium is not installed")
    from selenium.webdriver.chrome.service import Service

    program, driver = shutil.which("chromium") or shutil.which("google-chrome"), shutil.which("chromedriver")
    if program is None or driver is None:
        pytest.skip("no chromium with chromedriver on this machine")
    options = webdriver.ChromeOptions()
    options.binary_location = program
    for flag in f"{_FLAGS} {_MORE_FLAGS} window-size={width},{height}".split():
        options.add_argument(f"--{flag}")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    started = webdriver.Chrome(options=options, service=Service(driver))
    try:
        yield started
    finally:
        started.quit()


def awaited(look: Callable[[], Found]) -> Found:
    """The first result of `look` that is not empty; a page that is too busy to answer is asked again."""
    from selenium.common.exceptions import WebDriverException

    begin = time.monotonic()
    while time.monotonic() < begin + PATIENCE * busy():
        try:
            if found := look():
                return found
        except WebDriverException:
            pass
        time.sleep(0.5)
    raise AssertionError(f"nothing in {time.monotonic() - begin:.0f} s")


def asked_for(browser: Any) -> list[str]:
    """The addresses that pages have asked for since the last call, by any protocol."""
    messages = [json.loads(entry["message"])["message"] for entry in browser.get_log("performance")]
    requests = [one["params"]["request"]["url"] for one in messages if one["method"] == "Network.requestWillBeSent"]
    sockets = [one["params"]["url"] for one in messages if one["method"] == "Network.webSocketCreated"]
    return requests + sockets


def color_count(png: bytes) -> int:
    """Distinct colors in the middle of a picture."""
    from PIL import Image

    picture = Image.open(io.BytesIO(png)).convert("RGB")
    width, height = picture.size
    middle = picture.crop((width // 4, height // 4, 3 * width // 4, 3 * height // 4))
    return len(middle.getcolors(maxcolors=1 << 24) or ())


def busy() -> float:
    """How many times longer things take here than on an idle machine, at least 1."""
    return max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))
