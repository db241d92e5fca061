"""Groups that are cancelled, nested or failing twice, asked of trio and of anyio."""

from __future__ import annotations

import time
from typing import Any

from native_probe import TICK, Error, Filing, shape
from structured import Api, words


def file(probe: Filing, aio: Api) -> None:
    """Groups that are cancelled by hand."""

    @probe("groups/cancel-children")
    async def _() -> str:
        log: list[str] = []

        async def child(ticks: int) -> None:
            await aio.sleep(ticks * TICK)
            log.append("finished")

        async with aio.open_group() as group:
            group.start_soon(child, 3)
            group.start_soon(child, 4)
            await aio.sleep(TICK)
            group.cancel_scope.cancel()
        log.append("left")
        return words(log, cancelled="left", some="finished left")

    @probe("groups/cancel-body")
    async def _() -> str:
        log: list[str] = []
        async with aio.open_group() as group:
            group.start_soon(aio.sleep, 3 * TICK)
            group.cancel_scope.cancel()
            await aio.sleep(TICK)
            log.append("slept")
        return words(log, interrupted="", goes_on="slept")

    @probe("groups/cancel-call-waits")
    async def _() -> str:
        log: list[str] = []

        async def child() -> None:
            try:
                await aio.sleep(5 * TICK)
            finally:
                with aio.CancelScope(shield=True):
                    await aio.sleep(TICK)
                    log.append("cleaned-up")

        async with aio.open_group() as group:
            group.start_soon(child)
            await aio.sleep(TICK)
            group.cancel_scope.cancel()
            log.append("called")
        log.append("left")
        return words(log, waits="cleaned-up called left", returns_at_once="called cleaned-up left")

    @probe("groups/cancel-by-child")
    async def _() -> str:
        log: list[str] = []

        async with aio.open_group() as group:

            async def child() -> None:
                await aio.sleep(TICK)
                group.cancel_scope.cancel()
                log.append("went-on")
                await aio.sleep(TICK)
                log.append("slept")

            group.start_soon(child)
            group.start_soon(aio.sleep, 4 * TICK)
        return words(log, next_checkpoint="went-on", at_once="", spared="went-on slept")

    @probe("groups/spawn-after-cancel")
    async def _() -> str:
        log: list[str] = []

        async def child() -> None:
            log.append("started")
            await aio.sleep(TICK)
            log.append("finished")

        async with aio.open_group() as group:
            group.cancel_scope.cancel()
            group.start_soon(child)
        return words(log, cut_at_checkpoint="started", finishes="started finished", never_starts="")

    @probe("groups/cancel-shielded-child")
    async def _() -> str:
        log: list[str] = []

        async def child() -> None:
            with aio.CancelScope(shield=True):
                await aio.sleep(3 * TICK)
                log.append("shielded")
            await aio.sleep(3 * TICK)
            log.append("finished")

        async with aio.open_group() as group:
            group.start_soon(child)
            await aio.sleep(TICK)
            group.cancel_scope.cancel()
        return words(log, waits="shielded", cuts="", spares="shielded finished")

    @probe("groups/cancel-cleanup-error")
    async def _() -> str:
        async def child() -> None:
            try:
                await aio.sleep(4 * TICK)
            finally:
                raise Error("E")

        try:
            async with aio.open_group() as group:
                group.start_soon(child)
                await aio.sleep(TICK)
                group.cancel_scope.cancel()
        except BaseException as caught:
            return shape(caught)
        return "kept"

    @probe("groups/cancel-inner")
    async def _() -> str:
        log: list[str] = []

        async def child() -> None:
            await aio.sleep(3 * TICK)
            log.append("finished")

        async with aio.open_group() as outer:
            outer.start_soon(child)
            async with aio.open_group() as inner:
                inner.start_soon(aio.sleep, 4 * TICK)
                await aio.sleep(TICK)
                inner.cancel_scope.cancel()
            log.append("between")
        return words(log, inner_only="between finished", outer_too="between")

    @probe("groups/cancel-outer-from-inner")
    async def _() -> str:
        log: list[str] = []
        async with aio.open_group() as outer:

            async def first() -> None:
                await aio.sleep(4 * TICK)
                log.append("finished")

            async def second() -> None:
                await aio.sleep(TICK)
                outer.cancel_scope.cancel()
                await aio.sleep(TICK)
                log.append("itself")

            outer.start_soon(first)
            async with aio.open_group() as inner:
                inner.start_soon(second)
            await aio.checkpoint()
            log.append("between")
        return words(log, everything="", not_itself="itself", only_the_outer="between")


async def caught_from(aio: Api, *children: object, body_fails: bool = False) -> str:
    """How the errors of these children come out of their group."""
    try:
        async with aio.open_group() as group:
            for child in children:
                group.start_soon(child)
            if body_fails:
                await aio.sleep(TICK)
                raise Error("E")
    except BaseException as caught:
        return shape(caught)
    return "kept"


def file_nested(probe: Filing, aio: Api) -> None:
    """Groups within groups, and several things at once."""

    async def bad() -> None:
        await aio.sleep(TICK)
        raise Error("E")

    async def dirty() -> None:
        try:
            await aio.sleep(4 * TICK)
        finally:
            raise Error("F")

    @probe("groups/grandchild-fails")
    async def _() -> str:
        async def parent() -> None:
            async with aio.open_group() as group:
                group.start_soon(bad)

        async def other() -> None:
            await aio.sleep(4 * TICK)

        return await caught_from(aio, parent, other)

    @probe("groups/inner-failure-order")
    async def _() -> str:
        log: list[str] = []

        async def tidy(name: str) -> None:
            try:
                await aio.sleep(4 * TICK)
            finally:
                log.append(name)

        try:
            async with aio.open_group() as outer:
                outer.start_soon(tidy, "outer")
                async with aio.open_group() as inner:
                    inner.start_soon(tidy, "inner")
                    inner.start_soon(bad)
        except BaseExceptionGroup:
            pass
        return words(log, inside_out="inner outer", outside_in="outer inner")

    @probe("groups/siblings-told")
    async def _() -> str:
        told: list[float] = []

        async def tidy() -> None:
            try:
                await aio.sleep(9 * TICK)
            finally:
                told.append(time.monotonic())

        try:
            async with aio.open_group() as group:
                group.start_soon(tidy)
                group.start_soon(tidy)
                await aio.sleep(TICK)
                group.start_soon(bad)
        except BaseExceptionGroup:
            pass
        return "together" if max(told) - min(told) < TICK else "in-turn"

    @probe("groups/three-errors")
    async def _() -> str:
        event = aio.Event()

        async def child(error: str) -> None:
            await event.wait()
            raise Error(error)

        try:
            async with aio.open_group() as group:
                for error in "EFG":
                    group.start_soon(child, error)
                await aio.sleep(TICK)
                event.set()
        except BaseException as caught:
            return "all" if shape(caught) == "[E+F+G]" else "some"
        return "kept"

    @probe("groups/body-and-child-error")
    async def _() -> str:
        answer = await caught_from(aio, dirty, body_fails=True)
        return {"bare": "body-only", "grouped": "body-grouped"}.get(answer, answer)

    @probe("groups/error-in-cancelled")
    async def _() -> str:
        event = aio.Event()

        async def child() -> None:
            await event.wait()
            raise Error("E")

        async def other() -> None:
            await aio.sleep(TICK)
            event.set()
            scope.cancel()

        async with aio.open_group() as around:
            around.start_soon(other)
            try:
                with aio.CancelScope() as scope:
                    async with aio.open_group() as group:
                        group.start_soon(child)
                        group.start_soon(aio.sleep, 4 * TICK)
            except BaseExceptionGroup as caught:
                return "error" if shape(caught) == "grouped" else shape(caught)
        return "silence"

    @probe("groups/cancelled-cleanup-error")
    async def _() -> str:
        try:
            with aio.CancelScope() as scope:
                async with aio.open_group() as group:
                    group.start_soon(dirty)
                    group.start_soon(aio.sleep, 4 * TICK)
                    await aio.sleep(TICK)
                    scope.cancel()
        except BaseException as caught:
            return "grouped" if shape(caught) == "[F]" else shape(caught)
        return "lost"

    @probe("groups/sibling-swallows")
    async def _() -> str:
        log: list[str] = []

        async def swallows() -> None:
            try:
                await aio.sleep(4 * TICK)
            except aio.cancelled():
                log.append("caught")
            log.append("went-on")

        answer = await caught_from(aio, bad, swallows)
        return words([answer, *log], first_error="grouped caught went-on", kept="kept went-on")

    @probe("groups/outside-cancel-kept")
    async def _() -> str:
        event, log = aio.Event(), list[str]()

        async def child() -> None:
            await event.wait()
            raise Error("E")

        async def parent() -> None:
            with aio.CancelScope() as scope:
                scopes.append(scope)
                try:
                    async with aio.open_group() as group:
                        group.start_soon(child)
                except BaseExceptionGroup:
                    pass
                await aio.sleep(TICK)
                log.append("went-on")

        scopes: list[Any] = []
        async with aio.open_group() as around:
            around.start_soon(parent)
            await aio.sleep(TICK)
            event.set()
            scopes[0].cancel()
        return "lost" if log else "kept"

    @probe("groups/body-cleanup-waits")
    async def _() -> str:
        log: list[str] = []
        try:
            async with aio.open_group() as group:
                group.start_soon(bad)
                try:
                    await aio.sleep(4 * TICK)
                finally:
                    await aio.sleep(TICK)
                    log.append("cleaned-up")
        except BaseExceptionGroup:
            log.append("caught")
        return words(log, finishes="cleaned-up caught", cut="caught", undisturbed="cleaned-up")
