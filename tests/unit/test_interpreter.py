"""Programs on a tiny runtime made here: what is asked of it, and what its answers become."""

import sys
from collections.abc import Callable, Coroutine, Generator
from types import TracebackType
from typing import Any, Self

import pytest

from conformance.adapter.core import Body, Limits, Runtime
from conformance.adapter.scopes import Scopes
from conformance.adapter.tasks import Tasks
from conformance.adapter.tcp import Tcp
from conformance.errors import AdapterError
from conformance.interpreter import ProgramError, run_program
from conformance.interpreter.ops import METHODS
from conformance.lang import ops
from conformance.lang.ops import (
    Attempt,
    Block,
    Cancel,
    Checkpoint,
    Connect,
    Group,
    Join,
    Listen,
    Log,
    MoveOnAfter,
    Note,
    Raise,
    Return,
    Sleep,
    Spawn,
)
from conformance.lang.ops.threads import ONLY_IN_THREADS
from conformance.lang.outcome import show_outcome
from conformance.lang.program import Program
from conformance.run.frames import SCOPES
from conformance.run.observation import Observation, RunOptions


class FakeCancelled(BaseException):
    """How the fake tells a task that it was cancelled."""


class Yield:
    """Awaited: lets the others run."""

    def __await__(self) -> Generator[None, None, None]:
        yield


class FakeTask:
    """A coroutine that is resumed in turn with the others."""

    def __init__(self, body: Body) -> None:
        coroutine: Any = body()
        self.coroutine: Coroutine[Any, Any, Any] = coroutine
        self.done = self.cancelled = False
        self.value: Any = None
        self.error: BaseException | None = None

    def resume(self) -> None:
        """One step."""
        try:
            if self.cancelled:
                self.cancelled = False
                self.coroutine.throw(FakeCancelled())
            else:
                self.coroutine.send(None)
        except StopIteration as stop:
            self.done, self.value = True, stop.value
        except BaseException as error:  # noqa: BLE001  # whatever the task ended by
            self.done, self.error = True, error


class FakeGroup:
    """A group that joins its children and raises what they raised."""

    def __init__(self) -> None:
        self.children: list[FakeTask] = []

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        while not all(child.done for child in self.children):
            await Yield()
        failed = [child.error for child in self.children if child.error is not None]
        if failed:
            raise BaseExceptionGroup("children", failed)


class Swallows:
    """A scope, entered without waiting, that swallows whatever comes."""

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, error: object, trace: object) -> bool:
        return error is not None


class Fake(Tcp, Scopes, Tasks, Runtime):
    """Steps its tasks in turn, for as many rounds as the horizon says."""

    special = frozenset({"cancel:self"})

    def version(self) -> str:
        return "1"

    def module_file(self) -> str:
        return __file__

    def run(self, main: Body, limits: Limits) -> None:
        self.reports.clear()
        self.tasks: list[FakeTask] = []
        first = FakeTask(main)
        self.tasks.append(first)
        for _ in range(int(limits.horizon)):
            for task in list(self.tasks):
                if not task.done:
                    self.running = task
                    task.resume()
            if first.done:
                break
        else:
            limits.stop()
        for task in self.tasks:
            if not task.done:
                self.reports.append(("destroyed", None))
                task.coroutine.close()
        if first.error is not None:
            raise first.error

    def now(self) -> float:
        return 0.0

    def current(self) -> FakeTask:
        return self.running

    async def spawn(self, body: Body, name: str, group: FakeGroup | None) -> FakeTask:
        task = FakeTask(body)
        self.tasks.append(task)
        if group is not None:
            group.children.append(task)
        return task

    async def join(self, task: FakeTask) -> Any:
        while not task.done:
            await Yield()
        if task.error is not None:
            raise task.error
        return task.value

    async def cancel(self, task: FakeTask) -> None:
        task.cancelled = True

    async def checkpoint(self) -> None:
        await Yield()

    def group(self) -> FakeGroup:
        return FakeGroup()

    def move_on_after(self, seconds: float) -> Swallows:
        return Swallows()

    def is_cancellation(self, error: BaseException) -> bool:
        return isinstance(error, FakeCancelled)


OPTIONS = RunOptions(horizon=20)


def shown(
    tasks: dict[str, Block], runtime: Runtime | None = None, options: RunOptions = OPTIONS
) -> str:
    """The outcome of a run, in one line."""
    return show_outcome(run_program(Program(tasks), runtime or Fake(), options).outcome)


def test_every_op_has_its_place() -> None:
    """Each op is performed by the frames, is a scope, or has a function in the table."""
    inside = {"note", "raise", "raise_group", "return", "attempt"}
    scopes = {scope.kind for scope in SCOPES}
    assert {*METHODS, *inside, *scopes, *ONLY_IN_THREADS} == set(ops.OPS)
    assert len(METHODS) + len(inside) + len(scopes) + len(ONLY_IN_THREADS) == len(ops.OPS)


def test_values_and_logs() -> None:
    """A joined value is logged unless it is none; shared entries name their task."""
    body = (Spawn("a"), Spawn("b"), Join("a"), Join("b"), Log("last"))
    assert shown({"main": body, "a": (Log("x"), Return(0)), "b": ()}) == (
        "main: got 0, returned; a: returned 0; b: returned; log: a x, main last"
    )


def test_errors_keep_their_identity() -> None:
    """The program's error is itself wherever it comes out; one that is merely equal is a copy."""
    tasks: dict[str, Block] = {
        "main": (Spawn("a"), Attempt((Join("a"),), on_error=())),
        "a": (Raise("E"),),
    }
    assert shown(tasks) == "main: caught E, returned; a: raised E"

    class Copies(Fake):
        async def join(self, task: FakeTask) -> Any:
            try:
                return await super().join(task)
            except ProgramError as error:
                raise ProgramError(str(error)) from None

    assert shown(tasks, Copies()) == "main: caught Copy(E), returned; a: raised E"


def test_group_names() -> None:
    """The members of a group are sorted by name, whatever their order; nested ones too."""
    spawns = (Spawn("a", "g"), Spawn("b", "g"), Spawn("c", "g"))
    inner = (Group("h", (Spawn("d", "h"),)),)
    assert shown(
        {
            "main": (Attempt((Group("g", spawns),), on_error=()),),
            "a": (Raise("Z"),),
            "b": (Raise("A"),),
            "c": inner,
            "d": (Raise("M"),),
        }
    ).startswith("main: caught Group(A, Group(M), Z), returned; a: raised Z")


def test_a_group_of_cancellations_is_one() -> None:
    """An exception group that holds nothing but cancellations is a cancellation."""
    cancels = (Spawn("a", "g"), Checkpoint(), Checkpoint(), Cancel("a"))
    body = Attempt((Group("g", cancels),), on_cancel=())
    assert shown({"main": (body,), "a": (Checkpoint(), Checkpoint(), Checkpoint())}) == (
        "main: caught Cancelled, returned; a: cancelled"
    )


def test_unopened() -> None:
    """What is used before it is there is an error of the program, not ours."""
    late = (Attempt((Join("b"),), on_error=(Note("early"),)), Checkpoint(), Join("b"))
    main = (Spawn("a"), Checkpoint(), Checkpoint(), Spawn("b"), Join("a"))
    assert shown({"main": main, "a": late, "b": ()}) == (
        "main: returned; a: caught Unopened, early, returned; b: returned"
    )
    tcp: Block = (Attempt((Connect("s", "l"),), on_error=()), Raise("E"), Listen("l"))
    assert shown({"main": tcp}) == "main: caught Unopened, raised E"


@pytest.mark.parametrize("task", ["main", "a"])
def test_an_op_that_is_not_written_is_the_adapters_fault(task: str) -> None:
    """NotImplementedError, in whichever task, is told as a lesson, never as an outcome."""
    missing: Block = (Attempt((Listen("l"),), on_error=()),)
    other: Block = (Spawn("a"), *(Checkpoint(),) * 3)
    tasks = {"main": missing} if task == "main" else {"main": other, "a": missing}
    with pytest.raises(AdapterError, match="`listen` raised NotImplementedError") as caught:
        shown(tasks)
    assert "`lacks`" in caught.value.hint


def test_oneself() -> None:
    """A task that cancels itself is handed to the runtime as the running one."""
    assert shown({"main": (Cancel("main"), Checkpoint(), Checkpoint())}) == "main: cancelled"


def test_destroyed() -> None:
    """A task whose coroutine is closed was destroyed; its handlers and clean-up do not run."""
    wait = Attempt(
        (Checkpoint(), Checkpoint(), Checkpoint()), on_cancel=(Note("never"),), finally_=()
    )
    assert shown({"main": (Spawn("a"), Checkpoint()), "a": (wait,)}) == (
        "main: returned; a: destroyed; reported: destroyed"
    )


def test_blocked_unstarted_unspawned() -> None:
    """A stopped run tells where each task was: blocked at an op, not begun, or not even spawned."""
    forever = (Spawn("a"), Join("a"), Spawn("c"))

    class Lazy(Fake):
        async def spawn(self, body: Body, name: str, group: FakeGroup | None) -> FakeTask:
            task = FakeTask(body)
            task.coroutine.close()  # it never takes its first step
            return task

    assert shown({"main": forever, "a": (), "c": ()}, Lazy()) == (
        "main: blocked: join a; a: unstarted; c: unspawned; deadlocked"
    )
    real = RunOptions(virtual=False, tick=0.02, horizon=5)
    assert shown({"main": forever, "a": (), "c": ()}, Lazy(), real).endswith("; stopped")


def test_stop_is_told_before_teardown() -> None:
    """What was seen at the horizon is told then, and what comes after changes nothing."""
    told: list[Observation] = []
    program = Program({"main": (Spawn("a"), Join("a")), "a": (Join("main"),)})
    result = run_program(program, Fake(), OPTIONS, told.append)
    assert [seen.outcome for seen in told] == [result.outcome]
    assert result.outcome.task("a").end == "blocked: join main"


@pytest.mark.parametrize("stopped", [False, True])
def test_reports(stopped: bool) -> None:
    """What the runtime told nobody is reported by kind and name, of a stopped run too."""

    class Tells(Fake):
        def run(self, main: Body, limits: Limits) -> None:
            stop = limits.stop

            def tell() -> None:
                for task in self.tasks:
                    if task.error is not None:
                        self.reports.append(("unretrieved", task.error))
                self.reports.append(("unhandled", KeyError()))
                stop()

            super().run(main, Limits("virtual", 1.0, limits.horizon, None, tell))
            if not stopped:
                tell()

    end: Block = (Join("main"),) if stopped else ()
    line = shown({"main": (Spawn("a"), Checkpoint(), *end), "a": (Raise("E"),)}, Tells())
    assert line.endswith("reported: unhandled KeyError, unretrieved E")


def test_what_comes_out_of_run() -> None:
    """An error of the runtime's own is reported; main's own is not, wrapped in a group or not."""

    class Wraps(Fake):
        wrap: Callable[[BaseException], BaseException] = staticmethod(lambda error: error)

        def run(self, main: Body, limits: Limits) -> None:
            try:
                super().run(main, limits)
            except BaseException as error:  # noqa: BLE001  # whatever main ended by
                raise self.wrap(error) from None

    runtime = Wraps()
    tasks: dict[str, Block] = {"main": (Raise("E"),)}
    assert shown(tasks, runtime) == "main: raised E"
    runtime.wrap = lambda error: BaseExceptionGroup("", [error])
    assert shown(tasks, runtime) == "main: raised E"
    runtime.wrap = lambda error: BaseExceptionGroup("", [error, KeyError()])
    assert shown(tasks, runtime) == "main: raised E; reported: run raised Group(E, KeyError)"
    runtime.wrap = lambda _: ZeroDivisionError()
    assert shown(tasks, runtime) == "main: raised E; reported: run raised ZeroDivisionError"


def test_swallowing_scopes() -> None:
    """A scope's exit that returns true swallows; move_on_after then logs that it expired."""
    assert shown({"main": (MoveOnAfter(1, (Raise("E"),)), Note("on"))}) == (
        "main: scope expired, on, returned"
    )


def test_adapter_errors_pass() -> None:
    """A broken contract is our error for the adapter's author, never an outcome."""

    class Broken(Fake):
        async def checkpoint(self) -> None:
            raise AdapterError("broken")

    with pytest.raises(AdapterError, match=r"^broken$"):
        shown({"main": (Attempt((Checkpoint(),), on_error=()),)}, Broken())


def test_missing_methods_are_outcomes() -> None:
    """An op that the adapter has not is an error like any other inside the program."""
    assert shown({"main": (Sleep(1),)}) == "main: raised AttributeError"


def test_trace() -> None:
    """The trace has begin and end of each request, with the name of an error."""
    program = Program(
        {"main": (Attempt((MoveOnAfter(1, ()), Cancel("main"), Checkpoint()), on_cancel=()),)}
    )
    options = RunOptions(horizon=20, trace=True)
    trace = run_program(program, Fake(), options).trace
    assert [(event.what, event.detail) for event in trace] == [
        ("begin", "move_on_after 1"),
        ("end", ""),
        ("begin", "leave move_on_after"),
        ("end", ""),
        ("begin", "cancel main"),
        ("end", ""),
        ("begin", "checkpoint"),
        ("error", "Cancelled"),
    ]
    assert run_program(program, Fake(), OPTIONS).trace == ()


def test_the_hook_is_put_back() -> None:
    """What cannot be raised during a run goes nowhere; afterwards the hook is the one it was."""
    hook = sys.unraisablehook
    shown({"main": ()})
    assert sys.unraisablehook is hook
