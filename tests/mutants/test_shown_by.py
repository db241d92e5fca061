import re

import pytest

from conformance.engine.catalogue import list_runtimes
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


@pytest.mark.parametrize(("name", "mutant"), NAMED, ids=[" ".join(pair) for pair in NAMED])
def test_mutant_shows_what_the_scenario_tells_apart(name: str, mutant: str) -> None:
    """It breaks a rule that the unbroken control keeps, or answers otherwise."""
    control = judged(Mutant(), "control", only=(name,))[name]
    broken = judged(find(mutant), f"mutant:{mutant}", only=(name,))[name]
    breaks = breaks_rule(broken) and not breaks_rule(control)
    assert breaks or broken.answer != control.answer, f"both answer {control.answer}"


def test_every_scenario_names_who_shows_it() -> None:
    """A mutant, or two real runtimes whose answers differ: otherwise it would test nothing."""
    known = {item.address.partition(":")[0] for item in list_runtimes()} - {"mutant"}
    for name, scenario in catalogue().items():
        words = set(re.findall(r"[a-z]+", scenario.shown_by.replace("the others", " ".join(known))))
        assert "mutant" in words or len(words & known) >= 2, f"{name}: {scenario.shown_by!r}"
    assert {mutant for _, mutant in NAMED} <= set(NAMES)
