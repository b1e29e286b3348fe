"""What a report holds, that nothing of the inputs acts in it, and that it refers to nothing outside itself."""

import base64
import hashlib
import json
import re
from pathlib import Path

import numpy as np
import pytest
from command_line import exit_code
from complexes import protein_of, protein_path, site_in
from rdkit import Chem
from report_inputs import HARM, Page, conformers, docking

from molgen.chem.proteins.structure import Residue
from molgen.docking.run import Setting
from molgen.errors import ConfigError, InputError
from molgen.metrics import torsion_angles
from molgen.reports.notebook import notebook_view
from molgen.reports.pages import viewer
from molgen.reports.pages.conformer_report import overlay
from molgen.reports.pages.docking_report import reference_text
from molgen.reports.pages.html import check_report, json_text, page_of, write_report
from molgen.reports.pages.scene import SURFACES, fill, scene, selectors, surface_selectors, templates
from molgen.reports.pages.structures import (
    camera_on,
    drawing,
    ligand_text,
    residues_near,
    shown_part,
    without_carbon_hydrogens,
)

pytest.importorskip("ipymolstar", reason="the package that carries the viewer is not installed")


@pytest.fixture(scope="module")
def conformer_page(tmp_path_factory: pytest.TempPathFactory) -> str:
    return page_of(conformers(tmp_path_factory.mktemp("report")), viewer.load_viewer())


@pytest.fixture(scope="module")
def docking_page() -> str:
    return page_of(docking(), viewer.load_viewer())


@pytest.fixture(params=["conformer_page", "docking_page"])
def text(request: pytest.FixtureRequest) -> str:
    return request.getfixturevalue(request.param)


def test_nothing_of_the_inputs_becomes_an_element(text: str) -> None:
    page = Page(text)
    assert page.count("script") == 3
    assert not any(name.startswith("on") for _, given in page.elements for name in given)
    assert any(HARM.split("\u2028")[0] in seen for seen in page.seen), "the name is there, as text"
    assert "<script>window" not in text
    assert "\u2028" not in page.scripts["data"]


def test_nothing_outside_the_file_is_referred_to(text: str) -> None:
    page = Page(text)
    for _, given in page.elements:
        for name in ("src", "href", "srcset", "action", "data", "poster", "xlink:href"):
            assert (given.get(name) or "data:").startswith("data:")
    assert all(url.strip("'\"").startswith("data:") for url in re.findall(r"url\(([^)]*)", page.scripts["style"]))
    assert "@import" not in page.scripts["style"]
    assert page.count("link") == page.count("iframe") == page.count("base") == 0


def test_the_policy_forbids_network_and_foreign_scripts(text: str) -> None:
    page = Page(text)
    metas = [given for tag, given in page.elements if tag == "meta"]
    policy = next(given["content"] for given in metas if given.get("http-equiv") == "Content-Security-Policy")
    rules = {name: sources for name, _, sources in (rule.strip().partition(" ") for rule in str(policy).split(";"))}
    digest = base64.b64encode(hashlib.sha256(page.scripts["script"].encode()).digest()).decode()
    assert rules["default-src"] == "'none'"
    assert rules["connect-src"] == "data: blob:"
    assert rules["script-src"].split() == [f"'sha256-{digest}'", "blob:", "'unsafe-eval'"]


def test_the_data_come_back_as_they_were(text: str) -> None:
    data = json.loads(Page(text).scripts["data"])
    assert data["subjects"][0]["name"] == HARM
    assert all("_atom_site" in entry["structure"] for entry in data["subjects"][0]["entries"])
    assert json.loads(json_text({HARM: ["</script>", 1.5, None]})) == {HARM: ["</script>", 1.5, None]}
    with pytest.raises(ValueError, match="JSON"):
        json_text(float("nan"))


def test_conformers_have_rows_a_selector_and_failures(conformer_page: str) -> None:
    page = Page(conformer_page)
    assert page.count("article") == page.count("option", value="0") + page.count("option", value="1") == 2
    assert page.count("tr", **{"data-entry": "3", "tabindex": "0"}) == 2
    seen = " ".join(page.seen)
    for told in (
        "8 conformers of 2 molecules, 1 failed",
        "line 3",
        "unclosed ring",
        "molgen conformers",
        "seed",
        "rdkit",
    ):
        assert told in seen


def test_every_column_says_what_it_means(text: str) -> None:
    titles = re.findall(r'<th scope="col" title="([^"]*)">([^<]*)</th>', text)
    assert len(titles) > 8
    assert [name for meaning, name in titles if not meaning] == []
    assert "What the columns mean" in " ".join(Page(text).seen)


def test_inputs_that_can_be_looked_at_are_opened_from_the_list(conformer_page: str) -> None:
    page = Page(conformer_page)
    targets = [given["data-target"] for tag, given in page.elements if tag == "tr" and "data-target" in given]
    assert targets == ["0", "1"]  # the third failed


def test_torsions_are_numbered_in_the_drawing_and_listed(tmp_path: Path) -> None:
    (subject,) = conformers(tmp_path, 2, molecules=1).subjects
    torsions = subject.entries[0].details["torsions / °"].split(", ")
    assert [one.split()[0] for one in torsions] == [f"T{k}" for k in range(1, len(torsions) + 1)]
    mol = Chem.MolFromMolBlock(subject.entries[0].record, removeHs=False)
    angles = np.degrees(torsion_angles(mol).angles[0])
    assert [float(one.split()[1]) for one in torsions] == pytest.approx(angles, abs=0.6)
    assert drawing(mol, torsion_angles(mol).atoms.tolist()).count("class='note'") >= len(torsions)
    assert "note" not in drawing(mol)


def test_hydrogens_on_carbon_can_be_left_out() -> None:
    mol = Chem.AddHs(Chem.MolFromSmiles("CO"))
    places = np.arange(18.0).reshape(6, 3)
    everything = ligand_text(mol, places, hydrogens=True)
    assert everything.count("HETATM") == 6
    spaceless = [" ".join(text.split()) for text in (without_carbon_hydrogens(everything), ligand_text(mol, places))]
    assert spaceless[0].replace("HETATM 6 H H1", "HETATM 3 H H1") == spaceless[1].replace(
        "HETATM 3 H H1", "HETATM 3 H H1"
    )


def test_surfaces_are_colored_by_the_residue(docking_page: str) -> None:
    data = json.loads(Page(docking_page).scripts["data"])
    known = {(one.chain, one.number): one.name for one in protein_of("1s3v").residues}
    for kind, names in (("@positive", {"ARG", "LYS"}), ("@negative", {"ASP", "GLU"})):
        assert {known[one["auth_asym_id"], one["auth_seq_id"]] for one in data["surfaces"][kind]} == names
    for name, colors in SURFACES.items():
        text = json.dumps(fill(templates()[name], data["surfaces"]))
        assert '"type": "surface"' in text
        assert not any(residues in text for residues in colors.values())
    assert surface_selectors(())["@positive"]  # an empty list would select everything


def test_poses_have_scores_checks_terms_and_a_pocket(docking_page: str) -> None:
    seen = " ".join(Page(docking_page).seen)
    columns = ("score / kcal/mol", "confidence", "RMSD / Å", "strain / kcal/mol", "valid")
    cells = ("-8.00", "63 %", "2.50", "unknown", "no: bond lengths")
    details = ("repulsion 1.25, hydrogen bond -0.50", "residues within 5 Å", "1 of 1 passed", "box 22.5")
    for told in (*columns, *cells, *details):
        assert told in seen
    data = json.loads(Page(docking_page).scripts["data"])
    assert "ATOM" in data["receptor"]
    assert "HETATM" in data["subjects"][0]["reference"]
    assert data["subjects"][0]["entries"][0]["nearby"]


def test_a_report_is_written_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    report = conformers(tmp_path, 2, molecules=1)
    place = tmp_path / "report.html"
    write_report(place, report)
    assert place.read_text(encoding="utf-8").endswith("</html>\n")
    place.write_text("old")
    monkeypatch.setattr("molgen.reports.pages.html.page_of", lambda *_: "\ud800")  # cannot be encoded
    with pytest.raises(UnicodeEncodeError):
        write_report(place, report)
    assert place.read_text() == "old"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["conformers.sdf", "report.html"]


def test_a_path_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    for name, told in (("missing/a.html", "does not exist"), ("a.pdf", "written as .html")):
        with pytest.raises(InputError, match=told):
            check_report(tmp_path / name)
    check_report(tmp_path / "a.html")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "command",
    [
        ["conformers", "CCO", "-o", "out.sdf"],
        ["dock", "-p", str(protein_path("1s3v")), "-l", "CCO", "--pocket", "box:-3,27,3,14", "-o", "out.sdf"],
    ],
    ids=lambda command: command[0],
)
def test_refusals_come_before_the_work(
    command: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert exit_code(*command, "--report", "missing/r.html") == 2
    assert capsys.readouterr().err.startswith("error: missing/r.html: the folder")
    monkeypatch.setattr(viewer, "find_spec", lambda name: None)
    assert exit_code(*command, "--report", "r.html") == 2
    lines = capsys.readouterr().err.splitlines()
    assert lines == ['error: a report needs ipymolstar, which carries the 3D viewer: pip install "molgen[report]"']
    assert list(tmp_path.iterdir()) == []


def test_the_command_line_writes_a_report(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    command = ("conformers", "CCCO a b", "-n", "2", "-o", "out.sdf", "--report", "r.html", "--model", "uniform")
    assert exit_code(*command) == 0
    seen = " ".join(Page(Path("r.html").read_text(encoding="utf-8")).seen)
    assert "molgen conformers 'CCCO a b' -n 2 -o out.sdf --report r.html --model uniform" in seen


def test_a_viewer_with_other_files_is_one_line(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    class Spec:
        origin = str(tmp_path / "__init__.py")

    monkeypatch.setattr(viewer, "find_spec", lambda name: Spec)
    with pytest.raises(ConfigError, match="does not hold the viewer"):
        viewer.load_viewer()


def test_a_template_is_filled_with_any_text() -> None:
    tree = fill(templates()["entry"], {"@url": 'a"b\\', "@carbon": "#000000", "@size": 0.5, "@bare": True})
    assert tree["params"]["url"] == 'a"b\\'
    assert '"@' not in json.dumps(tree)


def test_a_scene_has_one_node_for_each_structure_and_selects_residues_once() -> None:
    near = [Residue("ALA", "A", 5, "", "polymer", 0, 5), Residue("GLY", "", -2, "B", "polymer", 5, 9)]
    tree = scene(templates(), [("u", near), ("v", near)], count=2, receptor="r", reference="x")
    assert [node["params"]["url"] for node in tree["root"]["children"]] == ["r", "x", "u", "v"]
    wanted = [{"auth_seq_id": 5, "auth_asym_id": "A"}, {"auth_seq_id": -2, "pdbx_PDB_ins_code": "B"}]
    assert selectors(near) == wanted
    assert json.dumps(tree).count(json.dumps(wanted)) == 1


def test_conformers_are_laid_over_their_stiffest_piece() -> None:
    mol = Chem.AddHs(Chem.MolFromSmiles("CCCc1ccccc1"))
    from rdkit.Chem import AllChem

    AllChem.EmbedMultipleConfs(mol, 3, randomSeed=1)
    positions = np.array([one.GetPositions() for one in mol.GetConformers()])
    ring = [atom.GetIdx() for atom in mol.GetAtoms() if atom.GetIsAromatic()]
    moved = overlay(mol, positions)
    assert np.abs(moved[:, ring] - moved[0, ring]).max() < 0.1
    assert moved[0] == pytest.approx(positions[0])


def test_ligands_are_drawn_with_bond_orders_and_polar_hydrogens() -> None:
    mol = Chem.AddHs(Chem.MolFromSmiles("C=CO"))
    text = ligand_text(mol, np.zeros((mol.GetNumAtoms(), 3)))
    assert text.count("HETATM") == 4
    assert "DOUB" in text


def test_only_the_surroundings_of_a_large_receptor_are_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    protein = protein_of("1s3v")
    point = protein.positions[:1]
    assert shown_part(protein, [point]) is protein
    monkeypatch.setattr("molgen.reports.pages.structures.MOST_ATOMS", 100)
    monkeypatch.setattr("molgen.reports.pages.structures._CUT", 8.0)
    part = shown_part(protein, [point])
    assert 0 < len(part) < len(protein)
    assert {one.label for one in part.residues} == {one.label for one in residues_near(protein, point, 8.0)}


def test_the_reference_is_the_ligand_that_names_the_pocket() -> None:
    setting = Setting(protein_of("1ia1"), [site_in("1ia1", "ligand:TQ3")], ())
    text = reference_text(setting, None)
    assert text.count("HETATM") == 19
    assert "TQ3" in text
    assert reference_text(Setting(protein_of("1s3v"), [site_in("1s3v", "box:-3,27,3,14")], ()), None) == ""


def test_the_camera_looks_from_the_open_side() -> None:
    points = np.array([[0.0, 0, 0], [2.0, 0, 0], [0, 1.0, 0]])
    camera = camera_on(points, away_from=np.array([[0.0, 0, -9]]), margin=1.0)
    assert camera["position"][2] > 0
    assert camera_on(points[:1], margin=1.0)["target"] == [0.0, 0.0, 0.0]


def test_a_notebook_shows_the_same_view(tmp_path: Path) -> None:
    report = conformers(tmp_path, 2, molecules=1)
    widget = notebook_view(report)
    children = json.loads(widget.msvj_data)["root"]["children"]
    assert [node["kind"] for node in children] == ["download", "download", "camera"]
    assert children[0]["params"]["url"].startswith("data:")
