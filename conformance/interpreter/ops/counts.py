"""How many tasks wait: how each op becomes a call of the adapter."""

from __future__ import annotations

from typing import Any, Final

from conformance.interpreter.ops.base import Method, Methods
from conformance.interpreter.world import World
from conformance.lang.ops import WAITERS
from conformance.lang.outcome import show_value


def _asking(kind: str, field: str) -> Method:
    async def ask(world: World, task: str, op: Any) -> None:
        number = await getattr(world.runtime, kind)(world.objects[getattr(op, field)])
        world.frames[task].record(f"got {show_value(number)}")

    return ask


METHODS: Final[Methods] = {kind: _asking(kind, field) for kind, field in WAITERS.items()}
