"""Every input becomes a result or a named failure; the traceback of an unexpected error is in the log."""

import logging

import pytest

from molgen.errors import InputError, ParseError
from molgen.outcomes import DEBUG, attempt, attempts, debugging, reason_of


def inverse(value: float) -> float:
    if value < 0:
        raise ParseError("is negative", source="numbers.txt", place="line 3")
    return 1 / value


def test_a_result_has_a_value_and_no_error():
    made = attempt(inverse, 4.0)
    assert (made.value, made.error) == (0.25, None)
    assert made.seconds >= 0


def test_a_foreseen_failure_is_told_in_its_own_words_without_a_traceback(caplog):
    made = attempt(inverse, -1.0)
    assert (made.value, made.error) == (None, "is negative")
    assert caplog.records == []


def test_an_unexpected_failure_is_named_and_its_traceback_logged(caplog):
    with caplog.at_level(logging.ERROR, "molgen"):
        made = attempt(inverse, 0.0, name="zero")
    assert made.error == "unexpected ZeroDivisionError: float division by zero"
    assert "zero: unexpected ZeroDivisionError" in caplog.text
    assert "in inverse" in caplog.text


def test_one_failure_does_not_stop_the_rest_and_the_order_is_kept():
    made = list(attempts([2.0, 0.0, -1.0, 1.0], inverse))
    assert [item for item, _ in made] == [2.0, 0.0, -1.0, 1.0]
    assert [one.value for _, one in made] == [0.5, None, None, 1.0]


def test_inputs_are_drawn_only_as_they_are_needed():
    drawn = []
    stream = attempts((drawn.append(value) or value for value in (1.0, 2.0)), inverse)
    next(stream)
    assert drawn == [1.0]


def test_an_interrupt_is_no_failure_of_an_input():
    def interrupted() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        attempt(interrupted)


def test_a_reason_is_one_line():
    assert reason_of(ValueError("two\nlines")) == "unexpected ValueError: two lines"
    assert reason_of(InputError("two\nlines")) == "two lines"


@pytest.mark.parametrize("debug", [False, True])
def test_the_traceback_is_printed_only_when_debugging(debug, monkeypatch, capsys):
    monkeypatch.delenv(DEBUG, raising=False)
    with debugging(debug):
        attempt(inverse, 0.0, name="zero")
    attempt(inverse, 0.0, name="afterwards")
    printed = capsys.readouterr().err
    assert ("Traceback" in printed and "in inverse" in printed) if debug else printed == ""
    assert "afterwards" not in printed
