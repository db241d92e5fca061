"""Cancel scopes that are cancelled by hand, asked of trio and of anyio."""

from __future__ import annotations

import time

from native_probe import TICK, Error, Filing
from structured import Api, words


def file_reach(probe: Filing, aio: Api) -> None:
    """Whom a cancellation reaches, and when."""

    @probe("scopes/cancel-from-outside")
    async def _() -> str:
        log: list[str] = []

        async def other() -> None:
            await aio.sleep(TICK)
            scope.cancel()

        async with aio.open_group() as group:
            with aio.CancelScope() as scope:
                group.start_soon(other)
                await aio.sleep(4 * TICK)
                log.append("slept")
            log.append("after")
        return words(log, given_up="after", goes_on="slept after")

    @probe("scopes/cancel-from-inside")
    async def _() -> str:
        log: list[str] = []
        with aio.CancelScope() as scope:
            scope.cancel()
            log.append("went-on")
            await aio.sleep(TICK)
            log.append("slept")
        return words(log, next_checkpoint="went-on", at_once="", never="went-on slept")

    @probe("scopes/cancel-inner")
    async def _() -> str:
        log: list[str] = []
        with aio.CancelScope():
            with aio.CancelScope() as inner:
                inner.cancel()
                await aio.sleep(TICK)
            await aio.sleep(TICK)
            log.append("between")
        log.append("after")
        return words(log, inner_only="between after", outer_too="after")

    async def two_scopes(*cancelled: str) -> list[str]:
        log: list[str] = []
        scopes: dict[str, object] = {}

        async def other() -> None:
            await aio.sleep(TICK)
            for name in cancelled:
                scopes[name].cancel()  # type: ignore[attr-defined]

        async with aio.open_group() as group:
            group.start_soon(other)
            with aio.CancelScope() as scopes["outer"]:
                with aio.CancelScope() as scopes["inner"]:
                    await aio.sleep(4 * TICK)
                log.append("between")
                await aio.sleep(4 * TICK)
            log.append("after")
        return log

    @probe("scopes/cancel-outer")
    async def _() -> str:
        return words(await two_scopes("outer"), outer="after", inner_first="between after")

    @probe("scopes/cancel-inside-out")
    async def _() -> str:
        log = await two_scopes("inner", "outer")
        return words(log, outer="after", inner_then_outer="between after")

    @probe("scopes/code-after-inner")
    async def _() -> str:
        log: list[str] = []
        with aio.CancelScope() as outer:
            with aio.CancelScope():
                outer.cancel()
            log.append("between")
            await aio.checkpoint()
            log.append("late")
        return words(log, runs_on="between", cut_at_once="", escapes="between late")

    @probe("scopes/covers-group")
    async def _() -> str:
        log: list[str] = []

        async def child() -> None:
            await aio.sleep(4 * TICK)
            log.append("finished")

        async def other() -> None:
            await aio.sleep(TICK)
            scope.cancel()

        async with aio.open_group() as group:
            group.start_soon(other)
            with aio.CancelScope() as scope:
                async with aio.open_group() as inside:
                    inside.start_soon(child)
        return words(log, covers="", spares="finished")

    @probe("scopes/spares-spawned-outside")
    async def _() -> str:
        log: list[str] = []

        async def child() -> None:
            await aio.sleep(TICK)
            log.append("finished")

        async with aio.open_group() as group:
            with aio.CancelScope() as scope:
                group.start_soon(child)
                scope.cancel()
                await aio.sleep(TICK)
        return words(log, spared="finished", cancelled="")


def file_told(probe: Filing, aio: Api) -> None:
    """How often it is told, and what a shield does to it."""

    @probe("scopes/swallow-then-wait")
    async def _() -> str:
        log: list[str] = []
        with aio.CancelScope() as scope:
            scope.cancel()
            try:
                await aio.sleep(TICK)
            except aio.cancelled():
                log.append("caught")
            await aio.sleep(TICK)
            log.append("slept")
        return words(log, told_again="caught", sleeps_on="caught slept")

    @probe("scopes/cancel-twice")
    async def _() -> str:
        log: list[str] = []

        async def other() -> None:
            await aio.sleep(TICK)
            scope.cancel()
            await aio.sleep(TICK)
            scope.cancel()

        async with aio.open_group() as group:
            with aio.CancelScope() as scope:
                group.start_soon(other)
                try:
                    await aio.sleep(8 * TICK)
                finally:
                    with aio.CancelScope(shield=True):
                        await aio.sleep(3 * TICK)
                        log.append("cleaned-up")
        return words(log, nothing="cleaned-up", interrupts="")

    @probe("scopes/shield-between")
    async def _() -> str:
        log: list[str] = []

        async def other() -> None:
            await aio.sleep(TICK)
            scope.cancel()

        async with aio.open_group() as group:
            with aio.CancelScope() as scope:
                group.start_soon(other)
                with aio.CancelScope(shield=True):
                    await aio.sleep(2 * TICK)
                    log.append("shielded")
                await aio.checkpoint()
                await aio.checkpoint()
                log.append("passed")
        return words(log, told_after="shielded", passes="shielded passed", cut_inside="")

    @probe("scopes/cancel-inside-shield")
    async def _() -> str:
        log: list[str] = []

        async def other() -> None:
            await aio.sleep(TICK)
            scope.cancel()

        async with aio.open_group() as group:
            group.start_soon(other)
            with aio.CancelScope(shield=True), aio.CancelScope() as scope:
                await aio.sleep(4 * TICK)
                log.append("slept")
        return words(log, given_up="", goes_on="slept")

    async def race(*, set_first: bool) -> str:
        log: list[str] = []
        event = aio.Event()

        async def other() -> None:
            await aio.sleep(TICK)
            if set_first:
                event.set()
            scope.cancel()
            event.set()

        async with aio.open_group() as group:
            group.start_soon(other)
            with aio.CancelScope() as scope:
                await event.wait()
                log.append("waited")
        return words(log, completes="waited", cancelled="")

    @probe("scopes/set-then-cancel")
    async def _() -> str:
        return await race(set_first=True)

    @probe("scopes/cancel-then-set")
    async def _() -> str:
        return await race(set_first=False)


def file_state(probe: Filing, aio: Api) -> None:
    """Deadlines that are cancelled by hand, and what a scope says of itself."""

    @probe("scopes/cancel-move-on-after")
    async def _() -> str:
        log: list[str] = []
        with aio.move_on_after(9 * TICK) as scope:
            scope.cancel()
            await aio.sleep(TICK)
            log.append("slept")
        return words(log, given_up="", goes_on="slept")

    async def cancel_fail_after(*, late: bool) -> str:
        answer = "moves-on"
        try:
            with aio.fail_after((1 if late else 9) * TICK) as scope:
                scope.cancel()
                if late:
                    time.sleep(2 * TICK)  # holding the loop up is the point
                await aio.checkpoint()
                answer = "goes-on"
        except aio.late:
            return "fails"
        return answer

    @probe("scopes/cancel-fail-after")
    async def _() -> str:
        return await cancel_fail_after(late=False)

    @probe("scopes/cancel-fail-after-late")
    async def _() -> str:
        return await cancel_fail_after(late=True)

    @probe("scopes/called-but-not-told")
    async def _() -> str:
        with aio.CancelScope() as scope:
            scope.cancel()
        said = [str(scope.cancel_called), str(scope.cancelled_caught)]
        return words(
            said, called_not_caught="True False", caught="True True", neither="False False"
        )

    @probe("scopes/caught-by-whom")
    async def _() -> str:
        with aio.CancelScope() as outer, aio.CancelScope() as inner:
            outer.cancel()
            await aio.sleep(TICK)
        said = [str(inner.cancelled_caught), str(outer.cancelled_caught)]
        return words(said, outer="False True", both="True True")

    @probe("scopes/error-in-cancelled")
    async def _() -> str:
        log: list[str] = []
        try:
            with aio.CancelScope() as scope:
                scope.cancel()
                try:
                    await aio.sleep(TICK)
                finally:
                    raise Error("E")
        except Error:
            log.append("error")
        log.append(str(scope.cancelled_caught))
        return words(log, error_not_caught="error False", error_and_caught="error True")

    @probe("scopes/cancel-after-exit")
    async def _() -> str:
        with aio.CancelScope() as scope:
            pass
        scope.cancel()
        await aio.sleep(TICK)
        said = [str(scope.cancel_called), str(scope.cancelled_caught)]
        return words(said, only_called="True False", nothing="False False")


def file_pending(probe: Filing, aio: Api) -> None:
    """What a task knows of a cancellation that waits for it."""

    def pending() -> str:
        return "yes" if aio.pending() else "no"

    @probe("scopes/pending-inside-and-behind")
    async def _() -> str:
        log = []
        with aio.CancelScope() as scope:
            log.append(pending())
            scope.cancel()
            log.append(pending())
            await aio.checkpoint()
        log.append(pending())
        return words(log, inside_only="no yes no", never="no no no", behind_too="no yes yes")

    @probe("scopes/pending-in-cleanup")
    async def _() -> str:
        log = []
        with aio.CancelScope() as scope:
            scope.cancel()
            try:
                await aio.sleep(TICK)
            finally:
                log.append(pending())
            await aio.sleep(TICK)
        return words(log, again="yes", told_already="no")

    @probe("scopes/pending-in-shield")
    async def _() -> str:
        log = []
        with aio.CancelScope() as scope:
            scope.cancel()
            with aio.CancelScope(shield=True):
                log.append(pending())
            try:
                await aio.sleep(TICK)
            finally:
                with aio.CancelScope(shield=True):
                    log.append(pending())
                log.append(pending())
        return words(log, behind_it="no no yes", inside_too="yes yes yes", never="no no no")


def file_grouped(probe: Filing, aio: Api) -> None:
    """What a cancelled scope makes of its cancellation in an exception group."""

    @probe("scopes/cancelled-in-group")
    async def _() -> str:
        try:
            with aio.CancelScope() as scope:
                scope.cancel()
                try:
                    await aio.sleep(TICK)
                except* aio.cancelled():  # noqa: TRY203  # that makes a group of it
                    raise
        except BaseException:
            return "leaks"
        return "kept"

    @probe("scopes/cancelled-beside-error")
    async def _() -> str:
        try:
            with aio.CancelScope() as scope:
                scope.cancel()
                try:
                    await aio.sleep(TICK)
                except aio.cancelled() as error:
                    raise BaseExceptionGroup("both", [error, Error()]) from None
        except BaseExceptionGroup as errors:
            return "leaks" if errors.split(aio.cancelled())[0] is not None else "kept"
        return "? nothing comes out"
