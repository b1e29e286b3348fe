"""Old names of options work, for their command alone, and say the new one."""

import pytest

from molgen.cli.frame.renamed import with_new_names


@pytest.mark.parametrize(
    ("old", "new"),
    [("--minimise", "--minimize"), ("--minimise=1", "--minimize=1")],
)
def test_an_old_option_is_passed_on_under_its_new_name_with_a_warning(old, new, capsys):
    assert with_new_names(["rescore", "-p", "x.pdb", old]) == ["rescore", "-p", "x.pdb", new]
    assert capsys.readouterr().err == "warning: --minimise is now --minimize\n"


def test_every_old_option_of_conformers_is_an_option_today():
    given = ["conformers", "CCO", "--pool", "9", "--rmsd=0.5", "--vacuum", "0", "--relax", "mmff"]
    expected = ["conformers", "CCO", "--samples", "9", "--min-rmsd=0.5", "--gas-phase", "0", "--minimize-with", "mmff"]
    assert with_new_names(given) == expected


def test_other_arguments_stay_as_they_are(capsys):
    given = ["dock", "--minimise", "-l", "C=C", "--seed=3"]
    assert with_new_names(given) == given
    assert with_new_names([]) == []
    assert capsys.readouterr().err == ""
