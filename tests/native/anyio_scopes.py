"""Scopes, moved deadlines, groups and starts asked of anyio itself."""

from __future__ import annotations

import asyncio

import anyio
import anyio.lowlevel
import anyio_run
import context_probes
import handed_probes
import structured_deadlines
import structured_groups
import structured_scopes
import structured_start
from anyio_run import probe
from context_probes import VAR
from native_probe import TICK
from structured import Api, words

API = Api(
    open_group=anyio.create_task_group,
    CancelScope=anyio.CancelScope,
    move_on_after=anyio.move_on_after,
    fail_after=anyio.fail_after,
    late=TimeoutError,
    cancelled=anyio.get_cancelled_exc_class,
    sleep=anyio.sleep,
    checkpoint=anyio.lowlevel.checkpoint,
    Event=anyio.Event,
    now=anyio.current_time,
    pending=lambda: anyio.get_current_task().has_pending_cancellation(),
)

structured_scopes.file_reach(probe, API)
structured_scopes.file_told(probe, API)
structured_scopes.file_state(probe, API)
structured_scopes.file_pending(probe, API)
structured_scopes.file_grouped(probe, API)
structured_deadlines.file(probe, API)
structured_deadlines.file_late(probe, API)
structured_groups.file(probe, API)
structured_groups.file_nested(probe, API)
structured_start.file(probe, API)
structured_start.file_cancelled(probe, API)
structured_start.file_spared(probe, API)
context_probes.file(probe, context_probes.Structured(API))
handed_probes.file(probe, context_probes.Structured(API))
handed_probes.file_places(probe, context_probes.Structured(API))
handed_probes.file_cancelled(probe, API)

context_probes.file_scoped(probe, context_probes.Structured(API))


@probe("context/child-set-then-join")
async def _() -> str:
    async def sets() -> None:
        VAR.set(2)
        await anyio.lowlevel.checkpoint()

    VAR.set(1)
    async with anyio.create_task_group() as group:
        await group.create_task(sets())
    return words([str(VAR.get())], stays="1", leaks="2")


async def asked(*, swallows: bool) -> list[str]:
    """The status of a cancelled task: in its clean-up, and at its end."""
    log: list[str] = []

    async def child() -> None:
        try:
            await anyio.sleep(4 * TICK)
        except anyio.get_cancelled_exc_class():
            log.append(handle.status.name)
            if not swallows:
                raise

    async with anyio.create_task_group() as group:
        handle = group.create_task(child())
        await anyio.sleep(TICK)
        handle.cancel()
        await anyio.sleep(TICK)
        log.append(handle.status.name)
    return log


@probe("cancellation/called-during-cleanup")
async def _() -> str:
    return words((await asked(swallows=False))[:1], not_yet="CANCELLING", already="CANCELLED")


@probe("cancellation/called-afterwards")
async def _() -> str:
    return words((await asked(swallows=False))[1:], called="CANCELLED")


@probe("cancellation/called-though-returned")
async def _() -> str:
    return words((await asked(swallows=True))[1:], called="CANCELLED", not_called="FINISHED")


@probe("cancellation/done-during-cleanup")
async def _() -> str:
    return words(await asked(swallows=False), at_its_end="CANCELLING CANCELLED")


def requests() -> str:
    """How many requests to cancel this task of asyncio are open."""
    if anyio_run.BACKEND == "trio":
        return "none"
    task = asyncio.current_task()
    assert task is not None
    return str(task.cancelling())


@probe("cancellation/requests-of-two")
async def _() -> str:
    log: list[str] = []

    async def child() -> None:
        try:
            await anyio.sleep(4 * TICK)
        finally:
            log.append(requests())

    async with anyio.create_task_group() as group:
        handle = group.create_task(child())
        await anyio.sleep(TICK)
        handle.cancel()
        handle.cancel()
    return words(log, each="2", one="1", none="0")


@probe("cancellation/requests-after-scope")
async def _() -> str:
    with anyio.CancelScope() as scope:
        scope.cancel()
        await anyio.sleep(TICK)
    await anyio.sleep(TICK)
    return words([requests()], none="0", some="1")


@probe("cancellation/requests-after-inner-scope")
async def _() -> str:
    with anyio.CancelScope() as outer:
        with anyio.CancelScope():
            outer.cancel()
            await anyio.sleep(TICK)
    await anyio.sleep(TICK)
    return words([requests()], none="0", some="1")


@probe("cancellation/requests-after-deadline")
async def _() -> str:
    try:
        with anyio.fail_after(TICK):
            await anyio.sleep(4 * TICK)
    except TimeoutError:
        await anyio.sleep(TICK)
    return words([requests()], none="0", some="1")
