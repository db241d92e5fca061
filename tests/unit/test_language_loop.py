import json

import jsonschema
import pytest

from conformance.errors import ScenarioError
from conformance.interpreter import run_program
from conformance.lang import ops
from conformance.lang.capability import missing
from conformance.lang.check_loop import WAITING
from conformance.lang.codec import program_from_json, program_hash, program_to_json
from conformance.lang.ops import Op
from conformance.lang.program import Program
from conformance.lang.scenario import Scenario
from conformance.lang.schema import program_schema
from conformance.lang.text import show_program
from conformance.run.observation import RunOptions
from runtimes.on_asyncio import Asyncio
from runtimes.reference.adapter import Reference
from tests.mutants.bench import catalogue

VALIDATOR = jsonschema.Draft202012Validator(program_schema())
AREA = [scenario for scenario in catalogue().values() if scenario.area == "loop"]
PAIR = ops.SocketPair("s", "p")


def test_scenarios_use_every_op_of_the_loop() -> None:
    """No op of the area is there for nothing, and none escapes the tests below."""
    assert {op.kind for s in AREA for _, op in s.program.walk()} >= ops.LOOP
    assert WAITING < ops.LOOP


@pytest.mark.parametrize("scenario", AREA, ids=lambda scenario: scenario.id)
def test_json_both_ways(scenario: Scenario) -> None:
    """A program comes back from JSON text equal, and the published schema takes it."""
    data = program_to_json(scenario.program)
    VALIDATOR.validate(data)
    back = program_from_json(json.loads(json.dumps(data)))
    assert back == scenario.program
    assert program_hash(back) == program_hash(scenario.program)
    assert show_program(back).count("task ") == len(back.tasks)


@pytest.mark.parametrize("kind", sorted(WAITING))
def test_a_callback_cannot_wait(kind: str) -> None:
    """A program whose callback has an op that waits names that op."""
    made: dict[str, Op] = {
        "run_in_executor": ops.RunInExecutor("b"),
        "create_connection": ops.CreateConnection("t", "v"),
        "start_serving": ops.StartServing("v"),
        "wait_server_closed": ops.WaitServerClosed("v"),
        "wait_told": ops.WaitTold("u", "made"),
        "wait_received": ops.WaitReceived("u", 1),
        "sock_accept": ops.SockAccept("x", "l"),
        "sock_connect": ops.SockConnect("x", "l"),
        "sock_recv": ops.SockRecv("s", 1),
        "sock_recv_into": ops.SockRecvInto("s", 1),
        "sock_sendall": ops.SockSendall("s", "x"),
        "create_server": ops.CreateServer("w"),
        "adopt_socket": ops.AdoptSocket("x", "s"),
    }
    opened = (
        PAIR,
        ops.SocketListen("l"),
        ops.CreateServer("v"),
        ops.Incoming("u", "v"),
        ops.CallSoon("a"),
    )
    tasks: dict[str, tuple[Op, ...]] = {"main": opened, "a": (made[kind],)}
    if kind == "run_in_executor":
        tasks["b"] = ()
    with pytest.raises(ScenarioError, match=rf"a\[0\]: `{kind}`: waits, and a callback cannot"):
        Program(tasks)


REFUSED: dict[str, tuple[tuple[Op, ...], str]] = {
    "unscheduled": ((ops.CancelHandle("a"), ops.Spawn("a")), "never scheduled"),
    "scheduled-twice": ((ops.CallSoon("a"), ops.CallSoon("a")), "spawned twice"),
    "joined": ((ops.CallSoon("a"), ops.Join("a")), "a callback, not a task"),
    "unknown-socket": ((ops.RawSend("s", "x"), ops.Spawn("a")), "unknown socket `s`"),
    "unknown-transport": ((ops.Write("t", "x"), ops.Spawn("a")), "unknown transport `t`"),
    "opened-twice": ((PAIR, ops.SocketPair("s", "q"), ops.Spawn("a")), "opened twice"),
    "told-what": ((PAIR, ops.AdoptSocket("t", "s"), ops.React("t", "closed", "a")), "known are"),
    "nothing": ((PAIR, ops.SockRecv("s", 0), ops.Spawn("a")), "0 bytes, not 1"),
    "too-much": ((PAIR, ops.RawSend("s", "x", 2**27), ops.Spawn("a")), "bytes, not 1"),
    "main": ((ops.CallSoon("main"), ops.Spawn("a")), "cannot be spawned"),
}


@pytest.mark.parametrize(("body", "why"), REFUSED.values(), ids=REFUSED)
def test_what_makes_no_sense_is_refused(body: tuple[Op, ...], why: str) -> None:
    """A program that cannot be meant is a ScenarioError that says why."""
    with pytest.raises(ScenarioError, match=why):
        Program({"main": body, "a": ()})


def test_only_asyncios_family_has_a_loop() -> None:
    """What has no such loop lacks every op of the area, so that its cells are not applicable."""
    assert set(Asyncio("").capabilities()) >= ops.LOOP
    for scenario in AREA:
        assert missing(scenario.program, Reference().capabilities())


def test_a_callback_runs_as_often_as_it_is_called() -> None:
    """Its log goes on where the last call left it, and its end is that of the last call."""
    program = Program(
        {
            "main": (PAIR, ops.AddReader("s", "r"), ops.RawSend("p", "abc"), ops.Sleep(1)),
            "r": (ops.RawReceive("s", 1), ops.Note("once")),
        }
    )
    outcome = run_program(program, Asyncio(""), RunOptions()).outcome
    words = [entry.text for entry in outcome.task("r").log]
    assert words == ["got 'a'", "once", "got 'b'", "once", "got 'c'", "once"]
    assert outcome.task("r").end == "returned"


def test_what_a_program_leaves_open_is_closed_in_silence() -> None:
    """A transport that is still open at the end tells nothing more: the outcome is the program's."""
    program = Program({"main": (PAIR, ops.AdoptSocket("t", "s"), ops.AdoptSocket("u", "p"))})
    outcome = run_program(program, Asyncio(""), RunOptions()).outcome
    assert [entry.text for entry in outcome.task("main").log] == ["t made", "u made"]
    assert outcome.ending == "completed"
