"""The command line, called as a user calls it."""

import pytest
from complexes import protein_path

from molgen.cli import main

BOX = "box:-3,27,3,14"  # in 1s3v


def exit_code(*arguments: object) -> int:
    with pytest.raises(SystemExit) as stop:
        main([str(argument) for argument in arguments])
    return stop.value.code


def dock(*arguments: object, protein: object = None, ligand: str = "Oc1ccccc1 phenol", pocket: str = BOX) -> int:
    """Quick docking into 1s3v, output out.sdf; without the models unless the arguments ask for them."""
    given = ("-p", protein or protein_path("1s3v"), "-l", ligand, "-o", "out.sdf", "--pocket", pocket)
    quick = ("--effort", "quick", "-n", "2", "--proposals", "random", "--rank", "energy")
    return exit_code("dock", *given, *quick, *arguments)


def the_error(capsys: pytest.CaptureFixture[str]) -> str:
    """The one line of stderr that is an error, the last; notes may come before."""
    lines = capsys.readouterr().err.splitlines()
    assert [line.startswith("error: ") for line in lines[-1:]] == [True], lines
    assert sum(line.startswith("error") for line in lines) == 1
    assert not any("Traceback" in line for line in lines)
    return lines[-1]
