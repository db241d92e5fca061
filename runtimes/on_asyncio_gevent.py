"""asyncio-gevent: asyncio's own loop, run in a greenlet, on gevent's selector."""

from __future__ import annotations

from typing import Final

from runtimes._installed import module
from runtimes.drop_in import DropIn, both_loops, drop_in

_PROMISE: Final = (
    "https://pypi.org/project/asyncio-gevent/: a gevent implementation of an asyncio event loop"
)


class AsyncioGevent(DropIn):
    """asyncio's API on `asyncio_gevent.EventLoop`. Nothing is patched: threads are threads."""

    package = "asyncio_gevent"
    loops = both_loops(module("asyncio_gevent").EventLoop)
    semantics = drop_in(_PROMISE, {})
