"""Watching: how each op becomes a call of the adapter."""

from __future__ import annotations

from typing import Any, Final

from conformance.interpreter.ops.base import Methods
from conformance.interpreter.world import World
from conformance.lang.outcome import Entry, show_value


async def _log(world: World, task: str, op: Any) -> None:
    world.shared.append(Entry(f"{task} {show_value(op.word)}", world.tick()))


METHODS: Final[Methods] = {
    "log": _log,
}
