"""What the native probes of tasks, timers and primitives share; `probe_runner` runs them."""

from __future__ import annotations

import contextlib
import logging
import socket
import sys
import threading
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol, TypeVar

sys.path.insert(0, str(Path(__file__).resolve().parent))  # the probes are scripts, not a package

import probe_runner

TICK = probe_runner.ms(10)
"""One tick, in seconds of real time."""


Question = TypeVar("Question", bound=Callable[[], Any])


class Filing(Protocol):
    """The decorator that files a question in a table."""

    def __call__(self, name: str, runs: int = 1) -> Callable[[Question], Question]:
        """Under its scenario's id; asked `runs` times, because chance may have a say."""


def table(
    run: Callable[[Callable[[], Any]], str],
) -> tuple[dict[str, Callable[[], str]], Filing]:
    """An empty table of probes, and the decorator that files a coroutine function in it.

    Different answers of one probe are joined by `/`.
    """
    probes: dict[str, Callable[[], str]] = {}

    def probe(name: str, runs: int = 1) -> Callable[[Question], Question]:
        def file(question: Question) -> Question:
            def ask() -> str:
                return "/".join(sorted({run(question) for _ in range(runs)}))

            assert name not in probes, name
            probes[name] = ask
            return question

        return file

    return probes, probe


def order(log: list[str], expected: str) -> str:
    """Whether the log is in the expected order, as the answer word of a question about order."""
    assert sorted(log) == sorted(expected), log
    orders = {expected: "in-order", expected[::-1]: "reversed"}
    return orders.get("".join(log), "shuffled")


_SHAPES = {"E": "bare", "[E]": "grouped", "[[E]]": "nested", "[E+F]": "both"}


def shape(error: BaseException) -> str:
    """How an exception came out, as a word: bare, in a group, in a group of groups."""
    told = _told(error)
    return _SHAPES.get(told, told)


def _told(error: BaseException) -> str:
    if isinstance(error, BaseExceptionGroup):
        return "[" + "+".join(sorted(map(_told, error.exceptions))) + "]"
    return str(error) or type(error).__name__


class Error(Exception):
    """The error of a probe, named by its message."""


def poke(peer: socket.socket) -> None:
    """Send a byte a tick from now, whatever becomes of the loop."""

    def send() -> None:
        with contextlib.suppress(OSError):
            peer.send(b"x")

    threading.Timer(TICK, send).start()


def main(*tables: dict[str, Callable[[], str]], only: str = "") -> None:
    """Print the answers of all tables as JSON."""
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")
    probe_runner.main({name: ask for probes in tables for name, ask in probes.items()}, only)
