"""Facet: semaphores, capacity limiters, barriers."""

from __future__ import annotations

from conformance.adapter.core import Handle, optional


class Permits:
    """Ops `acquire_semaphore` and its like, `acquire_limiter` and its like, `wait_barrier`."""

    def semaphore(self, value: int) -> Handle:
        """A fresh semaphore with that many permits, which may become more."""
        raise NotImplementedError

    def bounded_semaphore(self, value: int) -> Handle:
        """A fresh semaphore with that many permits and never more (capability `semaphore:bounded`)."""
        raise NotImplementedError

    @optional
    async def acquire_semaphore(self, semaphore: Handle) -> None:
        """Take a permit, waiting for one."""
        raise NotImplementedError

    @optional
    async def acquire_semaphore_nowait(self, semaphore: Handle) -> None:
        """Take a permit, or raise what the runtime raises when there is none (name it `WouldBlock`)."""
        raise NotImplementedError

    @optional
    async def release_semaphore(self, semaphore: Handle) -> None:
        """Give a permit. What the runtime raises for one too many is named `Misuse`."""
        raise NotImplementedError

    @optional
    async def semaphore_value(self, semaphore: Handle) -> int:
        """How many permits are there to be taken."""
        raise NotImplementedError

    def limiter(self, tokens: int) -> Handle:
        """A fresh capacity limiter with that many tokens."""
        raise NotImplementedError

    @optional
    async def acquire_limiter(self, limiter: Handle) -> None:
        """Borrow a token for the running task, waiting for one."""
        raise NotImplementedError

    @optional
    async def acquire_limiter_nowait(self, limiter: Handle) -> None:
        """Borrow a token, or raise what the runtime raises when there is none (name it `WouldBlock`)."""
        raise NotImplementedError

    @optional
    async def release_limiter(self, limiter: Handle) -> None:
        """Give the running task's token back."""
        raise NotImplementedError

    @optional
    async def set_limit(self, limiter: Handle, tokens: int) -> None:
        """Let it have that many tokens in all."""
        raise NotImplementedError

    @optional
    async def available_tokens(self, limiter: Handle) -> int:
        """Its tokens less the borrowed ones."""
        raise NotImplementedError

    def barrier(self, parties: int) -> Handle:
        """A fresh barrier for that many tasks."""
        raise NotImplementedError

    @optional
    async def wait_barrier(self, barrier: Handle) -> int:
        """Wait for the others; the number that the runtime gives to this task."""
        raise NotImplementedError
