"""For adapter authors: `check_runtime(MyRuntime)` in a test holds an adapter to its contract.

Every check runs a tiny program. A failed one is a *lesson*: one line that names the method of the
adapter that broke the contract, and what was seen. Nothing here judges a runtime, only its adapter.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Final, Protocol, final

from conformance.adapter.core import METHODS, Runtime
from conformance.engine.samples import SAMPLES
from conformance.errors import AdapterError, ConformanceError
from conformance.interpreter import run_program
from conformance.lang import ops
from conformance.lang.capability import SPECIAL, Capabilities, missing, needs
from conformance.lang.outcome import show_outcome
from conformance.lang.pattern import Pattern, ends, has, shared, show_pattern
from conformance.lang.program import Channel, Program
from conformance.run.observation import REAL_TICK, Observation, RunOptions
from conformance.wire.address import Address
from conformance.wire.client import Worker
from conformance.wire.worker import not_written

_FOREVER: Final = float("inf")
_QUICK: Final = 1.0
"""Seconds of wall time in which a virtual clock has to jump over any number of ticks."""
_SOON: Final = 5.0
"""Seconds of wall time in which a run has to end once its horizon is reached."""


@final
@dataclass(frozen=True, slots=True)
class Check:
    """One check. `lesson` is empty when it passed; `untried` says why it could not be made."""

    name: str
    lesson: str = ""
    untried: str = ""


class Subject(Protocol):
    """An adapter that can be tried, in this process or in another one."""

    capabilities: Capabilities
    version: str
    file: str
    virtual: str
    steering: str

    def run(self, program: Program, options: RunOptions) -> Observation:
        """One run."""


@final
class _Here:
    """An adapter in this process."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self.capabilities = runtime.capabilities()
        self.version = runtime.version()
        self.file = runtime.module_file()
        self.virtual: str = runtime.virtual
        self.steering = runtime.steering

    def run(self, program: Program, options: RunOptions) -> Observation:
        return run_program(program, self._runtime, options)


@final
class _There:
    """An adapter in a worker process."""

    def __init__(self, worker: Worker) -> None:
        info = worker.start()
        self._worker = worker
        self.capabilities = info.capabilities
        self.version = info.version
        self.file = info.file
        self.virtual = info.virtual
        self.steering = info.steering

    def run(self, program: Program, options: RunOptions) -> Observation:
        return self._worker.run(program, options, limit=_SOON)


def check_runtime(adapter: type[Runtime] | Runtime) -> None:
    """Hold an adapter to its contract, in this process. Raises AssertionError with every lesson."""
    runtime = adapter() if isinstance(adapter, type) else adapter
    try:
        checks = list(_checks(_Here(runtime)))
    except NotImplementedError as error:
        checks = [Check("describes itself", str(not_written(error)))]
    lessons = [f"{item.name}: {item.lesson}" for item in checks if item.lesson]
    assert not lessons, "\n".join([f"{type(runtime).__name__} breaks the contract:", *lessons])


def check_address(address: str) -> list[Check]:
    """The same for an address, in a worker process. Raises UsageError or NotStarted."""
    with Worker(Address.parse(address)) as worker:
        return list(_checks(_There(worker)))


def _checks(subject: Subject) -> Iterator[Check]:
    failed: set[str] = set()
    yield _check("describes itself", lambda: _describes_itself(subject))
    for name, kind, program, pattern in _BASICS:
        yield _try(subject, name, kind, program, pattern, failed)
    if not missing(_CANCELLED, subject.capabilities):
        yield _check("recognises a cancellation", lambda: _recognises(subject))
    for kind, program, pattern in _FACETS:
        if kind in subject.capabilities and not missing(program, subject.capabilities):
            yield _try(subject, f"op {kind}", kind, program, pattern, failed)
    if subject.virtual != "none" and "sleep" in subject.capabilities:
        yield _check("the virtual clock jumps", lambda: _clock_jumps(subject))
    if "sleep:infinite" in subject.capabilities or "wait" in subject.capabilities:
        yield _check("stops at the horizon", lambda: _stops(subject))
    if subject.steering:
        yield _check("a seed repeats a run", lambda: _repeats(subject))


def _try(
    subject: Subject, name: str, kind: str, program: Program, wanted: Pattern, failed: set[str]
) -> Check:
    """Run a program for an op, unless it needs one that failed before; `failed` is kept."""
    if broken := ((needs(program) | {"run"}) - {kind}) & failed:
        return Check(name, untried=f"needs `{min(broken)}`, which failed")
    method = _SPECIAL_METHODS.get(kind) or METHODS.get(kind, kind)
    done = _check(name, partial(_shows, subject, method, program, wanted))
    if done.lesson:
        failed.add(kind)
    return done


def _check(name: str, lesson: Callable[[], str]) -> Check:
    try:
        return Check(name, lesson())
    except AdapterError as error:
        return Check(name, str(error))
    except (NotImplementedError, ConformanceError) as error:
        return Check(name, f"{type(error).__name__}: {error}")


# ---------------------------------------------------------------- the checks


def _describes_itself(subject: Subject) -> str:
    if not subject.version or type(subject.version) is not str:
        return f"`version` returned {subject.version!r}, not the runtime's version"
    if not subject.file or type(subject.file) is not str:
        return f"`module_file` returned {subject.file!r}, not the file of the runtime's module"
    if unknown := set(subject.capabilities) - {*ops.OPS, *SPECIAL}:
        return f"`capabilities` names what nobody knows: {', '.join(sorted(unknown))}"
    if subject.virtual not in ("keeps timers", "replaces timers", "none"):
        return f"`virtual` is {subject.virtual!r}"
    return ""


def _options(subject: Subject, horizon: float = 1000.0) -> RunOptions:
    if subject.virtual != "none":
        return RunOptions(horizon=horizon)
    return RunOptions(virtual=False, tick=REAL_TICK, horizon=min(horizon, 2.0))


def _shows(subject: Subject, method: str, program: Program, wanted: Pattern) -> str:
    """Run a program that has to complete and match."""
    outcome = subject.run(program, _options(subject)).outcome
    if outcome.ending == "completed" and not outcome.reported and wanted.matches(outcome):
        return ""
    return f"`{method}`: expected that {show_pattern(wanted)}, saw {show_outcome(outcome)}"


def _recognises(subject: Subject) -> str:
    end = subject.run(_CANCELLED, _options(subject)).outcome.task("a").end
    if not end.startswith("raised"):
        return ""
    return f"`is_cancellation`: the error of a cancelled task is not recognised: it {end}"


def _clock_jumps(subject: Subject) -> str:
    program = Program({"main": (ops.Sleep(1000), ops.Note("woke"))})
    begun = time.monotonic()
    outcome = subject.run(program, RunOptions(horizon=5000.0)).outcome
    took = time.monotonic() - begun
    log = outcome.task("main").log
    if not log or log[0].tick != 1000:
        return f"`run` or `now`: after sleep 1000 expected woke@1000, saw {show_outcome(outcome)}"
    return "" if took < _QUICK else f"`run`: 1000 s of virtual time took {took:.1f} s"


def _stops(subject: Subject) -> str:
    if "wait" in subject.capabilities:
        program = Program({"main": (ops.Wait("e"),)}, events=("e",))
    else:
        program = Program({"main": (ops.Sleep(_FOREVER),)})
    begun = time.monotonic()
    outcome = subject.run(program, _options(subject, 50.0)).outcome
    took = time.monotonic() - begun
    wanted = ("deadlocked", "stopped")
    if outcome.ending not in wanted:
        return f"`run`: blocked for ever, it has to call `limits.stop`; saw {show_outcome(outcome)}"
    if not outcome.task("main").end.startswith("blocked"):
        return f"`run`: `limits.stop` comes before any teardown; saw {show_outcome(outcome)}"
    return "" if took < _SOON else f"`run`: took {took:.1f} s to end at its horizon"


def _repeats(subject: Subject) -> str:
    names = ("a", "b", "c", "d")
    body = (ops.Log("ran"), ops.Checkpoint(), ops.Log("went-on"))
    tail = (ops.Checkpoint(),) * 6
    program = Program({"main": (*map(ops.Spawn, names), *tail), **dict.fromkeys(names, body)})
    horizon = _options(subject)
    options = RunOptions(horizon.virtual, horizon.tick, horizon.horizon, seed=7)
    first, second = (subject.run(program, options).outcome.shared for _ in range(2))
    if first == second:
        return ""
    return "`run`: two runs with the same `limits.seed` took different schedules"


# ---------------------------------------------------------------- the programs


def _with(*body: ops.Op, **tasks: tuple[ops.Op, ...]) -> Program:
    used = {name for ops_ in (body, *tasks.values()) for op in ops_ for name in _names(op)}
    return Program(
        {"main": body, **tasks},
        events=("e",) if "e" in used else (),
        locks=("l",) if "l" in used else (),
        channels={"c": Channel(1)} if "c" in used else {},
    )


def _names(op: ops.Op) -> Iterator[str]:
    yield from (str(getattr(op, name, "")) for name in ("event", "lock", "channel"))
    for _, block in op.blocks():
        for inner in block:
            yield from _names(inner)


_LATER: Final = (ops.Checkpoint(),) * 8
"""Long enough for a task that does not wait to come to its end."""

_BASICS: Final = (
    (
        "runs main to its end",
        "run",
        _with(ops.Note("ran")),
        has(main="ran") & ends(main="returned"),
    ),
    ("main's value", "run", _with(ops.Return("v")), ends(main="returned v")),
    ("main's error", "run", _with(ops.Raise("E")), ends(main="raised E")),
    ("checkpoint", "checkpoint", _with(ops.Checkpoint(), ops.Note("past")), has(main="past")),
    (
        "spawn",
        "spawn",
        _with(ops.Spawn("a"), *_LATER, a=(ops.Note("ran"),)),
        has(a="ran") & ends(a="returned", main="returned"),
    ),
    (
        "a checkpoint lets others run",
        "checkpoint",
        _with(ops.Spawn("a"), *_LATER, ops.Log("done"), a=(ops.Checkpoint(), ops.Log("ran"))),
        shared("a ran", "main done"),
    ),
)

_CANCELLED: Final = _with(
    *(ops.Spawn("a"), *_LATER, ops.Cancel("a")),
    ops.Attempt((ops.Join("a"),), on_error=(), on_cancel=()),
    a=(ops.Wait("e"),),
)

_PEER: Final = (ops.Connect("s", "k"),)
_SERVED: Final = (ops.Listen("k"), ops.Spawn("a"), ops.Accept("t", "k"))


def _served(*body: ops.Op, peer: tuple[ops.Op, ...] = ()) -> Program:
    """`a` connects and does `peer`; main accepts and does `body`; both close."""
    return _with(
        *(*_SERVED, *body, ops.Close("t"), ops.Join("a"), ops.CloseListener("k")),
        a=(*_PEER, *peer, ops.Close("s")),
    )


_SPECIAL_METHODS: Final = {
    "sleep:negative": "sleep",
    "deadline:negative": "move_on_after",
    "cancel:self": "cancel",
}

_FACETS: Final = (
    ("join", _with(ops.Spawn("a"), ops.Join("a"), a=(ops.Return(5),)), has(main="got 5")),
    ("cancel", _CANCELLED, ends(a="cancelled", main="returned")),
    ("detach", _with(ops.Detach("a"), a=(ops.Return(5),)), has(main="got 5")),
    (
        "group",
        _with(ops.Group("g", (ops.Spawn("a", "g"),)), ops.Note("out"), a=(ops.Note("ran"),)),
        has(a="ran", main="out"),
    ),
    ("shield", _with(ops.Shield((ops.Note("in"),)), ops.Note("out")), has(main=["in", "out"])),
    (
        "move_on_after",
        _with(ops.MoveOnAfter(1, (ops.Wait("e"),)), ops.Note("out")),
        has(main=["scope expired", "out"]),
    ),
    (
        "fail_after",
        _with(ops.Attempt((ops.FailAfter(1, (ops.Wait("e"),)),), on_error=())),
        has(main="caught Timeout"),
    ),
    ("sleep", _with(ops.Sleep(2), ops.Note("woke")), has(main="woke@2")),
    ("sleep:negative", _with(ops.Sleep(-1), ops.Note("woke")), has(main="woke")),
    (
        "deadline:negative",
        _with(ops.MoveOnAfter(-1, (ops.Wait("e"),)), ops.Note("out")),
        has(main=["scope expired", "out"]),
    ),
    (
        "cancel:self",
        _with(ops.Spawn("a"), *_LATER, a=(ops.Cancel("a"), *_LATER, ops.Note("missed"))),
        ends(a="cancelled", main="returned"),
    ),
    ("sleep_until", _with(ops.SleepUntil(3), ops.Note("woke")), has(main="woke@3")),
    ("block", _with(ops.Block_(2), ops.Note("past")), has(main="past@2")),
    ("wait", _with(ops.Spawn("a"), ops.Wait("e"), a=(ops.Set("e"),)), ends(main="returned")),
    ("set", _with(ops.Set("e"), ops.Wait("e")), ends(main="returned")),
    ("acquire", _with(ops.Acquire("l"), ops.Release("l")), ends(main="returned")),
    ("send", _with(ops.Send("c", 7), ops.Receive("c")), has(main="got 7")),
    ("receive", _with(ops.Spawn("a"), ops.Receive("c"), a=(ops.Send("c", 7),)), has(main="got 7")),
    (
        "send_nowait",
        _with(ops.SendNowait("c", 1), ops.Attempt((ops.SendNowait("c", 2),), on_error=())),
        has(main="caught Full"),
    ),
    (
        "receive_nowait",
        _with(ops.Attempt((ops.ReceiveNowait("c"),), on_error=())),
        has(main="caught Empty"),
    ),
    ("accept", _served(), ends(main="returned", a="returned")),
    (
        "send_bytes",
        _served(ops.ReceiveExactly("t", 4), peer=(ops.SendBytes("s", "ab", 2),)),
        has(main="got 'abab'"),
    ),
    (
        "receive_some",
        _served(ops.ReceiveSome("t", 9), peer=(ops.SendBytes("s", "x"),)),
        has(main="got 'x'"),
    ),
    (
        "receive_until_eof",
        _served(ops.ReceiveUntilEof("t"), peer=(ops.SendBytes("s", "xyz"),)),
        has(main="got 'xyz'"),
    ),
    (
        "send_eof",
        _served(
            *(ops.ReceiveUntilEof("t"), ops.SendBytes("t", "re")),
            peer=(ops.SendEof("s"), ops.ReceiveUntilEof("s")),
        ),
        has(a="got 're'", main="got ''"),
    ),
    (
        "abort",
        _with(
            *(*_SERVED, ops.ReceiveSome("t", 1), ops.Abort("t"), ops.Join("a")),
            ops.CloseListener("k"),
            a=(
                *(*_PEER, ops.SendBytes("s", "x")),
                ops.Attempt((ops.ReceiveSome("s", 1),), on_error=()),  # eventlet takes it for EOF
                ops.Attempt((ops.SendBytes("s", "y"),), on_error=()),
                ops.Close("s"),
            ),
        ),
        has(a="caught Broken"),
    ),
    (
        "connect",
        _with(
            *(ops.Listen("k"), ops.CloseListener("k")),
            *[ops.Checkpoint()] * 10,  # some close in a round or two, as asyncio allows
            ops.Attempt((ops.Connect("s", "k"),), on_error=()),
        ),
        has(main="caught Refused"),
    ),
    *SAMPLES,
)
