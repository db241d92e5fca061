"""loopmini: asyncio's tasks and primitives on a loop whose reactor is written in Rust."""

from __future__ import annotations

from typing import Final

from runtimes._installed import module
from runtimes.drop_in import DropIn, both_loops, drop_in

_PROMISE: Final = (
    "https://pypi.org/project/loopmini/: a drop-in event loop for asyncio applications"
)


class Loopmini(DropIn):
    """loopmini under asyncio's own API."""

    package = "loopmini"
    loops = both_loops(module("loopmini").Loop)
    semantics = drop_in(_PROMISE, {})
