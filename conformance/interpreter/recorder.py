"""The protocol of every transport: it logs what it is told, and calls back who asked for it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, Final

from conformance.interpreter.callbacks import call, close_at_end
from conformance.interpreter.world import World
from conformance.lang.outcome import show_bytes

BUFFER: Final = 4
"""How many bytes the buffer of a buffered protocol holds."""


class Record:
    """What the protocol of one transport was told. It may be made before the transport is."""

    def __init__(self, world: World, name: str) -> None:
        self.world = world
        self.name = name
        self.task = ""
        self.transport: Any = None
        self.told: set[str] = set()
        self.reactions: dict[str, str] = {}
        self.waiting: list[Callable[[], object]] = []
        self.bytes_in_all = 0
        self._unlogged = b""

    def received(self) -> None:
        """Log what was received and is not logged yet."""
        self._record(f"got {show_bytes(self._unlogged)}")
        self._unlogged = b""

    def tell(self, event: str, shown: str = "") -> Any:
        """The protocol was told something: log it, call who reacts, return what that returns."""
        if self.world.over:
            return None
        self.told.add(event)
        if event != "data":
            if self._unlogged:
                self.received()
            self._record(shown or event)
        try:
            reaction = self.reactions.get(event)
            return None if reaction is None else call(self.world, reaction)
        finally:
            for wake in self.waiting:
                wake()

    def take(self, data: bytes) -> None:
        """Some bytes came."""
        self._unlogged += data
        self.bytes_in_all += len(data)
        self.tell("data")

    def _record(self, text: str) -> None:
        if self.task:  # else nobody announced this connection
            self.world.frames[self.task].record(f"{self.name} {text}")


def record_of(world: World, name: str) -> Record:
    """The record of a transport of that name; made when it is first spoken of."""
    found = world.objects.get(name)
    if found is None:
        found = world.objects[name] = Record(world, name)
    assert isinstance(found, Record)
    return found


class Recorder(asyncio.Protocol):
    """Tells a record all that a transport says."""

    def __init__(self, record: Record) -> None:
        self.record = record

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The connection is there."""
        self.record.transport = transport
        close_at_end(self.record.world, transport.abort)  # type: ignore[attr-defined]
        self.record.tell("made")

    def data_received(self, data: bytes) -> None:
        """Bytes came."""
        self.record.take(bytes(data))

    def eof_received(self) -> bool | None:
        """The far end sends no more."""
        answer: bool | None = self.record.tell("eof")
        return answer

    def pause_writing(self) -> None:
        """The buffer is full."""
        self.record.tell("paused")

    def resume_writing(self) -> None:
        """The buffer has room again."""
        self.record.tell("resumed")

    def connection_lost(self, exc: BaseException | None) -> None:
        """The connection is gone."""
        why = "" if exc is None else f" {self.record.world.name_of(exc)}"
        self.record.tell("lost", f"lost{why}")


class BufferedRecorder(Recorder, asyncio.BufferedProtocol):
    """The same; the loop reads into a buffer of BUFFER bytes."""

    def __init__(self, record: Record) -> None:
        super().__init__(record)
        self._buffer = bytearray(BUFFER)

    def get_buffer(self, sizehint: int) -> bytearray:
        """Always the same one."""
        return self._buffer

    def buffer_updated(self, nbytes: int) -> None:
        """So many bytes of it are new."""
        self.record.take(bytes(self._buffer[:nbytes]))
