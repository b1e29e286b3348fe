"""The benchmark of sampled poses on prepared sets: what it leaves out, and a row for what can be sampled."""

from small_sets import docking_set_of

from benchmarks.sampling.prepared_poses import main
from molgen.datasets.records.complexes import encode_complexes


def test_families_that_were_trained_on_are_left_out_and_flows_have_no_stochastic_row(tmp_path, capsys):
    for folder, clusters in (("seen", 1), ("others", 3)):
        (tmp_path / folder).mkdir()
        part = encode_complexes(docking_set_of(("CCOC", "CCO", "CCN"), clusters), folder)
        (tmp_path / folder / "part-00000.safetensors").write_bytes(part)
    sets = ["--data", str(tmp_path / "others"), "--not-of", str(tmp_path / "seen")]
    assert main([*sets, "--models", "default", "--steps", "1", "--samples", "2"]) == 0
    printed = capsys.readouterr()
    assert printed.out.startswith("2 ligands of 2 families, 2 samples each")
    assert "| default | ode | 1 |" in printed.out
    assert "needs a score" in printed.err
