"""The fuzzer's judge, asked with the real reference."""

from __future__ import annotations

from dataclasses import replace

from conformance.engine.explore import explore
from conformance.engine.fuzz_judge import Judge
from conformance.engine.oracle import find_reference
from conformance.judge.verdict import Grade
from conformance.lang.ops import (
    Acquire,
    AcquireNowait,
    Attempt,
    Cancel,
    Note,
    Release,
    Sleep,
    Spawn,
)
from conformance.lang.program import Program
from runtimes.on_trio_semantics import SEMANTICS as TRIO
from runtimes.reference.machine import Machine


def test_a_freedom_counts_though_all_of_them_together_do_not_explain() -> None:
    """A lock that may be barged into is never handed over: freedoms together allow less than one of them."""
    program = Program(
        {
            "main": (
                *(Acquire("k"), Spawn("a"), Spawn("b"), Sleep(1), Cancel("a"), Release("k")),
                Attempt((AcquireNowait("k"),), on_error=()),
            ),
            "a": (Sleep(1), Note("on")),
            "b": (Acquire("k"),),
        },
        locks=("k",),
    )
    raced = replace(TRIO, sleep_race="race")
    freer = replace(raced, race="either")
    declared = set(explore(Machine(program, raced)).outcomes)
    further = set(explore(Machine(program, freer)).outcomes) - declared
    assert further
    for outcome in further:
        judged = Judge(find_reference(), raced).outcome(program, outcome, "virtual")
        assert judged.grade is Grade.INTERESTING
        assert judged.reason == "a cancel and a completion in one round, either way"
