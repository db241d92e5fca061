"""Facet: channels, bounded or not, with ends that can be closed."""

from __future__ import annotations

from typing import Any

from conformance.adapter.core import Handle, optional


class Channels:
    """Ops `send`, `receive`, their `_nowait` forms, `length`; and what is done to a channel's ends."""

    def channel(self, capacity: float) -> Handle:
        """A fresh channel that holds up to `capacity` items.

        0 asks for a rendezvous, `math.inf` for no bound: only with the capabilities `channel:rendezvous` and
        `channel:unbounded`, named in `special`. A runtime whose channels all are one or the other names
        `channel:bounded` in `lacks`; then it is asked for no other capacity.
        """
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

    @optional
    async def length(self, channel: Handle) -> int:
        """How many items it holds."""
        raise NotImplementedError

    @optional
    async def close_sender(self, channel: Handle) -> None:
        """Close the sending end. An op on a closed end raises `Closed`.

        Once every sending end is closed, a receive from an empty channel raises `EndOfChannel`.
        """
        raise NotImplementedError

    @optional
    async def close_receiver(self, channel: Handle) -> None:
        """Close the receiving end. Once every one is closed, a send raises `Broken`."""
        raise NotImplementedError

    @optional
    async def clone_sender(self, channel: Handle) -> Handle:
        """Another sending end: what `send`, `send_nowait`, `close_sender` and this take for a channel."""
        raise NotImplementedError

    @optional
    async def clone_receiver(self, channel: Handle) -> Handle:
        """Another receiving end, for `receive`, `receive_nowait`, `close_receiver` and this."""
        raise NotImplementedError
