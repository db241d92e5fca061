"""Runs native probes: each within its own time limit, the answers printed as JSON.

A probe asks one runtime one question in that runtime's own words and answers with one word.  It
imports nothing of the suite, so that the suite's answers can be compared with it.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Callable

SLOWER = float(os.environ.get("PROBES_SLOWER", "1"))
"""Probes keep real time; on a machine under load, all their times can be stretched this much."""
LIMIT = 2.0 * SLOWER  # seconds; a probe that needs more has hung
Probe = Callable[[], str]


def ms(count: float) -> float:
    """That many milliseconds, stretched, in seconds."""
    return count / 1000 * SLOWER


class Stuck(BaseException):
    """The probe's time is up; a BaseException, so that no probe mistakes it for an answer."""


def _stuck(signum: int, frame: object) -> None:
    raise Stuck


def limited(probe: Probe) -> Probe:
    """The same probe; answers `hangs` beyond its limit and `crash:NAME` when it fails."""

    def run() -> str:
        before = signal.signal(signal.SIGALRM, _stuck)
        signal.setitimer(signal.ITIMER_REAL, LIMIT)
        try:
            return probe()
        except Stuck:
            return "hangs"
        except BaseException as error:
            return f"crash:{type(error).__name__}"
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, before)

    run.__name__ = getattr(probe, "__name__", "probe")
    run.__doc__ = probe.__doc__
    return run


def answers(probes: dict[str, Probe], only: str = "") -> dict[str, str]:
    """The answers of all probes whose id contains `only`."""
    return {name: limited(probe)() for name, probe in probes.items() if only in name}


def main(probes: dict[str, Probe], only: str = "") -> None:
    """Print the answers as JSON."""
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background jobs ignore it
    json.dump(answers(probes, only), sys.stdout, indent=1)
    print()
