"""The text around the tasks of a standalone script: what watches them, and what judges at the end."""

from __future__ import annotations

from typing import Final

NAMES: Final = frozenset(
    {
        "AGAIN", "ALLOWED", "END", "EXPECTED", "LOG", "NAMES", "OTHERS", "PROBLEMS", "Problem", "SEEN", "SHARED",
        "START", "TASKS", "TICK", "Things", "Unopened", "WATCHDOG", "attempt", "contextlib", "contextvars", "defect",
        "data", "data_", "error", "finish", "fresh_path", "functools", "got", "got_", "got_item",
        "got_item_", "happened", "judge", "make", "math", "name", "next_handler", "note", "noting",
        "os", "peer_connect", "peer_does", "scope", "shared", "show", "signal", "socket", "stamped",
        "struct", "sys", "t", "tempfile", "threading", "time", "watched", "watched_in_thread",
        "would", "zlib",
    }
)  # fmt: skip
"""What the frame binds."""

FRAME: Final = '''\
"""$title

Prints what happened and what was expected. Exit code: 1 the defect shows, 0 it does not.
"""

import contextlib
import contextvars
import functools
import math
import os
import signal
import socket
import struct
import sys
import tempfile
import threading
import time
import zlib

$header


$body


# ---- that was the program; what follows watches and judges it


class Problem(Exception):
    """An error of the program's own."""


class Unopened(Exception):
    """Used before it is there."""


class Things:
    """Tasks, streams, events, by name."""

    def __getattr__(self, name):
        raise Unopened(name)


t = Things()
PROBLEMS = {name: Problem(name) for name in $problems}
NAMES = [
$names
]
TICK = $tick


def name(error):
    if isinstance(error, Problem):
        return str(error) if PROBLEMS.get(str(error)) is error else f"Copy({error})"
    if isinstance(error, $cancelled):
        return "Cancelled"
    if isinstance(error, BaseExceptionGroup):
        members = sorted(map(name, error.exceptions))
        return "Cancelled" if {*members} == {"Cancelled"} else f"Group({', '.join(members)})"
    if isinstance(error, (RuntimeError, TypeError)) and isinstance(error.__cause__, StopIteration):
        return "Wrapped(StopIteration)"
    known = (told for kinds, told in NAMES if isinstance(error, kinds))
    found = ${named}next(known, type(error).__name__)
    return f"JoinError({name(error.__cause__)})" if found == "JoinError" else found


def stamped(text):
    return f"{text}@{round((time.monotonic() - START) / TICK)}" if $timed else text


def show(value):
    return str(value).lower() if value is None or isinstance(value, bool) else str(value)


def noting(task):
    return lambda text: LOG[task].append(stamped(text))


def got_(task, value):
    if value is not None:
        noting(task)(f"got {show(value)}")


def got_item_(task, item):
    noting(task)(f"got {show(item)}")


def data_(task, received):
    told = repr(received)[1:]
    if len(received) > 32:
        told = f"{len(received)} bytes crc {zlib.crc32(received):08x}"
    noting(task)(f"got {told}")


def shared(task, word):
    SHARED.append(stamped(f"{task} {word}"))


def would(told, call, *args):
    """Name the one error that is raised for full and for empty."""
    try:
        return call(*args)
    except Exception as error:
        if type(error).__name__ == "WouldBlock":
            raise type(told, (Exception,), {}) from error
        raise


$helpers


def watched_in_thread(task, body):
    """The same for what a thread performs."""

    @functools.wraps(body)
    def run():
        END[task] = "did not end"
        try:
            value = body()
        except BaseException as error:
            END[task] = stamped("cancelled" if name(error) == "Cancelled" else f"raised {name(error)}")
            raise
        END[task] = stamped("returned" if value is None else f"returned {show(value)}")
        return value

    return run


def watched(task, body):
    """Write down how a task ends."""

    @functools.wraps(body)
    async def run():
        END[task] = "did not end"
        try:
            value = await body()
        except GeneratorExit:
            raise
        except BaseException as error:
            END[task] = stamped("cancelled" if name(error) == "Cancelled" else f"raised {name(error)}")
            raise
        END[task] = stamped("returned" if value is None else f"returned {show(value)}")
        return value

    return run


def make():
    """The objects that the tasks share; from here on the time counts."""
    global START
    START = time.monotonic()
    WATCHDOG.start()
$objects


$wrapped

'''

JUDGE: Final = '''\
TASKS = $tasks
EXPECTED = $expected
SEEN = $bad
ALLOWED = $allowed


def happened():
    lines = [f"{task}: " + ", ".join([*LOG[task], END.get(task, "did not end")]) for task in TASKS]
    return "\\n".join(lines + ([f"log: {', '.join(SHARED)}"] if SHARED else []))


def judge():
    """Whether the defect shows. On a busy machine anything may happen once, so other surprises must come again."""
    shown = happened()
    OTHERS.append(shown)
    return shown == SEEN or bool(ALLOWED and shown not in ALLOWED and OTHERS.count(shown) > 2)


def finish(defect):
    print("What happened:")
    print("    " + happened().replace("\\n", "\\n    "))
    if EXPECTED:
        print(f"Expected: {EXPECTED}")
    if ALLOWED:
        print("What is allowed:" if len(ALLOWED) == 1 else "What is allowed, one of:")
        for outcome in ALLOWED:
            print("    " + outcome.replace("\\n", "\\n    ") + "\\n")
    print("The defect shows." if defect else "The defect does not show.")
    sys.stdout.flush()
    os._exit(1 if defect else 0)


OTHERS = []
AGAIN = $again  # whether runs differ, so that one that is as it should be proves nothing
for attempt in range($runs):
    LOG, END, SHARED = {task: [] for task in TASKS}, {}, []
    t = Things()
    WATCHDOG = threading.Timer($seconds, lambda: finish(judge()))  # that late, it never ends
    WATCHDOG.daemon = True
    try:
$run
    except BaseException as error:
        print("run raised", repr(error))
    WATCHDOG.cancel()
    defect = judge()
    if defect or (happened() in ALLOWED and not AGAIN):
        break
finish(defect)
'''
