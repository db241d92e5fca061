"""The event loops that the probes of asyncio may be run on: `--loop NAME`."""

from __future__ import annotations

import asyncio
import importlib
from typing import Any

DROP_INS = ("uvloop", "rloop", "zloop", "blazio", "loopmini", "veloxloop")
"""Each a module with `new_event_loop`."""
LOOPS = ("asyncio", "eager", "debug", *DROP_INS)


def make(name: str) -> asyncio.AbstractEventLoop:
    """A new loop of that name."""
    if name in DROP_INS:
        module: Any = importlib.import_module(name)
        drop_in: asyncio.AbstractEventLoop = module.new_event_loop()
        return drop_in
    loop = asyncio.new_event_loop()
    loop.set_debug(name == "debug")
    if name == "eager":
        loop.set_task_factory(vars(asyncio)["eager_task_factory"])  # not in 3.11
    return loop
