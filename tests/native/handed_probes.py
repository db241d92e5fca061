"""Groups that are handed on, asked of every runtime: children that another task starts in them."""

from __future__ import annotations

from context_probes import VAR, Tasks
from native_probe import TICK, Error, Filing, shape
from structured import Api, words


def file(probe: Filing, lib: Tasks) -> None:
    """Children that come while their group is left, or was."""

    @probe("groups/handed-child-awaited")
    async def _() -> str:
        log: list[str] = []

        async def late() -> None:
            await lib.sleep(TICK)
            log.append("finished")

        async with lib.group() as group:

            async def child() -> None:
                await lib.sleep(TICK)
                await lib.spawn(group, late)

            await lib.spawn(group, child)
        log.append("left")
        await lib.sleep(2 * TICK)
        return words(log, waits="finished left", leaves="left finished")

    @probe("groups/handed-at-empty-exit")
    async def _() -> str:
        log: list[str] = []

        async def late() -> None:
            await lib.sleep(TICK)
            log.append("finished")

        async with lib.group() as outer:
            async with lib.group() as group:

                async def starter() -> None:
                    try:
                        await lib.spawn(group, late)
                    except RuntimeError:
                        log.append("refused")

                await lib.spawn(outer, starter)
            log.append("left")
            await lib.sleep(2 * TICK)
        if "refused" in log:
            return "refused"
        return words(log, awaited="finished left", left_behind="left finished")

    @probe("groups/handed-after-end")
    async def _() -> str:
        log: list[str] = []

        async def late() -> None:
            log.append("started")

        async with lib.group() as group:
            await lib.sleep(TICK)
        try:
            await lib.spawn(group, late)
        except RuntimeError:
            log.append("refused")
        await lib.sleep(TICK)
        return words(log, refuses="refused", starts="started")


def file_places(probe: Filing, lib: Tasks) -> None:
    """Where such a child stands: whose deadline cuts it, whose its error is, and its context."""

    @probe("groups/handed-in-deadline")
    async def _() -> str:
        log: list[str] = []

        async def late() -> None:
            await lib.sleep(2 * TICK)
            log.append("finished")

        async with lib.group() as group:

            async def child() -> None:
                async with lib.within(TICK):
                    await lib.spawn(group, late)
                    await lib.sleep(3 * TICK)

            await lib.spawn(group, child)
        return words(log, spares="finished", cuts="")

    @probe("groups/handed-child-fails")
    async def _() -> str:
        async def late() -> None:
            await lib.sleep(TICK)
            raise Error("E")

        try:
            async with lib.group() as group:

                async def child() -> None:
                    await lib.sleep(TICK)
                    await lib.spawn(group, late)
                    await lib.sleep(5 * TICK)

                await lib.spawn(group, child)
                await lib.sleep(5 * TICK)
        except Exception as error:
            return shape(error)
        return "kept"

    @probe("groups/handed-context")
    async def _() -> str:
        log: list[str] = []

        async def late() -> None:
            log.append(str(VAR.get()))

        VAR.set(1)
        async with lib.group() as group:

            async def child() -> None:
                VAR.set(2)
                await lib.spawn(group, late)

            await lib.spawn(group, child)
        return words(log, the_starters="2", the_owners="1")


def file_cancelled(probe: Filing, aio: Api) -> None:
    """What asks for groups that are cancelled, and for shields."""

    @probe("groups/handed-in-cancelled-group")
    async def _() -> str:
        log: list[str] = []

        async def late() -> None:
            await aio.sleep(TICK)
            log.append("finished")

        async with aio.open_group() as group:

            async def child() -> None:
                with aio.CancelScope(shield=True):
                    await aio.sleep(2 * TICK)
                    group.start_soon(late)
                    await aio.sleep(2 * TICK)

            group.start_soon(child)
            await aio.sleep(TICK)
            group.cancel_scope.cancel()
        return words(log, cuts="", spares="finished")
