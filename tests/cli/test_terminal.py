"""What the console of the commands prints."""

import pytest

from molgen.cli.frame.terminal import console


def test_labels_of_residues_come_out_of_a_table_as_they_are(capsys: pytest.CaptureFixture[str]) -> None:
    console().print("ATP:A:501 and HEM:B:1")
    assert capsys.readouterr().out == "ATP:A:501 and HEM:B:1\n"
