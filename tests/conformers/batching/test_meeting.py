"""Jobs that wait for each other at a kernel: one call for all, failures of one, interrupts of all."""

import threading
import warnings

import pytest

from molgen.conformers.batching.meeting import asked, run_together
from molgen.sampling.guards import MoleculeWarning, notes_by_thread, warnings_as_notes


def doubling(calls):
    def kernel(requests):
        calls.append(list(requests))
        if -1 in requests:
            raise ValueError("minus one")
        return [2 * request for request in requests]

    return kernel


def test_requests_of_all_are_one_call_and_results_come_in_order():
    calls: list[list[int]] = []
    kernel = doubling(calls)

    def job(number):
        return [asked(kernel, number), *([asked(kernel, 10 * number)] if number % 2 else [])]

    results = run_together([lambda k=k: job(k) for k in range(4)])
    assert results == [[0], [2, 20], [4], [6, 60]]
    assert calls == [[0, 1, 2, 3], [10, 30]]


def test_without_a_meeting_the_kernel_is_called_at_once():
    calls: list[list[int]] = []
    assert asked(doubling(calls), 3) == 6
    assert calls == [[3]]


def test_a_request_that_fails_fails_alone():
    kernel = doubling([])

    def job(number):
        try:
            return asked(kernel, number)
        except ValueError as error:
            return str(error)

    assert run_together([lambda k=k: job(k) for k in (1, -1, 2)]) == [2, "minus one", 4]


@pytest.mark.parametrize("early", [True, False])
def test_an_interrupt_of_one_ends_all(early):
    def job(number):
        if early and number == 1:
            raise KeyboardInterrupt
        asked(doubling([]), number)
        if number == 1:
            raise KeyboardInterrupt
        return number

    before = threading.active_count()
    with pytest.raises(KeyboardInterrupt):
        run_together([lambda k=k: job(k) for k in range(3)])
    assert threading.active_count() == before


def test_warnings_are_notes_of_the_job_that_gave_them():
    kernel = doubling([])

    def job(number):
        notes: list[str] = []
        with warnings_as_notes(notes):
            asked(kernel, number)
            warnings.warn(f"of {number}", MoleculeWarning, stacklevel=1)
        return notes

    with notes_by_thread():
        assert run_together([lambda k=k: job(k) for k in range(3)]) == [["of 0"], ["of 1"], ["of 2"]]
    with pytest.warns(MoleculeWarning, match="afterwards"):
        warnings.warn("afterwards", MoleculeWarning, stacklevel=1)
