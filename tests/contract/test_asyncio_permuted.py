"""asyncio:permuted: what its seeds change, and what they never do."""

from collections.abc import Iterable

from conformance.interpreter import run_program
from conformance.lang.ops import CallSoon, Checkpoint, Log, Sleep, Spawn
from conformance.lang.program import Program
from conformance.run.observation import RunOptions
from runtimes.on_asyncio import Asyncio

SEEDS = range(30)


def orders(program: Program, seeds: Iterable[int | None]) -> set[str]:
    """The shared logs that the seeds show."""
    runtime = Asyncio("permuted")
    runs = (run_program(program, runtime, RunOptions(seed=seed)).outcome for seed in seeds)
    return {"".join(entry.text[-1] for entry in outcome.shared) for outcome in runs}


def test_seeds_permute_ready_tasks() -> None:
    """Three tasks that become ready together come in each of six orders; without a seed in that of asyncio."""
    program = Program(
        {
            "main": (Spawn("a"), Spawn("b"), Spawn("c"), Sleep(1.0)),
            **{name: (Log(name),) for name in "abc"},
        }
    )
    assert orders(program, SEEDS) == {"abc", "acb", "bac", "bca", "cab", "cba"}
    assert orders(program, [None]) == {"abc"}


def test_a_seed_repeats_its_order() -> None:
    """The same seed shows the same, time and again."""
    program = Program(
        {
            "main": (*(Spawn(name) for name in "abcdef"), Sleep(1.0)),
            **{name: (Log(name), Checkpoint(), Log(name)) for name in "abcdef"},
        }
    )
    assert len(orders(program, [7] * 5)) == 1
    assert len(orders(program, SEEDS)) > 20


def test_no_step_overtakes_a_callback() -> None:
    """What was asked for before a `call_soon` comes before it, the rest after it, whatever the seed."""
    program = Program(
        {
            "main": (Spawn("a"), CallSoon("x"), Spawn("b"), Sleep(1.0)),
            **{name: (Log(name),) for name in "abx"},
        }
    )
    assert orders(program, SEEDS) == {"axb"}
