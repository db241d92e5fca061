"""Performs a callback: a task that never waits, called by the loop from its first op to its last."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, Final

from conformance.errors import AdapterError
from conformance.interpreter.world import World
from conformance.run.frames import Frames

FRESH: Final = threading.local()
"""`FRESH.loop`: in the thread of an `in_new_loop`, the loop that its ops are about."""


def the_loop(world: World) -> Any:
    """The loop that an op is about: the run's, or in a thread of its own a fresh one."""
    return getattr(FRESH, "loop", None) or world.runtime.event_loop()


def close_at_end(world: World, close: Callable[[], object]) -> None:
    """Close something once the run is over; from then on what protocols are told is not logged."""

    def closing() -> None:
        world.over = True
        close()

    world.runtime.at_end(closing)


def callback(world: World, name: str) -> Callable[..., Any]:
    """What the loop is given to call: performs the task of that name, each time anew."""
    world.begun.setdefault(name, None)
    return lambda *_: call(world, name)


def call(world: World, name: str, first: str | None = None) -> Any:
    """Perform a callback once; `first` is logged before.

    Its log goes on where the last call, or one that is still open, left it.
    """
    before = world.frames.pop(name, None)
    if first is not None:
        before = before or Frames(None, world)
        before.record(first)
    body = world.perform(world, name)
    try:
        body.send(None)  # type: ignore[attr-defined]  # it is a coroutine
    except StopIteration as end:
        return end.value
    finally:
        if before is not None:
            before.log += world.frames[name].log
            world.frames[name] = before
    body.close()  # type: ignore[attr-defined]
    raise AdapterError(f"callback `{name}` waits at an op that never does")
