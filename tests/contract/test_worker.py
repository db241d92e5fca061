import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from conformance.errors import AdapterError, InternalError, NotStarted, ScenarioError
from conformance.lang.codec import program_to_json
from conformance.lang.ops import Checkpoint, Note, Spawn
from conformance.lang.program import Program
from conformance.run.observation import RunOptions
from conformance.wire import worker as worker_module
from conformance.wire.address import Address
from conformance.wire.client import Worker, worker_command
from tests.processes import alive

HERE = Path(__file__).parent
BOOM = RunOptions(virtual=False, seed=13)
FINE = RunOptions(virtual=False, seed=1)
PROGRAM = Program({"main": (Spawn("a"), Checkpoint(), Note("end")), "a": (Note("ran"),)})


@pytest.fixture(autouse=True)
def adapters_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """Adapters lie in the current directory, as a user's own may."""
    monkeypatch.chdir(HERE)


@pytest.fixture(params=[False, True], ids=["itself", "copy"])
def renewable(request: pytest.FixtureRequest) -> bool:
    """Whether the worker that runs is a copy of the one that was started."""
    return bool(request.param)


@pytest.fixture
def broken(request: pytest.FixtureRequest, renewable: bool) -> Iterator[Worker]:
    """A worker for one flavour of the broken runtime."""
    address = Address.parse(f"broken:Broken:{request.param}")
    with Worker(address, renewable=renewable) as worker:
        yield worker


@pytest.mark.parametrize(
    ("broken", "ending", "reported"),
    [
        ("hang", "hung", ()),
        ("segfault", "crashed", ("SIGSEGV",)),
        ("sigkill", "crashed", ("SIGKILL",)),
        ("os_exit", "exited", ("exit 3",)),
        ("garbage", "garbage", ()),
        ("sys_exit", "completed", ("run raised SystemExit",)),
    ],
    indirect=["broken"],
)
def test_a_broken_runtime_costs_one_verdict(
    broken: Worker, ending: str, reported: tuple[str, ...]
) -> None:
    """Whatever it does to its process is that run's outcome, and the next run is as ever."""
    before = broken.run(PROGRAM, FINE)
    outcome = broken.run(PROGRAM, BOOM, limit=1.0 if ending == "hung" else 60.0).outcome
    assert (outcome.ending, outcome.reported) == (ending, reported)
    assert [name for name, _ in outcome.tasks] == ["main", "a"]
    assert broken.run(PROGRAM, FINE) == before
    assert broken.starts == (1 if ending == "completed" else 2)


@pytest.mark.parametrize("broken", ["segfault"], indirect=True)
def test_the_end_of_what_it_printed_is_kept(broken: Worker) -> None:
    """After a crash, `noise` tells where it happened."""
    broken.run(PROGRAM, BOOM)
    assert "Segmentation fault" in broken.noise
    assert "broken.py" in broken.noise


@pytest.mark.parametrize("broken", ["hang"], indirect=True)
def test_a_hang_says_where(broken: Worker) -> None:
    """A worker that is given up prints its stack before it is killed."""
    broken.run(PROGRAM, BOOM, limit=0.5)
    assert "in hang" in broken.noise


@pytest.mark.parametrize("broken", ["chatter"], indirect=True)
def test_printing_disturbs_nothing(broken: Worker) -> None:
    """A runtime may print anything, and any amount, on stdout and stderr."""
    assert broken.run(PROGRAM, BOOM) == broken.run(PROGRAM, FINE)
    assert "oh dear" in broken.noise
    assert broken.starts == 1


@pytest.mark.parametrize("broken", ["stuck"], indirect=True)
def test_a_teardown_without_end_is_abandoned(broken: Worker) -> None:
    """A stopped run tells its outcome even if its loop never ends; the next has a new process."""
    outcome = broken.run(PROGRAM, BOOM, limit=worker_module.GRACE + 5).outcome
    assert outcome.ending == "stopped"
    assert outcome.task("main").end == "returned"
    assert broken.run(PROGRAM, FINE).outcome.ending == "completed"
    assert broken.starts == 2


@pytest.mark.parametrize("broken", ["later"], indirect=True)
def test_a_late_death_is_not_the_next_runs_fault(broken: Worker) -> None:
    """A process that dies between two runs is replaced before the next."""
    assert broken.run(PROGRAM, BOOM).outcome.ending == "completed"
    assert broken._process is not None
    broken._process._process.wait(10)
    assert broken.run(PROGRAM, FINE).outcome.ending == "completed"
    assert broken.starts == 2


def open_files() -> int:
    """How many files this process has open; 0 where the system does not tell."""
    listing = Path("/proc/self/fd")
    return len(list(listing.iterdir())) if listing.exists() else 0


def test_nothing_is_left_behind(renewable: bool) -> None:
    """After close there is neither a process nor an open pipe."""
    fds = open_files()
    worker = Worker(Address.parse("broken:Broken:hang"), renewable=renewable)
    worker.run(PROGRAM, FINE)
    assert worker._process is not None
    child = worker._process._process
    worker.close()
    assert child.returncode == 0
    assert not alive(child.pid)
    assert open_files() == fds


def remembered(worker: Worker) -> int:
    """How many runs the process behind it has made by now, this one included."""
    told = worker.run(PROGRAM, FINE).outcome.reported
    return int(told[0].removeprefix("run raised Run"))


@pytest.mark.parametrize(("flavour", "starts"), [("", 1), ("opens", 3), ("thread", 3)])
def test_a_worker_afresh_remembers_nothing(flavour: str, starts: int) -> None:
    """A copy has run nothing; whoever has more open than the protocol, or threads, is started anew instead."""
    address = Address.parse(f"broken:Remembers:{flavour}")
    with Worker(address, renewable=True) as worker:
        assert [remembered(worker), remembered(worker)] == [1, 2]
        worker.renew()
        assert [remembered(worker), remembered(worker)] == [1, 2]
        worker.renew()
        worker.renew()
        assert remembered(worker) == 1
        assert worker.starts == starts
    with Worker(address) as worker:
        assert [remembered(worker), remembered(worker)] == [1, 2]
        worker.renew()
        assert (remembered(worker), worker.starts) == (1, 2)


def test_whoever_is_killed_takes_its_copy_along() -> None:
    """A process that is killed from outside counts as crashed, and its copy ends with it."""
    with Worker(Address.parse("broken:Broken:hang"), renewable=True) as worker:
        worker.run(PROGRAM, FINE)
        assert worker._process is not None
        killed = worker._process._process.pid
        os.kill(killed, signal.SIGKILL)
        worker._process._process.wait(10)
        assert worker.run(PROGRAM, FINE).outcome.ending == "completed"
        assert worker.starts == 2
        assert not alive(killed)


# ---------------------------------------------------------------- starting


@pytest.mark.parametrize(
    ("address", "says"),
    [
        ("broken:nothing", "broken:nothing cannot be loaded: AttributeError"),
        ("broken:no_adapter", "broken:no_adapter is no adapter"),
        ("broken:refuses", "broken:refuses cannot be loaded: SystemExit: 5"),
        ("exec:/nowhere/agent", "cannot start /nowhere/agent"),
        ("exec:echo hello", "the worker did not start: exited exit 0"),
        ("exec:false", "the worker did not start: exited exit 1"),
    ],
)
def test_a_runtime_that_does_not_start(address: str, says: str) -> None:
    """NotStarted, in one line that says why."""
    with Worker(Address.parse(address)) as worker, pytest.raises(NotStarted) as caught:
        worker.start()
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)


def test_no_such_interpreter() -> None:
    """A wrong path is NotStarted, and said in one clear line."""
    with pytest.raises(NotStarted, match=r"^there is no interpreter `/nowhere/python`$"):
        Address.parse("broken:Broken@/nowhere/python")


def test_no_interpreter_at_all(tmp_path: Path) -> None:
    """A program that is no Python is NotStarted, with its last words."""
    fake = tmp_path / "python"
    fake.write_text("#!/bin/sh\necho I am a teapot >&2\nexit 4\n")
    fake.chmod(0o755)
    with pytest.raises(NotStarted, match="exited exit 4 \\(I am a teapot\\)"):
        Worker(Address.parse(f"broken:Broken@{fake}")).start()


def test_the_worker_imports_no_more_than_it_needs() -> None:
    """No library of the engine is loaded beside a runtime."""
    command, _ = worker_command(Address.parse("broken:Broken"))
    engine = ["click", "rich", "jinja2", "jsonschema", "hypothesis", "pytest"]
    command[3] += f"; import sys; sys.exit(repr([m for m in {engine} if m in sys.modules]))"
    done = subprocess.run(command, input=b"", capture_output=True, check=False)
    assert done.stderr.strip() == b"[]"


# ---------------------------------------------------------------- other interpreters


@pytest.mark.parametrize("python", ["CONFORMANCE_OTHER_PYTHON", sys.executable])
def test_a_runtime_under_another_interpreter(python: str) -> None:
    """The adapter travels in an archive, and sees nothing of our own environment."""
    python = python if python.startswith("/") else os.environ.get(python, "")
    if not python:
        pytest.skip("CONFORMANCE_OTHER_PYTHON names no other interpreter")
    with Worker(Address.parse(f"broken:Carried@{python}")) as worker:
        info = worker.start()
        told = subprocess.check_output([python, "-c", "import asyncio; print(asyncio.__file__)"])
        assert info.file == told.decode().strip()
        assert info.executable == python
        outcome = worker.run(PROGRAM, FINE).outcome
    assert outcome.ending == "completed"
    assert outcome.reported == ()


def test_a_runtime_of_ours_is_refused_there() -> None:
    """A runtime that came with the archive is not that interpreter's: NotStarted names the file."""
    address = Address.parse(f"broken:Broken@{sys.executable}")
    with pytest.raises(NotStarted, match=r"came from .*broken\.py, which is no part of"):
        Worker(address).start()


# ---------------------------------------------------------------- the protocol

SCHEMA = json.loads(resources.files("conformance.wire").joinpath("wire.schema.json").read_text())


def check(kind: str, message: Any) -> None:
    """Validate one message against the published schema."""
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    jsonschema.validate(message, {"$defs": SCHEMA["$defs"], "$ref": f"#/$defs/{kind}"})


def converse(*requests: dict[str, Any]) -> list[dict[str, Any]]:
    """Start a worker by hand and speak to it."""
    for request in requests:
        check("request", request)
    command, _ = worker_command(Address.parse("broken:Broken"))
    lines = "".join(json.dumps(request) + "\n" for request in requests)
    done = subprocess.run(command, input=lines, capture_output=True, check=True, text=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_messages_are_as_published() -> None:
    """Requests and replies are valid under the schema, and each reply echoes its number."""
    program = program_to_json(PROGRAM)
    replies = converse(
        {"seq": 1, "cmd": "start", "version": 1},
        {"seq": 2, "cmd": "run", "program": program, "options": {"virtual": False, "trace": True}},
        {"seq": 3, "cmd": "run", "program": {"tasks": {}}},
        {"seq": 4, "cmd": "stop"},
    )
    assert [reply["seq"] for reply in replies] == [1, 2, 3, 4]
    for kind, reply in zip(("started", "ran", "errored", "stopped"), replies, strict=True):
        check(kind, reply)
    assert replies[1]["trace"][0] == [None, "main", "begin", "spawn a"]
    assert replies[2]["errored"]["kind"] == "ScenarioError"


def test_another_version_of_the_protocol_is_refused() -> None:
    """`start` names the version; a worker that speaks another says so."""
    (reply,) = converse({"seq": 7, "cmd": "start", "version": 999})
    check("errored", reply)
    assert reply["errored"]["kind"] == "NotStarted"


def test_what_is_not_the_runtimes_fault_is_raised() -> None:
    """A reported error comes back as the exception that it is, and the worker lives on."""
    with Worker(Address.parse("broken:Broken")) as worker:
        before = worker.run(PROGRAM, FINE)
        assert worker._process is not None
        with pytest.raises(ScenarioError, match="no task `main`"):
            worker._ask({"cmd": "run", "program": {"tasks": {}}}, 10)
        assert worker.run(PROGRAM, FINE) == before
        assert worker.starts == 1


def test_an_agent_in_any_language_speaks_it() -> None:
    """`exec:` starts any program that answers on its stdout."""
    agent = f"exec:{sys.executable} {HERE / 'agent.py'}"
    with Worker(Address.parse(agent)) as worker:
        assert worker.start().name == "Agent"
        assert worker.run(PROGRAM, FINE).outcome.task("main").end == "returned"


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("BadVersion", "`version` returned 5, not a text"),
        ("BadSemantics", "`order` is 'sideways', and may be fifo or any"),
        ("NoSuper", r"`__init__` does not call super"),
    ],
)
def test_an_adapter_that_cannot_describe_itself_is_named(name: str, says: str) -> None:
    """The adapter's author is told, in one line; it is no internal error of ours."""
    with Worker(Address.parse(f"undescribed:{name}")) as worker:
        with pytest.raises(AdapterError, match=re.escape(says)) as caught:
            worker.start()
        assert not isinstance(caught.value, InternalError)
