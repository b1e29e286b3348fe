"""The REST endpoints: files in, jobs, results out."""

from __future__ import annotations

import shutil
from typing import Annotated, Any

from fastapi import APIRouter, FastAPI, HTTPException, Request, Response, UploadFile
from fastapi import Path as PathParameter
from fastapi.responses import FileResponse, JSONResponse

from molgen.app.answers import FileAnswer, JobAnswer, ResultFile, ResultsAnswer, file_answer, job_answer
from molgen.app.jobs.requests import JobRequest
from molgen.app.jobs.store import REPORT
from molgen.app.services import Services
from molgen.app.uploads import FILE_ID
from molgen.errors import InputError, MolgenError
from molgen.version import __version__

_CHUNK = 2**18
Id = Annotated[str, PathParameter(pattern=FILE_ID)]


def create_api(services: Services) -> FastAPI:
    """An application with the endpoints under /api; without the pages that come from elsewhere."""
    api = FastAPI(
        title="molgen app",
        version=__version__,
        summary="Docking, conformers and analysis on this machine.",
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/openapi.json",
    )

    @api.exception_handler(MolgenError)
    async def refuse(_: Request, error: MolgenError) -> JSONResponse:
        return JSONResponse({"detail": str(error)}, 422)

    api.include_router(_files(services), prefix="/api/files", tags=["files"])
    api.include_router(_jobs(services), prefix="/api/jobs", tags=["jobs"])
    return api


def _files(services: Services) -> APIRouter:
    router = APIRouter()

    @router.post("", status_code=201)
    def upload(file: UploadFile) -> FileAnswer:
        """Upload a protein (PDB, mmCIF) or molecules (SMILES, CSV, SD, MOL2), also as .gz; the id names it in jobs."""
        return file_answer(services.uploads.add(file.filename or "", iter(lambda: file.file.read(_CHUNK), b"")))

    @router.get("")
    def list_files() -> list[FileAnswer]:
        """All uploads, the newest first."""
        return [file_answer(upload) for upload in services.uploads.newest()]

    @router.get("/{file_id}/structure")
    def structure(file_id: Id) -> dict[str, Any]:
        """Chains, ligands, metals and pockets of an uploaded protein, each choice with what `pocket` takes."""
        return services.structure(_found(services.uploads.get, file_id))

    @router.delete("/{file_id}", status_code=204)
    def delete_file(file_id: Id) -> Response:
        """Delete an upload; jobs have copies of their own."""
        shutil.rmtree(_found(services.uploads.get, file_id).path.parent)
        return Response(status_code=204)

    return router


def _jobs(services: Services) -> APIRouter:
    router = APIRouter()

    @router.post("", status_code=201)
    def submit(request: JobRequest) -> JobAnswer:
        """Queue a job: docking, conformers, or an analysis."""
        return job_answer(services, services.runner.submit(request))

    @router.get("")
    def list_jobs() -> list[JobAnswer]:
        """All jobs, the newest first."""
        return [job_answer(services, job) for job in services.store.jobs()]

    @router.get("/{job_id}")
    def status(job_id: Id) -> JobAnswer:
        """How a job stands: stage, share that is done, seconds that are left."""
        return job_answer(services, _found(services.store.job, job_id))

    @router.post("/{job_id}/cancel")
    def cancel(job_id: Id) -> JobAnswer:
        """Stop a job that waits or is under way."""
        return job_answer(services, _found(services.runner.cancel, job_id))

    @router.delete("/{job_id}", status_code=204)
    def delete_job(job_id: Id) -> Response:
        """Delete a job that has ended, with all its files."""
        if not _found(services.store.job, job_id).has_ended:
            raise HTTPException(409, "the job is under way; cancel it first")
        services.store.delete(job_id)
        return Response(status_code=204)

    @router.get("/{job_id}/results")
    def results(job_id: Id) -> ResultsAnswer:
        """The numbers of a job that is done, and its files."""
        job = _found(services.store.job, job_id)
        files = [
            ResultFile(name=name, bytes=path.stat().st_size, url=f"/api/jobs/{job_id}/files/{name}")
            for name, path in services.store.files(job_id).items()
        ]
        return ResultsAnswer(status=job.status, results=services.store.results(job_id), files=files)

    @router.get("/{job_id}/files/{name:path}", response_class=FileResponse)
    def file(job_id: Id, name: str, download: bool = True) -> FileResponse:
        """A file of a job; with `download=false` the report as a page."""
        path = _found(services.store.files, job_id).get(name)
        if path is None:
            raise HTTPException(404, f"the job has no file {name[:100]}")
        if name == REPORT and not download:
            return FileResponse(path, media_type="text/html", headers={"content-security-policy": _REPORT_POLICY})
        return FileResponse(path, media_type="application/octet-stream", filename=path.name)

    return router


_REPORT_POLICY = "sandbox allow-scripts allow-downloads allow-popups; frame-ancestors 'self'"
"""A report runs as a page of nowhere: its own policy, in the page, is stricter, and nothing of the app is in reach."""


def _found(look: Any, name: str) -> Any:
    """What a function finds by an id, or 404."""
    try:
        return look(name)
    except InputError as error:
        raise HTTPException(404, error.reason) from error
