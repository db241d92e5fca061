"""A group and deadlines for a runtime that has none.

Most programs are driven by a group and end with a deadline, so that few can be asked without them. They are composed
of `spawn`, `join`, `cancel`, `current`, `checkpoint`, `sleep` and events; name them in `composed`, and nothing *about*
them is asked. They fit a runtime that tells a task of its cancellation once (`cancellation="edge"`, the default).

Once a child fails, its siblings and the owner are cancelled, and the group raises when all have ended: that is
`groups="propagates"`, the default. One cancellation of the owner may be taken for another that comes in the same round:
where a program that `fuzz` made fails by a composed deadline only, look here first.

    def group(self):
        return Group(self)

    def fail_after(self, seconds):
        return Deadline(self, seconds, MyTimeoutError)

    def move_on_after(self, seconds):
        return Deadline(self, seconds)

    async def spawn(self, body, name, group):
        if group is not None:
            return await group.spawn(body, name)
        …
"""

from __future__ import annotations

from contextlib import suppress
from typing import Any, Final, final

from conformance.adapter.core import Body, Handle

COMPOSED: Final = frozenset({"group", "fail_after", "move_on_after"})
"""What an adapter that uses all of it names in `composed`."""


class _Telling:
    """A block whose owner it may cancel: once, and it knows that cancellation for its own."""

    def __init__(self, runtime: Any) -> None:
        self._runtime = runtime
        self._owner: Handle = None
        self._inside = True
        self._told = False

    async def _tell(self) -> None:
        if self._inside and not self._told:
            self._told = True
            await self._runtime.cancel(self._owner)

    def _is_told(self, error: BaseException | None) -> bool:
        return error is not None and bool(self._runtime.is_cancellation(error))

    async def _hear(self) -> None:
        """The owner was cancelled, and its body met no cancel point: let that out before the block is left."""
        try:
            await self._runtime.checkpoint()
        except BaseException as error:
            if not self._is_told(error):
                raise


@final
class Group(_Telling):
    """A group of tasks; each is watched by another one, which joins it."""

    def __init__(self, runtime: Any) -> None:
        super().__init__(runtime)
        self._alive: list[Handle] = []
        self._errors: list[BaseException] = []
        self._stopping = False
        self._idle: Handle = None  # an event: the owner waits at the end of its block

    async def __aenter__(self) -> Group:
        self._owner = self._runtime.current()
        return self

    async def spawn(self, body: Body, name: str) -> Handle:
        """Start a child."""

        async def child() -> Any:
            try:
                return await body()
            except BaseException as error:
                if not self._is_told(error):
                    self._errors.append(error)
                raise

        async def watch() -> None:
            with suppress(BaseException):  # the child has told of it
                await self._runtime.join(task)
            self._alive.remove(task)
            if self._errors and not self._stopping:
                await self._stop()
                await self._tell()
            if self._idle is not None and not self._alive:
                idle, self._idle = self._idle, None
                await self._runtime.set_event(idle)

        task = await self._runtime.spawn(child, name, None)
        self._alive.append(task)
        await self._runtime.spawn(watch, f"{name} watched", None)
        return task

    async def _stop(self) -> None:
        self._stopping = True
        for task in list(self._alive):
            await self._runtime.cancel(task)

    async def __aexit__(self, _: object, error: BaseException | None, __: object) -> bool:
        heard = self._is_told(error)
        outside = error if heard and not self._told else None
        if error is not None:
            if not heard:
                self._errors.insert(0, error)
            await self._stop()
        while self._alive:
            self._idle = self._runtime.event()
            try:
                await self._runtime.wait_event(self._idle)
            except BaseException as told:
                if not self._is_told(told):
                    raise
                if self._told and not heard:
                    heard = True
                else:
                    outside = told
                    await self._stop()
        self._inside = False
        if self._told and not heard:
            await self._hear()
        if self._errors:
            raise BaseExceptionGroup("errors in a group", self._errors) from None
        if outside is not None and outside is not error:
            raise outside
        return heard and outside is None


@final
class Deadline(_Telling):
    """Cancels its owner when the time is up; then raises `error`, or without one just leaves the block."""

    def __init__(
        self, runtime: Any, seconds: float, error: type[BaseException] | None = None
    ) -> None:
        super().__init__(runtime)
        self._seconds = seconds
        self._error = error
        self._timer: Handle = None
        self._ticking = True

    async def __aenter__(self) -> Deadline:
        self._owner = self._runtime.current()
        self._timer = await self._runtime.spawn(self._strike, "deadline", None)
        return self

    async def _strike(self) -> None:
        try:
            await self._runtime.sleep(max(self._seconds, 0))
        except BaseException as told:
            if not self._is_told(told):
                raise
        else:
            await self._tell()
        finally:
            self._ticking = False

    async def __aexit__(self, _: object, error: BaseException | None, __: object) -> bool:
        self._inside = False
        if self._ticking:
            await self._runtime.cancel(self._timer)
        heard = self._is_told(error)
        if not self._told or not heard:
            if self._told:
                await self._hear()
            return False
        if self._error is not None:
            raise self._error from error
        return True
