"""veloxloop: asyncio's tasks and primitives on a loop written in Rust."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar, Final, Literal

from conformance.adapter.core import Body, Limits
from runtimes._installed import module
from runtimes.drop_in import DropIn, both_loops, drop_in

_PROMISE: Final = (
    "https://pypi.org/project/veloxloop/: an asyncio event loop, fully compatible with the "
    "standard asyncio API"
)


class Veloxloop(DropIn):
    """veloxloop under asyncio's own API."""

    package = "veloxloop"
    virtual: ClassVar[Literal["none"]] = "none"
    """Its waits for threads and sockets poll: their task is stepped in every round (finding 054), and a clock that
    replaces timers never sees the loop at rest."""
    loops = both_loops(module("veloxloop").VeloxLoop)
    semantics = drop_in(_PROMISE, {})
    lacks = DropIn.lacks | {"abort", "listen_unix", "connect_unix", "sock_recv_into"}
    """Its sockets take no SO_LINGER; the others raise NotImplementedError (veloxloop 0.2.0)."""
    special = DropIn.special - {"sleep:infinite", "deadline:infinite"}

    def __init__(self, flavour: str = "") -> None:
        super().__init__(flavour)
        self._under_way: set[object] = set()
        self._kept: list[Any] = []

    def run(self, main: Body, limits: Limits) -> None:
        """As asyncio.run does; then the loop is let go of, when the next one is made.

        One that is closed keeps its executor's threads, which poll, for as long as it is referred to (finding 055), and
        it cannot be collected from a circle: those of earlier runs would make the later ones late. To be destroyed it
        waits for what its threads are at, maybe for ever; then it is kept.
        """
        try:
            super().run(main, limits)
        finally:
            if self._under_way:
                self._kept.append(self._loop)
                self._under_way = set()
            self._now_running.let_go()

    async def run_in_thread(self, body: Callable[[], Any], abandon: bool | None) -> Any:  # noqa: FBT001
        """asyncio's, and known to be under way."""
        ours, mark = self._under_way, object()

        def watched() -> Any:
            try:
                return body()
            finally:
                ours.discard(mark)

        ours.add(mark)
        return await super().run_in_thread(watched, abandon)
