"""Screenshots of the live pages: `python docs/make_gallery_pictures.py` writes docs/images/gallery-*.png.

Needs chromium with its driver, and selenium; the pages are those that docs/make_gallery.py has stored.
"""

from __future__ import annotations

import io
import sys
import tempfile
import time
from pathlib import Path

from PIL import Image
from selenium import webdriver

DOCS = Path(__file__).parent
sys.path.insert(0, str(DOCS / "generate"))

from gallery import gallery_pages  # noqa: E402

FLAGS = "headless=new no-sandbox use-angle=swiftshader enable-unsafe-swiftshader ignore-gpu-blocklist"
PATIENCE = 120.0
"""Seconds until the first picture of a page is drawn without a graphics card."""


def main() -> None:
    options = webdriver.ChromeOptions()
    for flag in f"{FLAGS} window-size=1400,1000 force-device-scale-factor=1".split():
        options.add_argument(f"--{flag}")
    with tempfile.TemporaryDirectory() as folder, webdriver.Chrome(options=options) as browser:
        for name, text in gallery_pages(DOCS / "gallery"):
            page = Path(folder) / Path(name).name
            page.write_text(text, encoding="utf-8")
            browser.get(page.as_uri())
            picture = view_of(browser)
            picture.save(DOCS / "images" / f"gallery-{page.stem}.png", optimize=True)


def view_of(browser: webdriver.Chrome) -> Image.Image:
    """The 3D view, once it has not changed for a while."""
    begin, before = time.monotonic(), b""
    while time.monotonic() < begin + PATIENCE:
        time.sleep(3.0)
        now = browser.find_element("id", "view").screenshot_as_png
        status = browser.find_elements("id", "status")
        if now == before and not (status and status[0].is_displayed()):
            break
        before = now
    return Image.open(io.BytesIO(before)).convert("RGB")


if __name__ == "__main__":
    main()
