"""`molgen app`: a page on this machine to dock, generate conformers and compare structures."""

from __future__ import annotations

import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer

from molgen.errors import ConfigError

_PACKAGES = ("nicegui", "ipymolstar")


def app(
    folder: Annotated[Path, typer.Option(help="Folder for uploads, jobs and results.", show_default=True)] = Path(
        "~/.molgen/app"
    ),
    host: Annotated[
        str, typer.Option(help="Address to listen on; other than this machine's own requires the token.")
    ] = ("127.0.0.1"),
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port to listen on; 0 picks a free one.")] = 8765,
    name: Annotated[
        list[str] | None, typer.Option(help="Host name that browsers use for this machine, if not its own.")
    ] = None,
    token: Annotated[bool, typer.Option("--token", help="Require a token on this machine's own address too.")] = False,
    upload_limit: Annotated[int, typer.Option(min=1, help="Largest size of an uploaded file, MB.")] = 64,
    most_ligands: Annotated[int, typer.Option(min=1, help="Largest number of molecules per job.")] = 1000,
    jobs: Annotated[int, typer.Option(min=1, help="Jobs to run at the same time.")] = 1,
    threads: Annotated[int, typer.Option(min=1, help="CPU threads per job.")] = 1,
    editor: Annotated[
        Path | None, typer.Option(help="Package of the JSME editor, to draw molecules: npm pack jsme-editor.")
    ] = None,
    open_browser: Annotated[bool, typer.Option("--open", help="Open the page in a browser.")] = False,
) -> None:
    """A local web page: drop a protein, choose a pocket, dock, see the report.

    Everything is loaded from this machine, and nothing leaves it. Ctrl-C stops the server.
    """
    missing = [package for package in _PACKAGES if find_spec(package) is None]
    if missing:
        raise ConfigError(f'molgen app needs {" and ".join(missing)}: pip install "molgen[app]"')
    from molgen.app.serve import new_token, serve
    from molgen.app.settings import MEGABYTE, AppSettings, is_loopback

    settings = AppSettings(
        folder=folder.expanduser().absolute(),
        host=host,
        port=port,
        token=new_token() if token or not is_loopback(host) else "",
        names=tuple(host_name.lower() for host_name in name or ()),
        upload_limit=upload_limit * MEGABYTE,
        most_ligands=most_ligands,
        jobs=jobs,
        threads=threads,
        editor=editor,
    )

    def tell(address: str) -> None:
        print(f"molgen app: {address}", flush=True)
        print(f"uploads and results are kept in {settings.folder}; Ctrl-C stops", file=sys.stderr)
        if open_browser:
            import webbrowser

            webbrowser.open(address)

    serve(settings, tell)


command = app
