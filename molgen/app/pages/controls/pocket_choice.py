"""Choosing where to dock: by a click into the structure, from a list, or in words."""

from __future__ import annotations

import json
from typing import Any

from nicegui import ui

from molgen.app.uploads import Upload
from molgen.chem.formats.parsing import shortened

_LISTEN = """<script>
window.addEventListener("message", (event) => {
  const pocket = event.origin === location.origin ? event.data?.pocket : null;
  if (typeof pocket === "string") emitEvent("pocket", pocket);
});
</script>"""


class PocketChoice:
    """The structure in 3D with a list of its ligands and pockets.

    Attributes:
        spec: what is chosen, as `--pocket` takes it.
    """

    def __init__(self) -> None:
        self.spec = "auto"
        self._choices: dict[str, dict[str, Any]] = {}
        ui.add_body_html(_LISTEN)
        ui.on("pocket", lambda event: self.choose(str(event.args)))
        self._facts = ui.label("The ligands and pockets of the protein are shown here.").classes("molgen-soft")
        self._view = ui.element("div").classes("w-full")
        self._list = ui.element("div").classes("w-full")
        self._words = ui.input("or in words: residues:A:57,A:102, box:x,y,z, chain:P, auto, blind")
        self._words.classes("w-full").on("change", lambda: self.choose((self._words.value or "").strip() or "auto"))

    def show(self, upload: Upload, structure: dict[str, Any]) -> None:
        """Show what is in a structure, and choose what is suggested."""
        self._choices = {choice["spec"]: choice for choice in structure["choices"]}
        self._facts.set_text(_summary(structure))
        self._view.clear()
        with self._view:
            frame = ui.element("iframe").props(f'src="/structures/{upload.id}" title="3D view of {upload.name}"')
            frame.classes("molgen-structure").style("height: min(56vh, 460px)")
        self._list.clear()
        with self._list:
            options = {spec: f"{described['label']}, {_kind(described)}" for spec, described in self._choices.items()}
            self._radio = ui.radio(options, on_change=lambda event: event.value and self.choose(event.value))
            self._radio.props("dense").classes("gap-y-1")
        self.spec = ""
        self.choose(structure["suggested"])

    def clear(self) -> None:
        """Nothing is there to be chosen."""
        self.spec, self._choices = "auto", {}
        self._facts.set_text("")
        self._view.clear()
        self._list.clear()

    def choose(self, spec: str) -> None:
        """Choose a pocket here, in the list and in the structure."""
        if spec == self.spec and self._words.value == spec:
            return
        self.spec = spec
        self._words.set_value(spec)
        if self._choices:
            self._radio.set_value(spec if spec in self._choices else None)
            message = json.dumps({"choose": spec})
            view = "document.querySelector('iframe.molgen-structure')"
            ui.run_javascript(f"{view}?.contentWindow.postMessage({message}, location.origin)")


def _kind(choice: dict[str, Any]) -> str:
    return ", ".join(filter(None, (choice["kind"] if choice["kind"] != "pocket" else "", choice["note"])))


def _summary(structure: dict[str, Any]) -> str:
    """What is in the file, in a few sentences."""
    inspection = structure["inspection"]
    chains = [
        f"chain {entry['id'] or '(none)'} ({entry['kind']}, {entry['residues']} residues)"
        for entry in inspection["chains"]
    ]
    facts = [shortened(chains, 6)]
    for kind in ("metals", "ions"):
        facts += [f"{kind}: {shortened([entry['label'] for entry in inspection[kind]], 6)}"] if inspection[kind] else []
    facts += [f"{inspection['waters']} waters"] if inspection["waters"] else []
    facts += [f"{len(inspection['gaps'])} gaps"] if inspection["gaps"] else []
    facts += [structure["error"]] if structure["error"] else []
    return "; ".join([*facts, *inspection["notes"][:4]])
