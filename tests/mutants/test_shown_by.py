import re

import pytest

from conformance.engine.catalogue import list_runtimes
from conformance.lang.ops import RunInThread
from runtimes.mutants import LOOPS, NAMES, find
from runtimes.mutants.base import Mutant
from tests.mutants.bench import breaks_rule, catalogue, judged

# A broken runtime may leave sockets and coroutines behind: that is no failure of the suite.
pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning")

NAMED = [
    (name, mutant)
    for name, scenario in sorted(catalogue().items())
    for mutant in re.findall(r"mutant:([a-z-]+)", scenario.shown_by)
    if mutant not in LOOPS
]
"""Every scenario with each mutant that it says it is shown by; `test_loops` has broken loops."""


RUNS = 5
"""When a thread hears of an early answer is up to the system: it may be late, and hide that it was early."""


@pytest.mark.parametrize(("name", "mutant"), NAMED, ids=[" ".join(pair) for pair in NAMED])
def test_mutant_shows_what_the_scenario_tells_apart(name: str, mutant: str) -> None:
    """It breaks a rule that the control keeps, or answers otherwise; beside real threads in one run of a few."""
    control = judged(Mutant(), "control", only=(name,))[name]
    threaded = any(isinstance(op, RunInThread) for _, op in catalogue()[name].program.walk())
    for _ in range(RUNS if threaded else 1):
        broken = judged(find(mutant), f"mutant:{mutant}", only=(name,))[name]
        if (breaks_rule(broken) and not breaks_rule(control)) or broken.answer != control.answer:
            return
    pytest.fail(f"both answer {control.answer}")


def test_every_scenario_names_who_shows_it() -> None:
    """A mutant, or two real runtimes whose answers differ: otherwise it would test nothing."""
    known = {item.address.partition(":")[0] for item in list_runtimes()} - {"mutant"}
    for name, scenario in catalogue().items():
        words = set(re.findall(r"[a-z]+", scenario.shown_by.replace("the others", " ".join(known))))
        assert "mutant" in words or len(words & known) >= 2, f"{name}: {scenario.shown_by!r}"
    assert {mutant for _, mutant in NAMED} <= set(NAMES)
