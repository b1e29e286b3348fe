"""What all pages have: a header to go from one to the other, light and dark, and how errors are told."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from nicegui import ui
from pydantic import ValidationError

from molgen.errors import MolgenError, readable

LINKS = {
    "Dock": "/",
    "Conformers": "/conformers",
    "Analysis": "/analysis",
    "Jobs": "/jobs",
    "REST": "/api",
}
_STYLE = """
body { font-variant-numeric: tabular-nums; }
.body--light { color-scheme: light; background: #f6f8fa; }
.body--dark { color-scheme: dark; }
.nicegui-content { padding: 0; align-items: stretch; }
.molgen-page { width: 100%; max-width: 1500px; margin: 0 auto; padding: 1rem; gap: 1rem; box-sizing: border-box; }
.molgen-header { background: #0f4c3a; }
.molgen-header a { color: #fff; text-decoration: none; padding: .3rem .6rem; border-radius: 6px; }
.molgen-header a.here { background: rgba(255, 255, 255, .18); }
.molgen-soft { opacity: .72; font-size: .9rem; overflow-wrap: anywhere; }
.molgen-columns { display: grid; grid-template-columns: minmax(0, 1fr) minmax(0, 1fr); gap: 1rem; width: 100%;
  align-items: start; }
.molgen-page .q-card { width: 100%; }
.molgen-page iframe { border: 0; width: 100%; display: block; background: transparent; border-radius: 6px; }
.molgen-command { font-family: ui-monospace, Menlo, Consolas, monospace; font-size: .82rem; overflow-wrap: anywhere;
  white-space: pre-wrap; }
.molgen-docking { grid-template-rows: auto auto 1fr; }
.molgen-docking > .pocket { grid-column: 2; grid-row: 1 / span 3; }
.molgen-page .q-uploader { width: 100%; background: transparent; box-shadow: none; border: 1px dashed #8a8f98; }
.molgen-page .q-uploader--dnd { outline-color: #007a5a; }
.molgen-page .q-uploader__header { background: transparent; color: inherit; position: relative; }
.molgen-page .q-uploader__header .q-btn { position: static; }
.molgen-page .q-uploader__title { font-weight: 500; }
.molgen-page .q-uploader__subtitle, .molgen-page .q-uploader__list { display: none; }
.molgen-page .q-table td { white-space: normal; overflow-wrap: anywhere; }
@media (max-width: 900px) {
  .molgen-columns { grid-template-columns: minmax(0, 1fr); }
  .molgen-docking > .pocket { grid-column: 1; grid-row: auto; }
}
@media (max-width: 600px) {
  .molgen-page { padding: .6rem; }
  .molgen-header a { padding: .3rem .35rem; }
  .molgen-brand { display: none; }
}
"""


@contextmanager
def frame(title: str) -> Iterator[None]:
    """A page with the header; its content goes into the block."""
    ui.add_css(_STYLE)
    ui.page_title(f"{title} - molgen")
    ui.colors(primary="#007a5a", secondary="#0072b2", accent="#d55e00")
    with ui.header(elevated=False).classes("molgen-header items-center gap-1 px-3 py-1"):
        ui.label("molgen").classes("molgen-brand text-lg font-bold mr-2")
        with ui.element("nav").classes("flex flex-wrap").props('aria-label="Pages"'):
            for name, target in LINKS.items():
                ui.link(name, target).classes("here" if name == title else "")
        ui.space()
        button = ui.button(icon="contrast").props("flat round dense color=white aria-label='Light or dark'")
        button.on("click", js_handler=_SWITCH)
        button.tooltip("Light or dark")
    with ui.column().classes("molgen-page"):
        yield


_SWITCH = """() => {
  const dark = !Quasar.Dark.isActive;
  Quasar.Dark.set(dark);
}"""


def show_error(error: Exception) -> None:
    """Show why something cannot be done, in a line."""
    ui.notify(reason(error), type="negative", multi_line=True, timeout=9000, close_button="Close")


def reason(error: Exception) -> str:
    """An error in one line; of a request that is not valid the field and what is wrong with it."""
    if isinstance(error, ValidationError):
        first: Any = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"] if not str(part).startswith("function"))
        return readable(f"{where}: {first['msg']}" if where else first["msg"])
    return str(error) if isinstance(error, MolgenError) else readable(f"{type(error).__name__}: {error}")


def size_text(size: int) -> str:
    """`34 B`, `31 kB`, `2.6 MB`."""
    if size < 1000:
        return f"{size} B"
    return f"{size / 1000:.0f} kB" if size < 1_000_000 else f"{size / 1_000_000:.1f} MB"
