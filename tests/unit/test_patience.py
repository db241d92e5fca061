"""Patience on a virtual clock: each thing that is waited for has its own, and a machine may stand still."""

import time

import pytest

from conformance.interpreter.threads import LOOKS, OVER, WORKING, Threads
from runtimes import _asyncio_clock, _in_flight
from runtimes._asyncio_clock import VirtualClock
from runtimes._in_flight import InFlight


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The time of day, to be moved by hand."""
    time_of_day = [0.0]
    monkeypatch.setattr(time, "monotonic", lambda: time_of_day[0])
    monkeypatch.setattr(time, "sleep", lambda _: None)
    return time_of_day


def test_bytes_are_waited_for_after_a_long_connect(now: list[float]) -> None:
    """The time that a connect took is not taken from the bytes that come after it."""
    clock = VirtualClock(100.0, lambda: None)
    clock.holds = 1
    assert clock.must_wait()
    now[0] = _asyncio_clock.IN_FLIGHT + 1
    clock.holds, clock.in_flight = 0, lambda: True
    assert clock.must_wait()
    now[0] += _asyncio_clock.IN_FLIGHT + 1
    assert not clock.must_wait()


def test_bytes_are_waited_for_after_a_long_thread(now: list[float]) -> None:
    """The time that a thread took is not taken from the bytes that come after it."""
    work = [True]
    traffic = InFlight(lambda: work[0])
    here, there = (traffic.add(None, a, b) for a, b in ((("h", 1), ("h", 2)), (("h", 2), ("h", 1))))
    with there.receives():
        with here.sends(3):
            pass
        assert traffic.held()
        now[0] = _in_flight.PATIENCE + 1
        work[0] = False
        assert traffic.held()
        now[0] += _in_flight.PATIENCE + 1
        assert not traffic.held()


def test_a_machine_that_stood_still_gave_nobody_time(now: list[float]) -> None:
    """A thread that ended is waited for until its waiter had time, and the loop looks, to hear of it."""
    some = Threads()
    some.ask("t")
    some.set_state("t", WORKING)
    some.set_state("t", OVER)
    now[0] = 60.0
    assert [some.at_work() for _ in range(LOOKS)] == [True] * (LOOKS - 1) + [False]
