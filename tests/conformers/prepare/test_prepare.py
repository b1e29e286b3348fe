"""Preparing small files: parts, failures, resuming, and references moved on to template geometry."""

import csv
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from rdkit import Chem
from rdkit.Chem import rdForceFieldHelpers
from small_molecules import embedded, graph_of, heavy_positions

from molgen.chem.features.molecule_features import heavy_atoms
from molgen.chem.molecules.embedding import embed_templates
from molgen.chem.molecules.force_field import minimize_conformers
from molgen.conformers.prepare.config import PrepareConfig
from molgen.conformers.prepare.conformer_records import conformer_record
from molgen.conformers.prepare.matching import match_reference, reference_positions
from molgen.conformers.prepare.prepare import prepare
from molgen.datasets.parts.part_files import find_parts
from molgen.datasets.records.conformers import load_conformers
from molgen.errors import InputError
from molgen.geometry import torus
from molgen.geometry.torsions import dihedral_angles

QUICK = PrepareConfig(conformers=2, relax_iterations=20, block=2)
LINES = ["CCO ethanol", "CC(C)CO isobutanol", "C1CC broken", "c1ccccc1 benzene", "CCCCO butanol"]


@pytest.fixture
def smiles(tmp_path: Path) -> Path:
    path = tmp_path / "molecules.smi"
    path.write_text("\n".join(LINES) + "\n")
    return path


def failures(folder: Path) -> list[dict[str, str]]:
    with (folder / "failures.csv").open() as file:
        return list(csv.DictReader(file))


def times_written(folder: Path) -> dict[str, int]:
    return {p.name: p.stat().st_mtime_ns for p in folder.glob("part-*")}


def test_every_line_becomes_an_entry_or_a_named_failure(smiles, tmp_path):
    folder = tmp_path / "out"
    summary = prepare(smiles, folder, QUICK)
    assert (summary.prepared, summary.failures) == (4, 1)
    entries, sources = load_conformers(find_parts(folder))
    assert sources == ["molecules.smi"]
    assert [e.graph.n_atoms for e in entries] == [3, 5, 6, 5]  # benzene and butanol in later blocks
    assert summary.examples == sum(len(e.positions) for e in entries) == 8
    (row,) = failures(folder)
    assert row["name"] == "broken"
    assert "3" in row["place"]
    assert row["reason"]


def test_entries_hold_centered_conformers_and_their_symmetries(smiles, tmp_path):
    prepare(smiles, tmp_path / "out", QUICK)
    benzene = load_conformers(find_parts(tmp_path / "out"))[0][2]
    assert benzene.positions.dtype == np.float16
    np.testing.assert_allclose(benzene.positions.astype(float).mean(1), 0, atol=0.01)
    assert len(benzene.permutations) == 12
    assert benzene.permutations[0].tolist() == list(range(6))
    i, j = benzene.graph.bond_index
    lengths = np.linalg.norm(benzene.positions[:, i].astype(float) - benzene.positions[:, j], axis=-1)
    np.testing.assert_allclose(lengths, 1.39, atol=0.02)


def test_a_finished_run_is_not_repeated(smiles, tmp_path):
    folder = tmp_path / "out"
    first = prepare(smiles, folder, QUICK)
    before = times_written(folder)
    done: list[int] = []
    assert prepare(smiles, folder, QUICK, on_block=done.append) == first
    assert done == []
    assert times_written(folder) == before
    assert len(failures(folder)) == 1


def test_an_interrupted_run_goes_on_with_the_missing_part(smiles, tmp_path):
    folder, whole = tmp_path / "out", tmp_path / "whole"
    prepare(smiles, folder, QUICK)
    expected = prepare(smiles, whole, QUICK)
    for path in folder.glob("part-00001.*"):
        path.unlink()
    kept = times_written(folder)
    assert prepare(smiles, folder, QUICK) == expected
    assert times_written(folder).items() >= kept.items()
    assert set(times_written(folder)) == set(times_written(whole))
    for name in ("part-00000.safetensors", "part-00001.safetensors"):
        first, second = (load_conformers([f / name])[0] for f in (folder, whole))
        assert all(np.array_equal(a.positions, b.positions) for a, b in zip(first, second, strict=True))


def test_a_block_that_was_cut_short_by_a_limit_is_done_again(smiles, tmp_path):
    prepare(smiles, tmp_path / "out", QUICK, limit=1)
    summary = prepare(smiles, tmp_path / "out", QUICK)
    assert (summary.prepared, summary.failures) == (4, 1)
    assert [e.graph.n_atoms for e in load_conformers(find_parts(tmp_path / "out"))[0]] == [3, 5, 6, 5]


def test_two_processes_prepare_what_one_does(smiles, tmp_path):
    one, two = (prepare(smiles, tmp_path / str(k), QUICK, workers=k) for k in (1, 2))
    assert one == two
    assert one.size == sum(p.stat().st_size for p in (tmp_path / "1").glob("*.safetensors"))
    first, second = (load_conformers(find_parts(tmp_path / k))[0] for k in "12")
    assert all(np.array_equal(a.positions, b.positions) for a, b in zip(first, second, strict=True))


def test_other_settings_are_refused(smiles, tmp_path):
    prepare(smiles, tmp_path / "out", QUICK, limit=1)
    with pytest.raises(InputError, match="another conformers, seed;"):
        prepare(smiles, tmp_path / "out", PrepareConfig(conformers=3, relax_iterations=20, block=2, seed=5))


def test_an_unknown_kind_is_refused():
    with pytest.raises(ValueError, match='"ensembles"'):
        PrepareConfig(kind="ensembles")


def test_boltzmann_weights_follow_the_energies():
    mol = Chem.MolFromSmiles("CCCCO")
    entry = conformer_record(mol, PrepareConfig(conformers=4, relax_iterations=200, boltzmann=True))
    full = Chem.AddHs(mol)
    energies = minimize_conformers(embed_templates(full, 4, seed=0).mol, 200)[1].values
    expected = np.exp(-(energies - energies.min()) / (0.0019872 * 298.15))
    np.testing.assert_allclose(entry.weights, expected, atol=2e-3)
    assert entry.weights.max() == 1.0


def reference_file(path: Path, mol: Chem.Mol) -> Path:
    with Chem.SDWriter(str(path)) as writer:
        writer.write(mol)
    return path


def shuffled(smiles: str, seed: int = 3) -> Chem.Mol:
    """An embedded and relaxed molecule with its atoms in another order, hydrogens between the others."""
    mol = Chem.Mol(embedded(smiles, 1, seed))
    rdForceFieldHelpers.UFFOptimizeMolecule(mol)  # another field than the templates'
    return Chem.RenumberAtoms(mol, np.random.default_rng(0).permutation(mol.GetNumAtoms()).tolist())


@pytest.mark.parametrize("smiles", ["CC(=O)N(C)CC[C@H](O)CF", "OCCC(=N)NCC", "C[C@H](O)/C=C/CCN"])
def test_references_keep_their_torsions_on_template_geometry(tmp_path, smiles):
    mol = shuffled(smiles)
    path = reference_file(tmp_path / "reference.sdf", mol)
    config = PrepareConfig(kind="reference", conformers=4, relax_iterations=100, match_tolerance=0.6)
    summary = prepare(path, tmp_path / "out", config)
    assert (summary.prepared, summary.failures) == (1, 0)
    entry = load_conformers(find_parts(tmp_path / "out"))[0][0]
    assert entry.positions.shape == (1, len(heavy_atoms(mol)), 3)
    matched = torch.from_numpy(entry.positions[0].astype(np.float64))
    own = torch.from_numpy(mol.GetConformer().GetPositions()[heavy_atoms(mol)])
    quadruples = torch.from_numpy(entry.graph.torsions.astype(np.int64))
    turned = torus.log(dihedral_angles(own, quadruples), dihedral_angles(matched, quadruples))
    assert turned.abs().max() < 0.5
    i, j = entry.graph.bond_index.astype(int)
    templates = minimize_conformers(embed_templates(Chem.Mol(mol), 4, seed=0).mol, 100)[0][:, heavy_atoms(mol)]
    made = (matched[i] - matched[j]).norm(dim=-1).numpy()
    errors = np.abs(np.linalg.norm(templates[:, i] - templates[:, j], axis=-1) - made).max(1)
    assert errors.min() < 0.015  # of one template, up to the half precision of the file
    assert np.abs((own[i] - own[j]).norm(dim=-1).numpy() - made).max() > 0.015


def test_a_reference_is_kept_on_several_template_conformers_that_share_its_weight():
    mol = embedded("CC[C@H](N)C(=O)OCC")
    config = PrepareConfig(kind="reference", conformers=6, matches=3, match_tolerance=1.0)
    several, one = conformer_record(mol, config), conformer_record(mol, replace(config, matches=1))
    assert len(several.positions) == 3
    np.testing.assert_allclose(several.weights.sum(), 1.0, rtol=1e-3)
    np.testing.assert_array_equal(several.positions[0], one.positions[0])
    quadruples = torch.from_numpy(several.graph.torsions.astype(np.int64))
    torsions = dihedral_angles(torch.from_numpy(several.positions.astype(np.float64)), quadruples)
    assert torus.log(torsions[:1], torsions).abs().max() < 0.6


def test_a_reference_that_no_template_matches_keeps_its_own_geometry():
    mol = shuffled("CC(=O)N(C)CC[C@H](O)CF")
    entry = conformer_record(
        mol, PrepareConfig(kind="reference", conformers=1, relax_iterations=20, match_tolerance=0.0)
    )
    own = mol.GetConformer().GetPositions()[heavy_atoms(mol)]
    np.testing.assert_allclose(entry.positions[0], own - own.mean(0), atol=0.01)


def test_the_nearest_template_is_taken():
    name = "C[C@H](O)CCOC"
    templates, reference = heavy_positions(name, 4, 1), heavy_positions(name, 1, 2)[0]
    matches = match_reference(reference, templates, graph_of(name))
    each = [match_reference(reference, t[None], graph_of(name))[0].rmsd for t in templates]
    assert [m.rmsd for m in matches] == pytest.approx(sorted(each))
    match = matches[0]
    assert np.sqrt(((match.positions - reference) ** 2).sum(-1).mean()) == pytest.approx(match.rmsd)


def test_reference_atoms_are_found_whatever_their_order():
    mol = embedded("C[C@H](O)CC(N)=O")
    order = np.random.default_rng(1).permutation(mol.GetNumAtoms()).tolist()
    mixed = Chem.RenumberAtoms(mol, order)
    found = reference_positions(mixed, mol)
    assert found is not None
    np.testing.assert_allclose(found, mol.GetConformer().GetPositions()[heavy_atoms(mol)])
    assert reference_positions(embedded("CCO"), mol) is None
