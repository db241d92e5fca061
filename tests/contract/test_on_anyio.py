import pytest

from conformance.errors import NotStarted
from conformance.lang import ops
from conformance.lang.outcome import show_outcome
from tests.contract.structured_programs import EVENT, Claim, check, every_claim, program, run

pytest.importorskip("anyio")

from runtimes.on_anyio import Anyio
from runtimes.on_anyio_tasks import NATIVE

FAILING = program(
    ops.Attempt((ops.Group("g", (ops.Spawn("a", "g"), ops.Sleep(9))),), on_error=()),
    ops.Attempt((ops.Join("a"),), on_error=()),
    a=(ops.Sleep(1), ops.Raise("E")),
)


@pytest.fixture(params=["asyncio", "uvloop", "trio"])
def runtime(request: pytest.FixtureRequest) -> Anyio:
    """The adapter, on each backend that is installed."""
    try:
        return Anyio(request.param)
    except NotStarted as error:
        pytest.skip(str(error))


@every_claim
def test_a_program_shows_on_virtual_time(
    runtime: Anyio, claim: Claim, capfd: pytest.CaptureFixture[str]
) -> None:
    """What a structured runtime shows, anyio does, on each backend."""
    check(runtime, claim, capfd)


def test_what_a_failing_child_leaves(runtime: Anyio) -> None:
    """A group raises its child's error in a group; awaiting a task handle wraps it."""
    joined = "JoinError(E)" if NATIVE else "E"
    shown = show_outcome(run(runtime, FAILING))
    assert shown == f"main: caught Group(E)@1, caught {joined}@1, returned@1; a: raised E@1"


def test_handles_are_composed_where_there_are_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """On versions without task handles a scope and an event do: a join raises the error itself."""
    monkeypatch.setattr("runtimes.on_anyio_tasks.NATIVE", False)
    shown = show_outcome(run(Anyio("asyncio"), FAILING))
    assert shown == "main: caught Group(E)@1, caught E@1, returned@1; a: raised E@1"


def test_the_native_clock_keeps_its_horizon(runtime: Anyio) -> None:
    """Without virtual time a wait for ever, in a shield, is stopped, and a deadline works."""
    stuck = program(
        ops.MoveOnAfter(1, (ops.Sleep(9),)), ops.Shield((ops.Wait("e"),)), objects=EVENT
    )
    outcome = run(runtime, stuck, virtual=False, tick=0.02, horizon=0.2)
    assert show_outcome(outcome) == "main: scope expired, blocked: wait e; stopped"


def test_past_and_endless_deadlines(runtime: Anyio) -> None:
    """A deadline may lie before now, or nowhere."""
    asked = program(
        ops.MoveOnAfter(-1, (ops.Sleep(1),)), ops.MoveOnAfter(float("inf"), (ops.Sleep(1),))
    )
    assert show_outcome(run(runtime, asked)) == "main: scope expired, returned@1"


REQUESTS = program(
    *(ops.Spawn("a"), ops.Cancelling("a"), ops.Sleep(1), ops.Cancel("a"), ops.Sleep(1)),
    *(ops.Cancelling("a"), ops.MoveOnAfter(1, (ops.Sleep(9),)), ops.Cancelling("main")),
    a=(ops.Attempt((ops.Sleep(9),), finally_=(ops.Cancelling("a"),)),),
)


@pytest.mark.parametrize("native", [NATIVE, False])
def test_requests_are_those_of_the_asyncio_task(
    runtime: Anyio, monkeypatch: pytest.MonkeyPatch, native: bool
) -> None:
    """Asked before its first step, in its clean-up, when it has ended; and of main. trio has none to ask for."""
    monkeypatch.setattr("runtimes.on_anyio_tasks.NATIVE", native)
    if runtime.flavour == "trio":
        assert "cancelling" not in runtime.capabilities()
        return
    assert runtime.capabilities()["cancelling"] == "native"
    shown = show_outcome(run(runtime, REQUESTS))
    assert shown.startswith("main: got 0, got 0@2, scope expired@3, got 0@3, returned@3")
    assert "a: got 1@1" in shown


def test_a_connection_that_is_lost_at_once_is_a_connection(runtime: Anyio) -> None:
    """What a dead socket is asked for its address shows in no program (over uvloop it has not even a socket)."""
    lost = program(
        *(ops.Listen("l"), ops.Spawn("a"), ops.Checkpoint(), ops.Checkpoint()),
        *(ops.CloseListener("l"), ops.Sleep(1)),
        a=(ops.Attempt((ops.Connect("c", "l"),), on_error=()), ops.Note("n")),
    )
    shown = show_outcome(run(runtime, lost))
    assert "n, returned" in shown
    assert "AttributeError" not in shown


def test_what_is_composed_is_said(runtime: Anyio) -> None:
    """Handles are anyio's own where it has them; a task outside a group is ours."""
    had = runtime.capabilities()
    assert had["spawn"] == had["abort"] == "composed"
    assert had["join"] == had["cancel"] == ("native" if NATIVE else "composed")
    assert had["group"] == had["accept"] == "native"
    assert "detach" not in had


def test_every_answer_is_cited(runtime: Anyio) -> None:
    """Each field of the semantics says where it comes from."""
    semantics = runtime.semantics
    uncited = (
        {"citations"} if runtime.flavour == "trio" else {"citations", "thread_call"}
    )  # finding 140
    assert set(semantics.citations) == {*semantics.__dataclass_fields__} - uncited


def test_a_backend_has_to_be_named() -> None:
    """Without a flavour nothing starts, and the hint names the three."""
    with pytest.raises(NotStarted) as raised:
        Anyio("")
    assert "anyio:asyncio, anyio:uvloop, anyio:trio" in raised.value.hint
