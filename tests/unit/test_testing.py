import asyncio
import linecache
import math
import warnings
from collections.abc import Callable
from typing import Any, Self

import pytest

from conformance.adapter.channels import Channels
from conformance.adapter.core import Body, Handle, Limits, Runtime
from conformance.adapter.tasks import Tasks
from conformance.adapter.time import Time
from conformance.lang.semantics import Semantics
from conformance.testing import check_address, check_runtime
from runtimes.on_asyncio import Asyncio


class Small(Runtime):
    """The four required methods and nothing else, on asyncio and a real clock."""

    def version(self) -> str:
        return "1"

    def module_file(self) -> str:
        return __file__

    def run(self, main: Body, limits: Limits) -> None:
        asyncio.run(self._main(main))

    async def _main(self, main: Body) -> Any:
        return await main()

    async def spawn(self, body: Body, name: str, group: Handle | None) -> Handle:
        return asyncio.ensure_future(body())

    async def checkpoint(self) -> None:
        await asyncio.sleep(0)

    def is_cancellation(self, error: BaseException) -> bool:
        return isinstance(error, asyncio.CancelledError)


class Nameless(Small):
    """Has no version."""

    def version(self) -> str:
        return ""


class Swallows(Small):
    """Never performs the program."""

    def run(self, main: Body, limits: Limits) -> None:
        return


class NeverSpawns(Small):
    """Forgets its tasks."""

    async def spawn(self, body: Body, name: str, group: Handle | None) -> Handle:
        return None


class StaysPut(Small):
    """Its checkpoint lets nobody run."""

    async def checkpoint(self) -> None:
        return


class AwaitsGenerator(Small):
    """Its checkpoint is no coroutine."""

    async def checkpoint(self) -> None:
        def pause() -> Any:
            yield

        await pause()


class WrongJoin(Small, Tasks):
    """Its join loses the value."""

    def current(self) -> Handle:
        return asyncio.current_task()

    async def join(self, task: Handle) -> Any:
        await asyncio.wait([task])


class Late(Small):
    """Its `run` raises."""

    def run(self, main: Body, limits: Limits) -> None:
        raise OSError("no loop today")


class Plain(Small):
    """Forgets `async`."""

    def spawn(self, body: Body, name: str, group: Handle | None) -> Handle:
        return asyncio.ensure_future(body())


class Awaited(Small):
    """Adds `async` where nobody awaits."""

    async def is_cancellation(self, error: BaseException) -> bool:  # type: ignore[override]
        return True


class Typo(Small):
    """Composes what there is not."""

    composed = frozenset({"spwan"})


class Unmapped(Small):
    """Its errors are a list."""

    errors = ["Timeout"]  # type: ignore[assignment]  # noqa: RUF012


class Unsure(Small):
    """Cannot tell a cancellation."""

    def is_cancellation(self, error: BaseException) -> bool:
        raise ValueError("which?")


class Clockless(Small, Time):
    """Its clock tells no seconds."""

    def now(self) -> float:
        return "noon"  # type: ignore[return-value]


class Strange(WrongJoin):
    """A join raises what nobody knows."""

    async def join(self, task: Handle) -> Any:
        try:
            return await task
        except Exception as error:
            raise TaskIsGone from error


class TaskIsGone(Exception):  # noqa: N818 — a stranger's
    """An error of its own."""


class Misspelt(Small):
    """Says something of an op that there is not."""

    semantics = Semantics(cancel_points={"default": "always", "cancelscope": "never"})


class MisspeltAgain(Small):
    """The same, in the other table."""

    semantics = Semantics(schedule_points={"aquire": "if_blocks"})


class Unbounded(Small, Channels):
    """Its channels have no bound."""

    special = frozenset({"channel:unbounded"})
    lacks = frozenset({"channel:bounded"})

    def channel(self, capacity: float) -> Handle:
        if capacity != math.inf:
            raise NotImplementedError
        return asyncio.Queue()

    async def send(self, channel: Handle, item: Any) -> None:
        await channel.put(item)

    async def receive(self, channel: Handle) -> Any:
        return await channel.get()

    async def length(self, channel: Handle) -> int:
        return int(channel.qsize())


class Roomy(Unbounded):
    """It does not say so."""

    lacks = frozenset()

    def channel(self, capacity: float) -> Handle:
        return asyncio.Queue()


class NoKind(Unbounded):
    """It has channels, and none of any kind."""

    special = frozenset()


def test_a_small_adapter_passes() -> None:
    """Four methods are enough of a contract."""
    check_runtime(Small)
    check_runtime(Small())


@pytest.mark.parametrize(
    ("adapter", "method"),
    [
        (Nameless, "`version`"),
        (Swallows, "`run`"),
        (NeverSpawns, "`spawn`"),
        (StaysPut, "`checkpoint`"),
        (WrongJoin, "`join`"),
        (Late, r"`run`.*no loop today \(test_testing.py, line \d+, in run\)"),
        (Plain, "`spawn` has to be `async def`"),
        (Awaited, "`is_cancellation` must not be `async def`"),
        (Typo, "`composed` names what nobody knows: spwan"),
        (Unmapped, "`errors` has to map exception types"),
        (Unsure, "`is_cancellation` raised ValueError: which?"),
        (Clockless, "`now` returned 'noon', not seconds"),
        (Strange, "`errors`: nobody knows what TaskIsGone is"),
        (
            Misspelt,
            "`cancel_points` names `cancelscope`, which is no op; the nearest is `cancel_scope`",
        ),
        (
            MisspeltAgain,
            "`schedule_points` names `aquire`, which is no op; the nearest is `acquire`",
        ),
        (Roomy, "op channel:bounded: `channel`: expected .*main full, a sent"),
        (NoKind, "none of channel:bounded, channel:rendezvous, channel:unbounded"),
    ],
)
def test_a_lesson_names_the_method(adapter: Callable[[], Runtime], method: str) -> None:
    """Each way to break the contract fails with a line that names the adapter's method."""
    with pytest.raises(AssertionError, match=method) as caught:
        check_runtime(adapter())
    assert "breaks the contract" in str(caught.value)


def test_a_lesson_tells_what_an_op_raised() -> None:
    """The text of an exception that nobody mapped, and the line of the adapter that it came out of."""
    with pytest.raises(
        AssertionError,
        match=r"can't be used in 'await'.* \(test_testing\.py, line \d+, in checkpoint\)",
    ):
        check_runtime(AwaitsGenerator)


def test_one_lesson_at_a_time() -> None:
    """Where `run` fails nothing else is tried: one lesson."""
    with pytest.raises(AssertionError) as caught:
        check_runtime(Late)
    assert "runs main to its end" in str(caught.value)
    assert "main's value" not in str(caught.value)


def test_a_runtime_may_have_no_current_task() -> None:
    """Tasks that can be joined do not need main to have a handle; then nothing is asked about it."""

    class Handles(Small, Tasks):
        async def join(self, task: Handle) -> Any:
            return await task

    check_runtime(Handles)
    assert "main:handle" not in Handles().capabilities()


@pytest.mark.parametrize("address", ["asyncio", "reference"])
def test_our_adapters_pass_in_a_worker(address: str) -> None:
    """The same checks hold through a worker process, every one of them."""
    checks = check_address(address)
    failed = [item for item in checks if item.lesson or item.untried]
    assert [item.name for item in failed if item.lesson] == []
    assert [item.name for item in failed] == ["the other ops"]
    assert "wait_condition" in failed[0].untried
    assert len(checks) > 40


def test_an_op_that_tells_the_contrary_gets_a_lesson() -> None:
    """Ops that only ask are tried, too: a lock that says it is free while somebody has it."""

    class Inverted(Asyncio):
        async def locked(self, lock: Any) -> bool:
            return not await super().locked(lock)

    with pytest.raises(AssertionError, match="op locked: `locked`: expected") as caught:
        check_runtime(Inverted)
    assert "op acquire" not in str(caught.value)


def test_channels_without_a_bound_are_tried() -> None:
    """A runtime that has no others passes with them: every op that it has, and none of what takes a bound."""
    check_runtime(Unbounded)

    class Forgetful(Unbounded):
        async def length(self, channel: Handle) -> int:
            return 0

    with pytest.raises(AssertionError, match="op length: `length`: expected"):
        check_runtime(Forgetful)


def test_a_deadline_that_cannot_be_cancelled_by_hand() -> None:
    """The adapter says so in `lacks`, or is told where it fails; its other scopes are tried all the same."""

    class Plain(Asyncio):
        special = frozenset({"cleanup:waits"})

        def scope(self) -> Any:
            return PlainScope()

        async def cancel_scope(self, scope: Any) -> None:
            scope.give_up()

    with pytest.raises(
        AssertionError, match=r"op cancel_scope:deadline: `cancel_scope`.*give_up"
    ) as caught:
        check_runtime(Plain)
    assert "op cancel_scope: " not in str(caught.value)

    class Honest(Plain):
        lacks = Plain.lacks | {"cancel_scope:deadline"}

    check_runtime(Honest)


class PlainScope:
    """A scope that is given up by a cancellation of its task."""

    async def __aenter__(self) -> Self:
        self._task, self._given_up = asyncio.current_task(), False
        return self

    def give_up(self) -> None:
        self._given_up = True
        assert self._task is not None
        self._task.cancel()

    async def __aexit__(self, kind: object, error: object, trace: object) -> bool:
        return self._given_up and isinstance(error, asyncio.CancelledError)


def test_what_a_run_leaves_behind_is_told_of_where_it_ended(
    recwarn: pytest.WarningsRecorder,
) -> None:
    """A coroutine in a cycle that nobody awaits: its warning comes at the end of its run, in no other code."""

    class Leaves(Small):
        async def checkpoint(self) -> None:
            ring: list[Any] = [Small.checkpoint(self)]
            ring.append(ring)
            await asyncio.sleep(0)

    with warnings.catch_warnings():
        warnings.simplefilter("always")
        check_runtime(Leaves)
    told = [w for w in recwarn if "never awaited" in str(w.message)]
    lines = {linecache.getline(w.filename, w.lineno).strip() for w in told}
    assert told
    assert all("gc.collect(" in line and "left behind" in line for line in lines), lines
