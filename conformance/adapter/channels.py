"""Facet: bounded channels."""

from __future__ import annotations

from typing import Any

from conformance.adapter.core import Handle, optional


class Channels:
    """Ops `send`, `receive`, `send_nowait`, `receive_nowait`."""

    def channel(self, capacity: int) -> Handle:
        """A fresh channel that holds up to `capacity` items, at least 1."""
        raise NotImplementedError

    @optional
    async def send(self, channel: Handle, item: Any) -> None:
        """Put an item in, waiting for room."""
        raise NotImplementedError

    @optional
    async def receive(self, channel: Handle) -> Any:
        """Take the next item, waiting for one."""
        raise NotImplementedError

    @optional
    async def send_nowait(self, channel: Handle, item: Any) -> None:
        """Put an item in, or raise what the runtime raises for a full channel (name it `Full`)."""
        raise NotImplementedError

    @optional
    async def receive_nowait(self, channel: Handle) -> Any:
        """Take the next item, or raise what the runtime raises for an empty channel (name it `Empty`)."""
        raise NotImplementedError
