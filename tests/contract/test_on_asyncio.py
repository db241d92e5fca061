"""asyncio, asyncio:eager and uvloop: programs run as their documents say, in virtual time."""

from __future__ import annotations

import asyncio
import gc
import importlib
import math
import platform
import sys
import time
from collections.abc import Iterator

import pytest

from conformance.errors import NotStarted
from conformance.interpreter import run_program
from conformance.lang.ops import (
    Abort,
    Accept,
    Acquire,
    Attempt,
    Block_,
    Cancel,
    Checkpoint,
    Close,
    CloseListener,
    Connect,
    Detach,
    FailAfter,
    Group,
    Join,
    Listen,
    MoveOnAfter,
    Note,
    Raise,
    Receive,
    ReceiveExactly,
    ReceiveNowait,
    ReceiveSome,
    ReceiveUntilEof,
    Release,
    SendBytes,
    SendEof,
    SendNowait,
    Set,
    Sleep,
    SleepUntil,
    Spawn,
    Wait,
)
from conformance.lang.outcome import show_outcome
from conformance.lang.program import Channel, Program
from conformance.lang.semantics import Semantics
from conformance.run.observation import RunOptions
from runtimes._asyncio_flavours import Flavour
from runtimes._asyncio_streams import Listener, Traffic
from runtimes.on_asyncio import Asyncio

NEW_ENOUGH = sys.version_info >= (3, 12)
NATIVE = RunOptions(virtual=False, tick=0.02, horizon=0.4)


FLAVOURS = tuple(f"asyncio:{name}" for name in Asyncio.flavours if name not in ("", "sock"))


@pytest.fixture(params=["asyncio", *FLAVOURS, "uvloop"])
def runtime(request: pytest.FixtureRequest) -> Asyncio:
    """Each of the runtimes that this interpreter has."""
    if request.param == "uvloop":
        pytest.importorskip("uvloop", reason="uvloop is not installed")
        found: Asyncio = importlib.import_module("runtimes.on_uvloop").Uvloop()
        return found
    if request.param in ("asyncio:eager", "asyncio:wait_for") and not NEW_ENOUGH:
        pytest.skip(f"{request.param} needs CPython 3.12")
    return Asyncio(request.param.partition(":")[2])


@pytest.fixture
def complaints(capfd: pytest.CaptureFixture[str]) -> Iterator[None]:
    """What is warned of or written while garbage is collected, after the test's own code."""
    heard: list[str] = []
    hook = sys.unraisablehook
    gc.disable()  # else the collector runs inside of a run, where the interpreter hears it
    sys.unraisablehook = lambda event: heard.append(repr(event.exc_value))
    try:
        yield
        gc.collect()
        captured = capfd.readouterr()
    finally:
        sys.unraisablehook = hook
        gc.enable()
    assert (heard, captured.out, captured.err) == ([], "", "")


def shown(program: Program, runtime: Asyncio, options: RunOptions | None = None) -> str:
    """The outcome of one run, in one line."""
    return show_outcome(run_program(program, runtime, options or RunOptions()).outcome)


ECHO = Program(
    {
        "main": (
            Listen("l"),
            Spawn("server"),
            Connect("c", "l"),
            FailAfter(1, (SendBytes("c", "0123456789", 10_000),)),
            FailAfter(1, (SendEof("c"), ReceiveUntilEof("c"))),
            Close("c"),
            Join("server"),
        ),
        "server": (
            Accept("s", "l"),
            FailAfter(1, (ReceiveExactly("s", 100_000), ReceiveUntilEof("s"))),
            SendBytes("s", "0123456789", 10_000),
            Close("s"),
        ),
    }
)
ECHOED = (
    "main: got 100000 bytes crc 1cc5b887, returned; "
    "server: got 100000 bytes crc 1cc5b887, got '', returned"
)


def test_echoes_100_kb_without_time_passing(runtime: Asyncio) -> None:
    """100 kB go there and back, with half-close, under deadlines, and virtual time stands still."""
    assert {shown(ECHO, runtime) for _ in range(50)} == {ECHOED}


def test_echoes_on_the_native_clock(runtime: Asyncio) -> None:
    """The same on the loop as shipped."""
    assert shown(ECHO, runtime, RunOptions(virtual=False, tick=1.0, horizon=10)) == ECHOED


def test_deadlines_are_exact_to_the_tick(runtime: Asyncio) -> None:
    """Deadlines, sleeps and absolute times meet their tick exactly, nested ones too."""
    body = (
        MoveOnAfter(3, (Sleep(5),)),
        Sleep(2),
        Note("five"),
        Attempt((FailAfter(2, (MoveOnAfter(9, (Sleep(math.inf),)),)),), on_error=(Note("seven"),)),
        SleepUntil(11),
        Note("eleven"),
        FailAfter(math.inf, (Sleep(0.5),)),
    )
    assert shown(Program({"main": body}), runtime) == (
        "main: scope expired@3, five@5, caught Timeout@7, seven@7, eleven@11, returned@11.5"
    )


def test_past_deadlines_take_effect_at_the_next_look(runtime: Asyncio) -> None:
    """A deadline of zero or less cuts its body at the first wait, and spares what never waits."""
    body = (
        MoveOnAfter(0, (Note("a"), Checkpoint(), Note("b"))),
        MoveOnAfter(-1, (Note("c"), Sleep(-1), Note("d"))),
        MoveOnAfter(-1, (Note("e"),)),
    )
    assert shown(Program({"main": body}), runtime) == (
        "main: a, scope expired, c, scope expired, e, returned"
    )


def test_a_thousand_sleeps_take_no_real_time(runtime: Asyncio) -> None:
    """1000 sleeps of an hour end at tick 3,600,000, beyond a day too, and not after the hours that they are."""
    began = time.monotonic()
    program = Program({"main": (*[Sleep(3600)] * 1000, Note("done"))})
    options = RunOptions(horizon=1e7)
    assert shown(program, runtime, options) == "main: done@3600000, returned@3600000"
    assert time.monotonic() - began < 60


def test_a_held_up_loop_lets_time_pass(runtime: Asyncio) -> None:
    """While the loop is blocked time passes, and a timer that came due fires late."""
    program = Program(
        {
            "main": (Spawn("a"), Checkpoint(), Block_(5), Note("n"), Sleep(1), Note("m")),
            "a": (Sleep(2), Note("late")),
        }
    )
    expected = "main: n@5, m@6, returned@6; a: late@5, returned@5"
    assert shown(program, runtime) == expected
    assert shown(program, runtime, NATIVE).startswith("main: n, m, returned; a: late, returned")


DEADLOCK = Program(
    {
        "main": (Spawn("a"), Group("g", (Spawn("b", "g"), FailAfter(math.inf, (Wait("e"),))))),
        "a": (Attempt((Receive("c"),), finally_=(Sleep(1),)),),
        "b": (MoveOnAfter(10**7, (Acquire("k"), Acquire("k"))),),
    },
    events=("e",),
    locks=("k",),
    channels={"c": Channel(1)},
)


@pytest.mark.usefixtures("complaints")
def test_deadlock_is_told(runtime: Asyncio) -> None:
    """When no timer comes before the horizon the run ends at once, and says who waits for what."""
    assert shown(DEADLOCK, runtime) == (
        "main: blocked: wait e; a: blocked: receive c; b: blocked: acquire k; deadlocked"
    )


@pytest.mark.usefixtures("complaints")
def test_horizon_on_the_native_clock(runtime: Asyncio) -> None:
    """On a real clock the same run is stopped, which is not called a deadlock."""
    assert shown(DEADLOCK, runtime, NATIVE).endswith("b: blocked: acquire k; stopped")


@pytest.mark.usefixtures("complaints")
def test_deadlock_during_shutdown(runtime: Asyncio) -> None:
    """An orphan whose clean-up never ends keeps asyncio's own shutdown waiting: told as well."""
    program = Program(
        {
            "main": (Spawn("a"), Checkpoint()),
            "a": (Attempt((Sleep(math.inf),), finally_=(Wait("e"),)),),
        },
        events=("e",),
    )
    assert shown(program, runtime) == "main: returned; a: blocked: wait e; deadlocked"


def test_orphans_are_cancelled_at_shutdown(runtime: Asyncio) -> None:
    """A task that main leaves behind is cancelled, and its clean-up may take time."""
    program = Program(
        {
            "main": (Spawn("a"), Checkpoint()),
            "a": (Attempt((Sleep(100),), on_cancel=(Note("c"), Sleep(3), Note("d"))),),
        }
    )
    assert shown(program, runtime) == "main: returned; a: caught Cancelled, c, d@3, returned@3"


@pytest.mark.usefixtures("complaints")
def test_tasks_started_during_shutdown_are_destroyed(runtime: Asyncio) -> None:
    """Orphans are cancelled once: what they start then is dropped where it waits."""
    program = Program(
        {
            "main": (Spawn("a"), Checkpoint()),
            "a": (Attempt((Sleep(9),), finally_=(Spawn("b"),)),),
            "b": (Note("ran"), Sleep(3), Note("unreached")),
        }
    )
    assert shown(program, runtime) == (
        "main: returned; a: cancelled; b: ran, destroyed; reported: destroyed"
    )
    assert runtime.reports == [("destroyed", None)]


@pytest.mark.usefixtures("complaints")
def test_unretrieved_errors_are_reported(runtime: Asyncio) -> None:
    """An error that nobody retrieved ends nothing, and is told; a retrieved one is not told."""
    program = Program({"main": (Spawn("a"), Sleep(1)), "a": (Raise("E"),)})
    assert shown(program, runtime).startswith("main: returned@1; a: raised E")
    assert [(kind, str(error)) for kind, error in runtime.reports] == [("unretrieved", "E")]
    joined = Program({"main": (Spawn("a"), Attempt((Join("a"),), on_error=())), "a": (Raise("E"),)})
    assert shown(joined, runtime) == "main: caught E, returned; a: raised E"
    assert runtime.reports == []


LEFT_OPEN = Program(
    {
        "main": (
            Listen("l"),
            Spawn("s"),
            Spawn("t"),
            Connect("c", "l"),
            Connect("d", "l"),
            Sleep(1),
        ),
        "s": (Accept("p", "l"), ReceiveSome("p", 4)),
        "t": (Connect("q", "l"), SendBytes("q", "0123456789", 2_000_000)),
    }
)


@pytest.mark.usefixtures("complaints")
def test_nothing_is_warned_of(runtime: Asyncio) -> None:
    """Sockets left open, unstarted tasks and refused spawns leave no warning behind."""
    shown(LEFT_OPEN, runtime)
    late = Group("g", (Spawn("a", "g"), Attempt((Sleep(3),), finally_=(Spawn("b", "g"),))))
    refused = Program(
        {"main": (Attempt((late,), on_error=()),), "a": (Raise("E"),), "b": (Note("never"),)}
    )
    assert shown(refused, runtime) == (
        "main: caught Group(E, Misuse), returned; a: raised E; b: unstarted"
    )


def test_a_group_cancels_the_siblings_of_a_failure(runtime: Asyncio) -> None:
    """asyncio.TaskGroup: the first error cancels the others and comes out in a group."""
    program = Program(
        {
            "main": (
                Attempt((Group("g", (Spawn("a", "g"), Spawn("b", "g"), Sleep(5))),), on_error=()),
            ),
            "a": (Sleep(1), Raise("E")),
            "b": (Sleep(9),),
        }
    )
    assert shown(program, runtime) == (
        "main: caught Group(E)@1, returned@1; a: raised E@1; b: cancelled@1"
    )


def test_detached_work_outlives_its_waiter(runtime: Asyncio) -> None:
    """asyncio.shield: the cancelled waiter goes, the work stays."""
    program = Program(
        {
            "main": (Spawn("a"), Checkpoint(), Cancel("a"), Sleep(5)),
            "a": (Detach("b"),),
            "b": (Sleep(2), Note("done")),
        }
    )
    assert shown(program, runtime) == "main: returned@5; a: cancelled; b: done@2, returned@2"


def test_start_order_tells_the_flavours_apart(runtime: Asyncio) -> None:
    """A cancel before the first step skips the body, except where tasks start eagerly."""
    program = Program(
        {
            "main": (Spawn("a"), Cancel("a"), Attempt((Join("a"),), on_cancel=())),
            "a": (Note("ran"), Checkpoint(), Note("unreached")),
        }
    )
    eager = runtime.flavour == "eager"
    assert shown(program, runtime) == (
        "main: caught Cancelled, returned; a: " + ("ran, cancelled" if eager else "unstarted")
    )
    assert runtime.semantics.start == ("eager" if eager else "later")


def test_errors_have_their_normalised_names(runtime: Asyncio) -> None:
    """Misuse, Full and Empty; a cancel of oneself strikes at the next wait."""
    oneself = Join("main") if runtime.semantics.join_self == "error" else Release("k")
    program = Program(
        {
            "main": (
                Attempt((oneself,), on_error=()),
                Attempt((Release("k"),), on_error=()),
                Attempt((ReceiveNowait("c"),), on_error=()),
                SendNowait("c", 1),
                Attempt((SendNowait("c", 2),), on_error=()),
                Cancel("main"),
                Set("e"),
                Wait("e"),
                Note("on"),
                Checkpoint(),
            )
        },
        events=("e",),
        locks=("k",),
        channels={"c": Channel(1)},
    )
    assert shown(program, runtime) == (
        "main: caught Misuse, caught Misuse, caught Empty, caught Full, on, cancelled"
    )


def test_errors_of_connections_have_their_normalised_names(runtime: Asyncio) -> None:
    """Busy, Closed, IncompleteRead, Broken and Refused."""
    program = Program(
        {
            "main": (
                Listen("l"),
                Connect("c", "l"),
                Accept("d", "l"),
                Spawn("reader"),
                Checkpoint(),
                Attempt((ReceiveSome("d", 3),), on_error=()),
                SendEof("d"),
                Attempt((SendBytes("d", "x"),), on_error=()),
                SendBytes("c", "hi"),
                Join("reader"),
                Attempt((ReceiveExactly("c", 3),), on_error=()),
                Abort("c"),
                Attempt((ReceiveSome("d", 3),), on_error=()),
                CloseListener("l"),
                Attempt((Connect("e", "l"),), on_error=()),
                Attempt((Accept("f", "l"),), on_error=()),
            ),
            "reader": (ReceiveSome("d", 9),),
        }
    )
    assert shown(program, runtime) == (
        "main: caught Busy, caught Closed, caught IncompleteRead, caught Broken, caught Refused, "
        "caught Closed, returned; reader: got 'hi', returned"
    )


def test_a_slow_peer_costs_no_time_but_its_own(runtime: Asyncio) -> None:
    """20 MB wait for a peer that sleeps, and then pass without the clock running ahead."""
    program = Program(
        {
            "main": (
                Listen("l"),
                Connect("c", "l"),
                Accept("d", "l"),
                Spawn("a"),
                Sleep(5),
                FailAfter(1, (ReceiveUntilEof("d"),)),
            ),
            "a": (SendBytes("c", "0123456789", 2_000_000), Close("c"), Note("sent")),
        }
    )
    assert shown(program, runtime) == (
        "main: got 20000000 bytes crc 67012411@5, returned@5; a: sent@5, returned@5"
    )


def test_time_waits_for_what_is_on_its_way() -> None:
    """A task that waits for bytes, or for the end of a stream, which its peer owes holds time."""

    async def story() -> list[bool]:
        traffic, listener = Traffic(), Listener()
        await listener.open(traffic)
        near = traffic.add(*await asyncio.open_connection("127.0.0.1", listener.port))
        far = await listener.accept()
        seen = [traffic.in_flight()]
        waiting = asyncio.create_task(far.reader.read())
        await asyncio.sleep(0)
        seen.append(traffic.in_flight())
        near.writer.write_eof()
        near.ended = True
        seen.append(traffic.in_flight())
        await waiting
        seen.append(traffic.in_flight())
        traffic.close()
        await asyncio.sleep(0)
        return seen

    assert asyncio.run(story()) == [False, False, True, False]


def test_every_answer_is_cited(runtime: Asyncio) -> None:
    """Each field of the semantics has a citation, and none is cited that there is not."""
    fields = set(Semantics.__dataclass_fields__) - {"citations"}
    assert set(runtime.semantics.citations) == fields
    for text in runtime.semantics.citations.values():
        assert "asyncio" in text
        assert "{" not in text


def test_capabilities_say_what_is_composed(runtime: Asyncio) -> None:
    """What asyncio lacks is absent, what the adapter builds is marked, the rest is native."""
    had = runtime.capabilities()
    assert "shield" not in had
    composed = {kind for kind, support in had.items() if support == "composed"}
    built = runtime.built if isinstance(runtime, Flavour) else frozenset()
    assert composed == {"abort", "accept", "move_on_after", "sleep_until"} | built
    assert had["spawn"] == had["join"] == had["connect"] == had["sleep:negative"] == "native"


def test_version_and_place(runtime: Asyncio) -> None:
    """The version is that of the package which `module_file` names."""
    name = "uvloop" if type(runtime).__name__ == "Uvloop" else "asyncio"
    assert f"/{name}/__init__.py" in runtime.module_file()
    found = vars(importlib.import_module(name)).get("__version__", platform.python_version())
    assert runtime.version() == found


def test_unknown_flavours_do_not_start() -> None:
    """A flavour that there is not is refused with a clear message."""
    with pytest.raises(NotStarted, match="asyncio has no flavour 'lazy'"):
        Asyncio("lazy")


@pytest.mark.skipif(NEW_ENOUGH, reason="CPython 3.12 and later have eager tasks")
def test_eager_tasks_need_a_newer_cpython() -> None:
    """Before CPython 3.12 the flavour `eager` is refused with the reason."""
    with pytest.raises(NotStarted, match=r"needs CPython 3\.12"):
        Asyncio("eager")
