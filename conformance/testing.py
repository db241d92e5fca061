"""For adapter authors: `check_runtime(MyRuntime)` in a test holds an adapter to its contract.

Every check runs a tiny program. A failed one is a *lesson*: one line that names the method of the
adapter that broke the contract, and what was seen. Nothing here judges a runtime, only its adapter.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from functools import partial
from typing import Final, Protocol, final

from conformance.adapter.core import METHODS, Runtime
from conformance.adapter.faults import check_adapter
from conformance.engine.contract import (
    BASICS,
    CANCELLED,
    EMPTY,
    FACETS,
    FAILING,
    SPECIAL_METHODS,
    fitted,
)
from conformance.errors import AdapterError, ConformanceError
from conformance.interpreter import run_program
from conformance.lang import ops
from conformance.lang.capability import BUILT_IN, CHANNELS, SPECIAL, Capabilities, missing, needs
from conformance.lang.outcome import show_outcome
from conformance.lang.pattern import Pattern, show_pattern
from conformance.lang.program import Program
from conformance.lang.semantics import Semantics
from conformance.lang.unnamed import HINT, unnamed
from conformance.run.observation import REAL_TICK, Observation, RunOptions
from conformance.wire.address import Address
from conformance.wire.client import Worker
from conformance.wire.worker import not_written, place_of

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
    semantics: Semantics
    version: str
    file: str
    virtual: str
    steering: str
    said: str
    """What came out of the last `run`, and out of which line; empty if nothing did that is not main's own."""

    def run(self, program: Program, options: RunOptions) -> Observation:
        """One run."""


@final
class _Here:
    """An adapter in this process."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self.capabilities = runtime.capabilities()
        self.semantics = runtime.semantics
        self.version = runtime.version()
        self.file = runtime.module_file()
        self.virtual: str = runtime.virtual
        self.steering = runtime.steering
        self.said = ""

    def run(self, program: Program, options: RunOptions) -> Observation:
        self.said = ""
        observation = run_program(program, self._runtime, options, on_error=self._hear)
        gc.collect(1)  # a warning that shows this line is about what this run left behind
        return observation

    def _hear(self, error: BaseException) -> None:
        self.said = place_of(error)


@final
class _There:
    """An adapter in a worker process."""

    def __init__(self, worker: Worker) -> None:
        info = worker.start()
        self._worker = worker
        self.capabilities = info.capabilities
        self.semantics = info.semantics
        self.version = info.version
        self.file = info.file
        self.virtual = info.virtual
        self.steering = info.steering
        self.said = ""

    def run(self, program: Program, options: RunOptions) -> Observation:
        before = self._worker.noise
        observation = self._worker.run(program, options, limit=_SOON)
        lines = [s for s in self._worker.noise.removeprefix(before).splitlines() if s.strip()]
        told = any(what.startswith("run raised") for what in observation.outcome.reported)
        ends = [task.end for _, task in observation.outcome.tasks]
        errors = tuple(end.removeprefix("raised ") for end in ends if end.startswith("raised "))
        about = (line for line in reversed(lines) if told or line.startswith(errors))
        self.said = next(about, "")
        return observation


def check_runtime(adapter: type[Runtime] | Runtime) -> None:
    """Hold an adapter to its contract, in this process. Raises AssertionError with every lesson."""
    runtime = adapter() if isinstance(adapter, type) else adapter
    try:
        check_adapter(runtime)
        checks = list(_checks(_Here(runtime)))
    except NotImplementedError as error:
        checks = [Check("describes itself", str(not_written(error)))]
    except AdapterError as error:
        checks = [Check("describes itself", str(error))]
    gc.collect()  # a warning that shows this line is about what the runtime left behind, which is not to die later
    lessons = [f"{item.name}: {item.lesson}" for item in checks if item.lesson]
    assert not lessons, "\n".join([f"{type(runtime).__name__} breaks the contract:", *lessons])


def check_address(address: str) -> list[Check]:
    """The same for an address, in a worker process. Raises UsageError or NotStarted."""
    with Worker(Address.parse(address)) as worker:
        return list(_checks(_There(worker)))


def _checks(subject: Subject) -> Iterator[Check]:
    failed: set[str] = set()
    yield _check("describes itself", lambda: _describes_itself(subject))
    for name, kind, program, pattern in BASICS:
        yield _try(subject, name, kind, program, pattern, failed)
    if not missing(CANCELLED, subject.capabilities):
        lesson = partial(_recognises, subject)
        yield _unless(failed, "recognises a cancellation", CANCELLED, lesson)
    for name, program in FAILING:
        if not missing(program, subject.capabilities):
            lesson = partial(_names_it, subject, program)
            yield _unless(failed, f"names {name}", program, lesson)
    for kind, wanted, pattern in FACETS:
        program = fitted(wanted, subject.capabilities.keys())
        if kind in subject.capabilities and not missing(program, subject.capabilities):
            yield _try(subject, f"op {kind}", kind, program, pattern, failed)
    if untried := _without_a_check(subject):
        yield Check("the other ops", untried=f"{', '.join(untried)}: the catalogue asks about them")
    if subject.virtual != "none" and "sleep" in subject.capabilities:
        yield _unless(failed, "the virtual clock jumps", EMPTY, lambda: _clock_jumps(subject))
    if "sleep:infinite" in subject.capabilities or "wait" in subject.capabilities:
        yield _unless(failed, "stops at the horizon", EMPTY, lambda: _stops(subject))
    if subject.steering:
        yield _unless(failed, "a seed repeats a run", EMPTY, lambda: _repeats(subject))


def _without_a_check(subject: Subject) -> list[str]:
    """The ops that the adapter claims, and that no program of these checks performs."""
    programs = [program for _, _, program, _ in BASICS]
    programs += [program for _, program in FAILING]
    programs += [fitted(program, subject.capabilities.keys()) for _, program, _ in FACETS]
    tried = {
        op.kind
        for program in programs
        if not missing(program, subject.capabilities)
        for _, op in program.walk()
    }
    return [
        k for k in subject.capabilities if k in ops.OPS and k not in tried | BUILT_IN | ops.LOOP
    ]


def _try(
    subject: Subject, name: str, kind: str, program: Program, wanted: Pattern, failed: set[str]
) -> Check:
    """Run a program for an op, unless it needs one that failed before; `failed` is kept."""
    method = SPECIAL_METHODS.get(kind) or METHODS.get(kind, kind)
    done = _unless(failed, name, program, partial(_shows, subject, method, program, wanted))
    if done.lesson:
        failed.add(kind)
    return done


def _unless(failed: set[str], name: str, program: Program, lesson: Callable[[], str]) -> Check:
    """A check that is not made where `run`, or an op of the program, failed before: one lesson at a time."""
    if broken := (needs(program) | {"run"}) & failed:
        return Check(name, untried=f"needs `{min(broken)}`, which failed")
    return _check(name, lesson)


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
    channels = {"send", "send_nowait", "receive", "receive_nowait"} & set(subject.capabilities)
    if channels and CHANNELS.isdisjoint(subject.capabilities):
        return f"`special` and `lacks` leave none of {', '.join(sorted(CHANNELS))} for `{min(channels)}`"
    if points := sorted(_unknown_points(subject.semantics)):
        return f"`semantics`: {'; '.join(points)}"
    if subject.virtual not in ("keeps timers", "replaces timers", "none"):
        return f"`virtual` is {subject.virtual!r}"
    return ""


def _unknown_points(semantics: Semantics) -> Iterator[str]:
    """What is said of op kinds that there are not, each with the kind that may have been meant."""
    for table in ("schedule_points", "cancel_points"):
        for kind in getattr(semantics, table).keys() - {*ops.OPS, *SPECIAL, "default"}:
            near = get_close_matches(str(kind), [*ops.OPS, "default"], 1, 0)
            yield f"`{table}` names `{kind}`, which is no op; the nearest is `{near[0]}`"


def _options(subject: Subject, horizon: float = 1000.0) -> RunOptions:
    if subject.virtual != "none":
        return RunOptions(horizon=horizon)
    return RunOptions(virtual=False, tick=REAL_TICK, horizon=min(horizon, 2.0))


def _shows(subject: Subject, method: str, program: Program, wanted: Pattern) -> str:
    """Run a program that has to complete and match."""
    outcome = subject.run(program, _options(subject)).outcome
    if outcome.ending == "completed" and not outcome.reported and wanted.matches(outcome):
        return ""
    said = f": {subject.said}" if subject.said else ""
    return f"`{method}`: expected that {show_pattern(wanted)}, saw {show_outcome(outcome)}{said}"


def _recognises(subject: Subject) -> str:
    end = subject.run(CANCELLED, _options(subject)).outcome.task("a").end
    if not end.startswith("raised"):
        return ""
    return f"`is_cancellation`: the error of a cancelled task is not recognised: it {end}"


def _names_it(subject: Subject, program: Program) -> str:
    outcome = subject.run(program, _options(subject)).outcome
    odd = unnamed(outcome, program)
    return f"`errors`: nobody knows what {odd[0]} is; {HINT}" if odd else ""


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
