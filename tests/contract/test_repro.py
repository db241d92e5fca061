import ast
import functools
import subprocess
import sys
from pathlib import Path

import pytest

from conformance.adapter.spelling import Spelling
from conformance.cli import main
from conformance.engine.campaign import observe
from conformance.engine.repro import Case, write_script
from conformance.errors import Exit, UsageError
from conformance.judge.token import RunToken, encode_token, short_hash
from conformance.lang import ops
from conformance.lang.capability import missing
from conformance.lang.outcome import Entry, Outcome, TaskOutcome
from conformance.lang.program import Channel, Program
from conformance.wire.address import Address
from conformance.wire.client import RuntimeInfo, Worker

PROGRAMS = {
    "cancelled": Program(
        {
            "main": (
                ops.Spawn("a"),
                ops.Sleep(1),
                ops.Cancel("a"),
                ops.Attempt((ops.Join("a"),), on_error=(), on_cancel=()),
            ),
            "a": (ops.Attempt((ops.Sleep(9),), finally_=(ops.Note("cleaned-up"),)),),
        }
    ),
    "deadlines": Program(
        {
            "main": (
                ops.Attempt((ops.FailAfter(1, (ops.Sleep(9),)),), on_error=(ops.Note("late"),)),
                ops.MoveOnAfter(3, (ops.MoveOnAfter(1, (ops.Sleep(9),)), ops.Sleep(9))),
            )
        }
    ),
    "channel": Program(
        {
            "main": (ops.Spawn("a"), ops.Receive("c"), ops.Receive("c"), ops.Length("c")),
            "a": (ops.Send("c", "x"), ops.Send("c", False)),
        },
        channels={"c": Channel(1)},
    ),
    "condition": Program(
        {
            "main": (
                ops.Spawn("a"),
                ops.Sleep(1),
                ops.Acquire("k"),
                ops.Notify("k"),
                ops.Locked("k"),
                ops.Release("k"),
                ops.Join("a"),
            ),
            "a": (ops.Acquire("k"), ops.WaitCondition("k"), ops.Release("k"), ops.Return(7)),
        },
        conditions=("k",),
    ),
    "group": Program(
        {
            "main": (
                ops.Attempt(
                    (ops.Group("g", (ops.Spawn("a", "g"), ops.Spawn("b", "g"))),), on_error=()
                ),
                ops.Log("left"),
            ),
            "a": (ops.Sleep(1), ops.Raise("E")),
            "b": (ops.Attempt((ops.Sleep(9),), finally_=(ops.Log("cleaned-up"),)),),
        }
    ),
    "connection": Program(
        {
            "main": (
                ops.Listen("l"),
                ops.Spawn("a"),
                ops.Accept("s", "l"),
                ops.ReceiveExactly("s", 2),
                ops.ReceiveUntilEof("s"),
                ops.Close("s"),
            ),
            "a": (
                ops.Connect("c", "l"),
                ops.SendBytes("c", "hi"),
                ops.SendEof("c"),
                ops.Close("c"),
            ),
        }
    ),
    "thread": Program(
        {
            "main": (ops.SetVariable("v", 1), ops.RunInThread("th"), ops.GetVariable("v")),
            "th": (ops.GetVariable("v"), ops.Return("done")),
        },
        variables=("v",),
    ),
    "waiters": Program(
        {
            "main": (
                *(ops.Acquire("k"), ops.Spawn("a"), ops.Spawn("b"), ops.Sleep(1)),
                *(ops.LockWaiters("k"), ops.Release("k"), ops.Sleep(1), ops.ConditionWaiters("k")),
                *(ops.WaitingSenders("c"), ops.WaitingReceivers("c"), ops.EventWaiters("e")),
                *(ops.SemaphoreWaiters("s"), ops.LimiterWaiters("l"), ops.Send("c", 1)),
                *(ops.Acquire("k"), ops.Notify("k"), ops.Release("k")),
            ),
            "a": (ops.Acquire("k"), ops.WaitCondition("k"), ops.Release("k")),
            "b": (ops.Acquire("k"), ops.Release("k"), ops.Receive("c")),
        },
        events=("e",),
        conditions=("k",),
        semaphores={"s": 1},
        limiters={"l": 1},
        channels={"c": Channel(1)},
    ),
    "parties": Program(
        {
            "main": (
                *(ops.Spawn("a"), ops.Sleep(1), ops.BarrierWaiters("x"), ops.WaitBarrier("x")),
                *(ops.Join("a"), ops.BarrierWaiters("x")),
            ),
            "a": (ops.WaitBarrier("x"),),
        },
        barriers={"x": 2},
    ),
    "requests": Program(
        {
            "main": (
                *(ops.Spawn("a"), ops.Cancelling("a"), ops.Sleep(1), ops.Cancelling("a")),
                *(ops.Cancel("a"), ops.Sleep(1), ops.Cancelling("a")),
                *(ops.MoveOnAfter(1, (ops.Sleep(9),)), ops.Cancelling("main")),
            ),
            "a": (ops.Attempt((ops.Sleep(9),), finally_=(ops.Cancelling("a"),)),),
        }
    ),
    "pending": Program(
        {
            "main": (
                ops.Scope(
                    "s",
                    (
                        *(ops.CancelPending(), ops.CancelScope("s"), ops.CancelPending()),
                        *(ops.Shield((ops.CancelPending(),)), ops.Sleep(1)),
                    ),
                ),
                ops.CancelPending(),
            )
        }
    ),
    "regrouped": Program(
        {
            "main": (
                ops.Scope(
                    "s",
                    (
                        ops.CancelScope("s"),
                        ops.Attempt((ops.Sleep(1),), on_cancel=(ops.RaiseGroup(),)),
                    ),
                ),
                ops.Attempt(
                    (
                        ops.Scope(
                            "t",
                            (
                                ops.CancelScope("t"),
                                ops.Attempt(
                                    (
                                        ops.Attempt(
                                            (ops.Sleep(1),), on_cancel=(ops.RaiseGroup("E"),)
                                        ),
                                    ),
                                    finally_=(ops.Note("cleaned"),),
                                ),
                            ),
                        ),
                    ),
                    on_error=(),
                ),
                ops.Note("after"),
            )
        }
    ),
    "blocked": Program({"main": (ops.Note("before"), ops.Wait("e"))}, events=("e",)),
}
RUNTIMES = (
    *("asyncio", "uvloop", "trio", "curio", "curio:universal", "curio:context"),
    *("anyio:asyncio", "anyio:trio"),
)
ALLOWED_IMPORTS = {*sys.stdlib_module_names, "uvloop", "trio", "curio", "anyio"}


@functools.cache
def seen(runtime: str, name: str) -> tuple[RuntimeInfo, Outcome]:
    """What the runtime's adapter says of itself, and what its worker shows of a program; skips what it cannot do."""
    with Worker(Address.parse(runtime)) as worker:
        info = worker.start()
        if lacking := missing(PROGRAMS[name], info.capabilities):
            pytest.skip(f"{runtime} lacks {', '.join(lacking)}")
        return info, observe(worker, PROGRAMS[name], "virtual", None, 20).outcome


def spelling_of(runtime: str) -> Spelling:
    """How it is spelled."""
    found = seen(runtime, "cancelled")[0].spelling
    assert found is not None
    return found


def run(script: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a script where nothing of ours is at hand."""
    path = folder / "script.py"
    path.write_text(script, encoding="utf-8")
    command = [sys.executable, "-W", "error", str(path)]
    return subprocess.run(
        command, capture_output=True, text=True, timeout=120, check=False, cwd=folder
    )


@pytest.mark.parametrize("name", PROGRAMS)
@pytest.mark.parametrize("runtime", RUNTIMES)
def test_a_script_shows_natively_what_the_worker_saw(
    runtime: str, name: str, tmp_path: Path
) -> None:
    """Told that the true outcome is the defect it exits 1, told that it is allowed 0; it imports nothing of ours."""
    _, outcome = seen(runtime, name)
    other = Outcome(
        tuple((task, TaskOutcome((Entry("never"),), "returned")) for task in PROGRAMS[name].tasks)
    )
    bad = write_script(Case(name, PROGRAMS[name], outcome), spelling_of(runtime))
    good = write_script(
        Case(name, PROGRAMS[name], other, (outcome,), complete=True), spelling_of(runtime)
    )
    assert imports(bad) <= ALLOWED_IMPORTS
    shown = run(bad, tmp_path)
    assert (shown.returncode, "Warning" in shown.stderr) == (1, False), shown.stderr
    assert shown.stdout.endswith("The defect shows.\n")
    passed = run(good, tmp_path)
    assert (passed.returncode, "Warning" in passed.stderr) == (0, False), passed.stderr
    assert passed.stdout.endswith("The defect does not show.\n")


def imports(script: str) -> set[str]:
    """The packages that it imports, wherever."""
    found = set()
    for node in ast.walk(ast.parse(script)):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add(str(node.module).partition(".")[0])
    return found


def test_what_is_neither_seen_nor_allowed_shows_when_it_comes_again(tmp_path: Path) -> None:
    """Another outcome that is not allowed is a defect too, but once is not enough on a busy machine."""
    _, outcome = seen("asyncio", "cancelled")
    one, two = (
        Outcome(tuple((t, TaskOutcome((Entry(word),), "returned")) for t in ("main", "a")))
        for word in ("x", "y")
    )
    case = Case("?", PROGRAMS["cancelled"], one, (two,), complete=True)
    script = write_script(case, spelling_of("asyncio"))
    assert outcome not in (one, two)
    assert run(script, tmp_path).returncode == 1
    once = script.replace("range(3)", "range(1)")
    assert once != script
    assert run(once, tmp_path).returncode == 0


def test_a_known_defect_of_curio_is_reproduced(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """`conformance repro TOKEN` writes a script that shows it: a timer is lost beside one that is far off."""
    from conformance.engine.catalogue import load_catalogue  # noqa: PLC0415 — it needs the entry points

    [scenario] = [s for s in load_catalogue().scenarios if s.id == "timers/sleep-huge-beside-io"]
    token = encode_token(RunToken(short_hash(scenario.program), scenario.id, "curio"))
    out = tmp_path / "defect.py"
    assert main(["repro", token, "--output", str(out)]) == Exit.OK
    capsys.readouterr()
    shown = run(out.read_text(encoding="utf-8"), tmp_path)
    assert shown.returncode == 1
    assert shown.stdout.endswith("The defect shows.\n")
    assert "What is allowed" in shown.stdout or "Expected: " in shown.stdout


@pytest.mark.parametrize(
    ("program", "missing_part"),
    [
        (Program({"main": (ops.Shield(()),)}), "`shield`"),
        (Program({"main": (ops.AcquireLimiter("k"),)}, limiters={"k": 1}), "limiter"),
    ],
)
def test_an_op_that_is_not_spelled_gives_one_clear_line(
    program: Program, missing_part: str
) -> None:
    """It names the op, or the object, and where to add it."""
    nothing = Outcome((("main", TaskOutcome()),))
    with pytest.raises(UsageError, match=missing_part) as told:
        write_script(Case("?", program, nothing), spelling_of("asyncio"))
    assert "\n" not in str(told.value)
    assert "spelling" in told.value.hint
