"""CPython's own tests of an event loop, bound to any loop: a script, for any interpreter.

    python benchmarks/loop_tests.py uvloop:new_event_loop
    python benchmarks/loop_tests.py mutant:loop-reader-once EventLoopTestsMixin.test_close …

Binds the five mixins of `test.test_asyncio` that can be bound to a loop from elsewhere, runs each
test in a process of its own (forked once everything is imported), and prints one JSON object: test
name to `ok`, `fail`, `skip` or `hang`.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import signal
import sys
import time
import unittest
import warnings
from collections.abc import Callable, Iterator
from typing import Any

LIMIT = 10.0
"""Seconds for one test; the slowest takes about one."""
MIXINS = (
    ("test_events", "EventLoopTestsMixin", "create_event_loop"),
    ("test_events", "SubprocessTestsMixin", "create_event_loop"),
    ("test_sock_lowlevel", "BaseSockTestsMixin", "create_event_loop"),
    ("test_server", "BaseStartServer", "new_loop"),
    ("test_buffered_proto", "BaseTestBufferedProtocol", "new_loop"),
)
CODES = {0: "ok", 1: "fail", 2: "skip"}


def find_loop(address: str) -> Callable[[], Any]:
    """What makes a loop: MODULE:ATTRIBUTE, or mutant:NAME."""
    module, _, name = address.partition(":")
    if module == "mutant":
        mutants = importlib.import_module("runtimes.mutants")
        make: Callable[[], Any] = mutants.find(name).new_event_loop
        return make
    found: Callable[[], Any] = getattr(importlib.import_module(module), name)
    return found


def bind(make: Callable[[], Any]) -> Iterator[unittest.TestCase]:
    """Every test of every mixin, bound to that loop."""
    utils = importlib.import_module("test.test_asyncio.utils")
    for module, mixin, hook in MIXINS:
        found = getattr(importlib.import_module(f"test.test_asyncio.{module}"), mixin)
        base = utils.TestCase if hook == "create_event_loop" else unittest.TestCase
        body = {hook: lambda _: make(), "close_loop": staticmethod(close_loop)}
        if mixin == "SubprocessTestsMixin":  # it rests on the first one's
            body["setUp"] = set_up
        bound = type(mixin, (found, base), body)
        yield from unittest.defaultTestLoader.loadTestsFromTestCase(bound)  # type: ignore[misc]


def set_up(test: Any) -> None:
    """Give a test its loop, as the first mixin does for itself."""
    importlib.import_module("test.test_asyncio.utils").TestCase.setUp(test)
    test.loop = test.create_event_loop()
    test.set_event_loop(test.loop)


def close_loop(loop: Any) -> None:
    """Instead of the tests' own, which reads private attributes that only asyncio's loop has."""
    if not loop.is_closed():
        with contextlib.suppress(RuntimeError):
            loop.run_until_complete(loop.shutdown_default_executor())
    loop.close()


def run_forked(test: unittest.TestCase) -> str:
    """How one test ends, in a process of its own."""
    child = os.fork()
    if child == 0:
        quiet = os.open(os.devnull, os.O_WRONLY)
        os.dup2(quiet, 1)
        os.dup2(quiet, 2)
        result = unittest.TestResult()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with contextlib.suppress(BaseException):
                test.run(result)
        bad = not result.wasSuccessful() or not result.testsRun
        os._exit(1 if bad else 2 if result.skipped else 0)
    until = time.monotonic() + LIMIT
    while time.monotonic() < until:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return CODES.get(os.waitstatus_to_exitcode(status), "fail")
        time.sleep(0.005)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return "hang"


def main() -> None:
    """Run all and print what became of each."""
    make, wanted = find_loop(sys.argv[1]), sys.argv[2:]
    ended = {}
    for test in bind(make):
        name = f"{type(test).__name__}.{test.id().rpartition('.')[2]}"
        if not wanted or name in wanted:
            ended[name] = run_forked(test)
    sys.stdout.write(json.dumps(ended) + "\n")


if __name__ == "__main__":
    main()
