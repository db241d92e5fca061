"""Facet: time. All durations and times are in seconds of the runtime's clock."""

from __future__ import annotations

from conformance.adapter.core import optional


class Time:
    """Ops `sleep`, `sleep_until`, `block`."""

    @optional
    def now(self) -> float:
        """The runtime's clock."""
        raise NotImplementedError

    @optional
    async def sleep(self, seconds: float) -> None:
        """Sleep, in the runtime's own spelling, whatever the sign."""
        raise NotImplementedError

    @optional
    async def sleep_until(self, when: float) -> None:
        """Sleep until `now()` would return `when`."""
        raise NotImplementedError

    @optional
    async def block(self, seconds: float) -> None:
        """Let time pass without a checkpoint: advance the virtual clock, or hold the thread."""
        raise NotImplementedError
