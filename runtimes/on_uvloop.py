"""uvloop: asyncio's tasks and primitives on a loop made of libuv."""

from __future__ import annotations

from typing import ClassVar

from runtimes._asyncio_semantics import UVLOOP
from runtimes._installed import module
from runtimes.drop_in import DropIn, both_loops


class Uvloop(DropIn):
    """uvloop under asyncio's own API."""

    package = "uvloop"
    loops = both_loops(module("uvloop").Loop)
    semantics = UVLOOP
    flavours: ClassVar[tuple[str, ...]] = ("", "sock", "transports")
