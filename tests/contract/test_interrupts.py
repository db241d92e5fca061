"""Real runtimes are interrupted and exited in worker processes, which go on serving."""

from __future__ import annotations

import importlib.util

import pytest

from conformance.lang import ops
from conformance.lang.outcome import show_outcome
from conformance.lang.program import Program
from conformance.run.observation import RunOptions
from conformance.wire.address import Address
from conformance.wire.client import Worker

LIMIT = 20.0
PLAIN = Program({"main": (ops.Sleep(1), ops.Note("fine"))})
ENDS = {
    "interrupted": Program({"main": (ops.Interrupt(), ops.Sleep(1), ops.Note("past"))}),
    "exited": Program({"main": (ops.Sleep(1), ops.Exit())}),
    "interrupted from a thread": Program(
        {"main": (ops.RunInThread("t"), ops.Sleep(1), ops.Note("past")), "t": (ops.Interrupt(),)}
    ),
}
HELD = Program(
    {
        "main": (ops.Spawn("a"), ops.Sleep(1), ops.Cancel("a")),
        "a": (ops.RunInThread("t", abandon=True),),
        "t": (ops.Hold("g"), ops.Note("past")),
    }
)


@pytest.mark.native
@pytest.mark.parametrize("address", ["asyncio", "uvloop", "trio", "curio", "anyio:asyncio"])
def test_a_worker_survives_what_ends_its_run(address: str) -> None:
    """After a Ctrl-C, an exit, and a thread that never ends, the same worker serves the next run."""
    module = address.partition(":")[0]
    if importlib.util.find_spec(module) is None:
        pytest.skip(f"{module} is not installed")
    with Worker(Address.parse(address)) as worker:
        worker.start()
        for name, program in ENDS.items():
            outcome = worker.run(program, RunOptions(), limit=LIMIT).outcome
            assert "past" not in [e.text for e in outcome.task("main").log], name
            assert any("run raised" in told for told in outcome.reported), show_outcome(outcome)
            plain = worker.run(PLAIN, RunOptions(), limit=LIMIT).outcome
            assert show_outcome(plain) == "main: fine@1, returned@1"
        held = worker.run(HELD, RunOptions(), limit=LIMIT).outcome
        assert held.task("t").end == "blocked: hold g"
        plain = worker.run(PLAIN, RunOptions(), limit=LIMIT).outcome
        assert show_outcome(plain) == "main: fine@1, returned@1"
