"""Tasks that are waited for until they are ready, asked of trio and of anyio."""

from __future__ import annotations

from typing import Any

from native_probe import TICK, Error, Filing, shape
from structured import Api, words


def file(probe: Filing, aio: Api) -> None:
    """Getting ready."""

    @probe("groups/start-value")
    async def _() -> str:
        log: list[str] = []

        async def child(*, task_status: Any) -> None:
            await aio.sleep(TICK)
            task_status.started(7)
            await aio.sleep(2 * TICK)
            log.append("finished")

        async with aio.open_group() as group:
            log.append(str(await group.start(child)))
            log.append("ready")
        return words(log, value="7 ready finished", nothing="None ready finished")

    @probe("groups/start-waits")
    async def _() -> str:
        log: list[str] = []

        async def child(*, task_status: Any) -> None:
            await aio.sleep(TICK)
            log.append("prepared")
            task_status.started()
            await aio.sleep(TICK)
            log.append("finished")

        async with aio.open_group() as group:
            await group.start(child)
            log.append("ready")
        return words(
            log,
            when_ready="prepared ready finished",
            at_once="ready prepared finished",
            at_its_end="prepared finished ready",
        )

    @probe("groups/start-goes-on-at-once")
    async def _() -> str:
        log: list[str] = []

        async def child(*, task_status: Any) -> None:
            task_status.started()
            log.append("itself")
            await aio.checkpoint()

        async with aio.open_group() as group:
            await group.start(child)
            log.append("starter")
        return log[0]

    @probe("groups/started-twice")
    async def _() -> str:
        log: list[str] = []

        async def child(*, task_status: Any) -> None:
            task_status.started(1)
            try:
                task_status.started(2)
            except RuntimeError:
                log.append("refused")

        async with aio.open_group() as group:
            await group.start(child)
            await aio.sleep(TICK)
        return log[0] if log else "ignored"

    @probe("groups/start-never-ready")
    async def _() -> str:
        async def child(*, task_status: Any) -> None:
            await aio.sleep(TICK)

        async with aio.open_group() as group:
            try:
                await group.start(child)
            except RuntimeError:
                return "error"
        return "returns"

    @probe("groups/start-error-before-ready")
    async def _() -> str:
        log: list[str] = []

        async def child(*, task_status: Any) -> None:
            await aio.sleep(TICK)
            raise Error("E")

        async def other() -> None:
            await aio.sleep(2 * TICK)
            log.append("finished")

        try:
            async with aio.open_group() as group:
                group.start_soon(other)
                try:
                    await group.start(child)
                except Error:
                    log.append("start")
                await aio.sleep(3 * TICK)
        except BaseExceptionGroup:
            log.append("group")
        return words(log, start="start finished", group="group", both="start group")

    @probe("groups/start-error-after-ready")
    async def _() -> str:
        log: list[str] = []

        async def child(*, task_status: Any) -> None:
            task_status.started()
            await aio.sleep(TICK)
            raise Error("E")

        try:
            async with aio.open_group() as group:
                try:
                    await group.start(child)
                except Error:
                    log.append("start")
                await aio.sleep(3 * TICK)
                log.append("slept")
        except BaseExceptionGroup:
            log.append("group")
        return words(log, group="group", start="start slept", nowhere="slept")


def file_cancelled(probe: Filing, aio: Api) -> None:
    """Cancelled while it is waited for, and what it belongs to before and after."""

    @probe("groups/start-cancelled")
    async def _() -> str:
        log: list[str] = []

        async def child(*, task_status: Any) -> None:
            await aio.sleep(4 * TICK)
            log.append("finished")
            task_status.started()

        async with aio.open_group() as group:
            try:
                with aio.fail_after(TICK):
                    await group.start(child)
            except aio.late:
                log.append("late")
        return words(log, cancelled="late", goes_on="late finished")

    @probe("groups/start-cancelled-waits")
    async def _() -> str:
        log: list[str] = []

        async def child(*, task_status: Any) -> None:
            try:
                await aio.sleep(4 * TICK)
            finally:
                with aio.CancelScope(shield=True):
                    await aio.sleep(2 * TICK)
                    log.append("cleaned-up")

        async with aio.open_group() as group:
            with aio.move_on_after(TICK):
                await group.start(child)
            log.append("went-on")
        return words(log, waits="cleaned-up went-on", leaves="went-on cleaned-up")

    @probe("groups/start-cancelled-cleanup-error")
    async def _() -> str:
        log: list[str] = []

        async def child(*, task_status: Any) -> None:
            try:
                await aio.sleep(4 * TICK)
            finally:
                raise Error("E")

        try:
            async with aio.open_group() as group:
                try:
                    with aio.fail_after(TICK):
                        try:
                            await group.start(child)
                        except Error:
                            log.append("error")
                except aio.late:
                    log.append("late")
        except BaseExceptionGroup as caught:
            log.append(shape(caught))
        return words(log, out_of_start="error", out_of_group="late grouped", lost="late")

    @probe("groups/start-deadline-left-behind")
    async def _() -> str:
        log: list[str] = []

        async def child(*, task_status: Any) -> None:
            await aio.sleep(TICK)
            task_status.started()
            await aio.sleep(4 * TICK)
            log.append("finished")

        async with aio.open_group() as group:
            try:
                with aio.fail_after(3 * TICK):
                    await group.start(child)
                    await aio.sleep(8 * TICK)
            except aio.late:
                log.append("late")
        return words(log, left_behind="late finished", cut="late")

    @probe("groups/start-scope-left-behind")
    async def _() -> str:
        log: list[str] = []

        async def child(*, task_status: Any) -> None:
            task_status.started()
            await aio.sleep(2 * TICK)
            log.append("finished")

        async with aio.open_group() as group:
            with aio.CancelScope() as scope:
                await group.start(child)
                scope.cancel()
                await aio.sleep(TICK)
        return words(log, spared="finished", cut="")

    @probe("groups/start-shielded-until-ready")
    async def _() -> str:
        log: list[str] = []

        async with aio.open_group() as group:

            async def child(*, task_status: Any) -> None:
                await aio.sleep(2 * TICK)
                log.append("prepared")
                task_status.started()
                await aio.checkpoint()
                await aio.checkpoint()
                log.append("went-on")

            async def other() -> None:
                await aio.sleep(TICK)
                group.cancel_scope.cancel()

            group.start_soon(other)
            with aio.CancelScope(shield=True):
                await group.start(child)
        return words(log, once_ready="prepared", before="", never="prepared went-on")

    @probe("groups/start-sibling-fails")
    async def _() -> str:
        log: list[str] = []

        async def child(*, task_status: Any) -> None:
            await aio.sleep(4 * TICK)
            log.append("finished")

        async def bad() -> None:
            await aio.sleep(TICK)
            raise Error("E")

        try:
            async with aio.open_group() as group:
                group.start_soon(bad)
                await group.start(child)
        except BaseExceptionGroup as caught:
            log.append(shape(caught))
        return words(log, cancelled="grouped", spared="finished grouped")


def file_spared(probe: Filing, aio: Api) -> None:
    """What a cancelled start leaves alone."""

    @probe("groups/start-cancelled-spares-group")
    async def _() -> str:
        log: list[str] = []

        async def child(*, task_status: Any) -> None:
            await aio.sleep(6 * TICK)
            task_status.started()

        async def other(ticks: int) -> None:
            await aio.sleep(ticks * TICK)
            log.append(f"other{ticks}")

        async with aio.open_group() as group:
            group.start_soon(other, 4)
            try:
                with aio.fail_after(TICK):
                    await group.start(child)
            except aio.late:
                log.append("late")
            group.start_soon(other, 1)
        return words(log, spared="late other1 other4", cancelled="late")
