"""What every broken event loop is made of: asyncio's own loop with one method broken."""

from __future__ import annotations

import asyncio
import re
from asyncio import selector_events
from collections.abc import Callable, Mapping
from types import FunctionType
from typing import Any, Final, Self, TypeVar

from runtimes._asyncio_clock import NativeLoop, VirtualClock, VirtualLoop
from runtimes.on_asyncio import Asyncio

BaseLoop: Final[Any] = asyncio.SelectorEventLoop
BaseTransport: Final[Any] = vars(selector_events)["_SelectorSocketTransport"]

FOUND: dict[str, type] = {}
"""Every broken loop, or the broken transport of one, by name."""

_C = TypeVar("_C", bound=type)


def broken(found: _C) -> _C:
    """Register a broken loop, or transport, by the name of its class: `loop-reader-once`."""
    FOUND["loop-" + re.sub(r"(?<!^)(?=[A-Z])", "-", found.__name__).lower()] = found
    return found


def is_plain(callback: object) -> bool:
    """Whether a callback is somebody's function, and none of asyncio's own."""
    return isinstance(callback, FunctionType) and not callback.__module__.startswith("asyncio.")


def sentences() -> Mapping[str, str]:
    """What is broken in each, by name."""
    return {name: (FOUND[name].__doc__ or "").strip() for name in sorted(FOUND)}


def broken_loop(name: str) -> type:
    """The class that is mixed into asyncio's loop, by the mutant's name."""
    found = FOUND[name]
    if issubclass(found, asyncio.AbstractEventLoop):
        return found

    def make(self: Any, *args: Any, **named: Any) -> Any:
        return found(self, *args, **named)  # type: ignore[call-arg]

    return type(found.__name__, (BaseLoop,), {"_make_socket_transport": make})


class LoopMutant(Asyncio):
    """asyncio's adapter on a broken loop."""

    def __new__(cls, name: str) -> Self:
        """No flavour of asyncio's: the name is that of a mutant."""
        return super().__new__(cls)

    def __init__(self, name: str) -> None:
        super().__init__("")
        self.flavour = name
        mixed_in = broken_loop(name)
        self._loops: tuple[Callable[..., Any], Callable[..., Any]] = (
            type(mixed_in.__name__, (mixed_in, NativeLoop), {}),
            type(mixed_in.__name__, (mixed_in, VirtualLoop), {}),
        )

    def _native_loop(self) -> Any:
        return self._loops[0]()

    def _virtual_loop(self, clock: VirtualClock) -> Any:
        return self._loops[1](clock)
