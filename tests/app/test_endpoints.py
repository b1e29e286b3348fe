"""The REST endpoints, as a program calls them; the work itself is done in this process, which is quicker."""

import os
import time

import pytest

pytest.importorskip("fastapi", reason="molgen[app] is not installed")
pytest.importorskip("ipymolstar", reason="the package that carries the viewer is not installed")

from starlette.testclient import TestClient
from structure_texts import TRIPEPTIDE, pdb_line

from molgen.app import services as app_services
from molgen.app.jobs import runner
from molgen.app.pages.structure_view import structure_page
from molgen.app.serve import application
from molgen.app.settings import AppSettings


def here(work, item, **_):
    """The work in this process, which returns to its folder."""
    before = os.getcwd()
    try:
        return work(item)
    finally:
        os.chdir(before)


@pytest.fixture
def client(tmp_path, monkeypatch):
    monkeypatch.setattr(runner, "in_process", here)
    monkeypatch.setattr(app_services, "in_process", here)
    settings = AppSettings(tmp_path / "app", most_ligands=3)
    with application(settings, pages=False) as app, TestClient(app, base_url="http://localhost") as found:
        yield found


def upload(client, name, text):
    answer = client.post("/api/files", files={"file": (name, text.encode())})
    assert answer.status_code == 201, answer.text
    return answer.json()


def ended(client, job_id):
    end = time.monotonic() + 240
    while time.monotonic() < end:
        job = client.get(f"/api/jobs/{job_id}").json()
        if job["status"] not in ("queued", "running"):
            return job
        time.sleep(0.05)
    raise AssertionError(job)


def submit(client, **request):
    answer = client.post("/api/jobs", json=request)
    assert answer.status_code == 201, answer.text
    return answer.json()


def test_conformers_from_smiles_to_report(client, tmp_path):
    job = submit(client, kind="conformers", smiles="CCCO propanol\nC(C bad\n", n=2)
    assert job["title"] == "2 pasted ligands"
    done = ended(client, job["id"])
    assert (done["status"], done["share"], done["molecules_done"]) == ("done", 1.0, 2)
    assert len(done["notes"]) == 1
    assert done["notes"][0].startswith("bad: ")
    assert done["command"].startswith("molgen conformers ligands/ligands.smi -o conformers.sdf")
    found = client.get(f"/api/jobs/{job['id']}/results").json()
    assert [row["name"] for row in found["results"]["molecules"]] == ["propanol", "bad"]
    files = {one["name"]: one["url"] for one in found["files"]}
    assert set(files) == {"conformers.sdf", "failures.csv", "report.html", "results.json", "ligands/ligands.smi"}
    assert client.get(files["conformers.sdf"]).text.count("$$$$") == 2
    page = client.get(done["report"])
    assert "propanol" in page.text
    assert page.headers["content-security-policy"].startswith("sandbox allow-scripts")
    assert str(tmp_path) not in page.text + str(found) + str(done)


def test_what_is_in_a_structure(client):
    lines = [pdb_line(*atom) for atom in TRIPEPTIDE]
    lines += [
        pdb_line(f"C{k}", "C", "XYZ", 9, 2.0 + 1.4 * k, 4.0, 3.0, record="HETATM", serial=30 + k) for k in range(7)
    ]
    file = upload(client, "../tri.pdb", "\n".join(lines) + "\nEND\n")
    assert (file["name"], file["kind"]) == ("tri.pdb", "protein")
    found = client.get(f"/api/files/{file['id']}/structure").json()
    assert [chain["residues"] for chain in found["inspection"]["chains"]] == [3]
    assert found["suggested"] == "ligand:XYZ:A:9"
    choice = found["choices"][0]
    assert choice["residues"] == [{"chain": "A", "number": 9, "insertion": ""}]
    assert choice["center"] == pytest.approx([6.2, 4.0, 3.0])
    assert "_atom_site" in found["structure"]


def test_names_in_a_structure_cannot_become_part_of_its_page():
    structure = {
        "structure": "</script><script>harm()</script>",
        "choices": [],
        "suggested": "auto",
        "middle": [0, 0, 0],
    }
    page = structure_page("<b>.cif", structure)
    assert "harm()</script>" not in page
    assert "<b>" not in page
    assert page.count("<script") == 2


def test_failures_are_told_in_one_line_without_paths(client, tmp_path):
    broken = upload(client, "broken.pdb", "nothing of use\n")
    answer = client.get(f"/api/files/{broken['id']}/structure")
    assert answer.status_code == 422
    assert answer.json()["detail"].startswith("broken.pdb")
    assert str(tmp_path) not in answer.text
    job = ended(client, submit(client, kind="conformers", smiles="C\nCC\nCCC\nCCCC")["id"])
    assert (job["status"], job["report"]) == ("failed", "")
    assert "more than 3 molecules" in job["error"]
    assert str(tmp_path) not in str(job)


def test_roles_are_checked(client):
    smiles = upload(client, "x.smi", "CCO ethanol\n")
    answer = client.post("/api/jobs", json={"kind": "dock", "protein": smiles["id"], "smiles": "CCO"})
    assert (answer.status_code, answer.json()["detail"]) == (422, "x.smi is no structure of a protein file")
    answer = client.post("/api/jobs", json={"kind": "conformers", "ligands": "0" * 24})
    assert answer.status_code == 422


def test_nothing_else_can_be_read(client):
    job = ended(client, submit(client, kind="conformers", smiles="CCO", n=1)["id"])["id"]
    names = ("request.json", "state.json", "../state.json", "%2e%2e/%2e%2e/.lock", "%2Fetc%2Fpasswd")
    paths = [f"/api/jobs/{job}/files/{name}" for name in names]
    paths += [f"/api/jobs/{'0' * 24}", f"/api/files/{'0' * 24}/structure"]
    assert {path: client.get(path).status_code for path in paths} == dict.fromkeys(paths, 404)


def test_a_waiting_job_is_cancelled_and_an_ended_one_deleted(client, monkeypatch):
    import threading

    gate = threading.Event()
    monkeypatch.setattr(runner, "in_process", lambda *_, **__: gate.wait(30) and [])
    first, second = (submit(client, kind="conformers", smiles="CCO")["id"] for _ in range(2))
    assert client.delete(f"/api/jobs/{second}").status_code == 409
    assert client.post(f"/api/jobs/{second}/cancel").json()["status"] == "cancelled"
    gate.set()
    assert ended(client, first)["status"] == "done"
    assert client.get(f"/api/jobs/{second}").json()["status"] == "cancelled"
    assert client.delete(f"/api/jobs/{second}").status_code == 204
    assert [job["id"] for job in client.get("/api/jobs").json()] == [first]


def test_uploads_are_listed_and_deleted(client):
    file = upload(client, "x.smi", "CCO\n")
    assert client.get("/api/files").json() == [file]
    assert client.delete(f"/api/files/{file['id']}").status_code == 204
    assert client.get("/api/files").json() == []


def test_the_description_names_every_endpoint_and_the_usual_page_with_scripts_from_elsewhere_is_off(client):
    paths = client.get("/api/openapi.json").json()["paths"]
    assert {"/api/files", "/api/jobs", "/api/jobs/{job_id}/results", "/api/jobs/{job_id}/cancel"} <= set(paths)
    assert client.get("/docs").status_code == 404
