"""Fields that trials tell about: the reference, declared to do either, is inferred to do just that.

The trials see every outcome that the reference may show, and nothing of what it declares.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from conformance.engine.explore import explore
from conformance.engine.probe import TABLE, infer, trials
from conformance.engine.probe_trial import NONE
from conformance.engine.probe_trials import TRIALS, values_of
from conformance.judge.judge import OTHER, answer_of
from conformance.lang.semantics import Semantics
from runtimes.reference.declared import REFERENCE
from runtimes.reference.machine import Machine
from tests.unit.ending_programs import ENDING

EDGE = ENDING["edge"]
IN_TURN = ENDING["waiting"]


def answers(field: str, semantics: Semantics) -> dict[str, str | None]:
    """What the reference answers to each trial of a field, over all schedules."""
    told = {}
    for trial in TRIALS[field]:
        found = explore(Machine(trial.scenario.program, semantics))
        assert found.complete
        told[trial.scenario.id] = answer_of(trial.scenario, found.outcomes)
    return told


@pytest.mark.parametrize(
    ("declared", "change", "expected"),
    [
        (REFERENCE, {"exits": "cancels"}, "cancels"),
        (REFERENCE, {"exits": "closes"}, "closes"),
        (REFERENCE, {"exits": "closes", "notice": "later"}, "closes"),
        (EDGE, {"exits": "closes"}, "closes"),
        (EDGE, {"exits": "closes", "notice": "at_once"}, "closes"),
        (IN_TURN, {"exits": "closes"}, "closes"),
        (EDGE, {"exits": "closes", "orphans": "abandoned"}, "closes"),
        (REFERENCE, {"interrupts": "there"}, "there"),
        (REFERENCE, {"interrupts": "main"}, "main"),
        (EDGE, {"interrupts": "there"}, "there"),
        (EDGE, {"interrupts": "main"}, "main"),
        (IN_TURN, {"interrupts": "there"}, "there"),
        (IN_TURN, {"interrupts": "main"}, "main"),
        (REFERENCE, {"serving": "task"}, "task"),
        (REFERENCE, {"serving": "body"}, "body"),
        (REFERENCE, {"serving": "task", "order": "fifo", "handled": "open"}, "task"),
        (REFERENCE, {"serving": "body", "order": "fifo", "handled": "open"}, "body"),
        (REFERENCE, {"sleep_race": "race", "race": "completion"}, "race"),
        (REFERENCE, {"sleep_race": "race", "race": "either"}, "race"),
        (REFERENCE, {"sleep_race": "race", "race": "cancel"}, "race"),
        (REFERENCE, {"sleep_race": "cancel", "race": "completion"}, "cancel"),
        (REFERENCE, {"sleep_race": "cancel", "race": "either"}, "cancel"),
        (EDGE, {"sleep_race": "race", "race": "completion"}, "race"),
        (EDGE, {"sleep_race": "cancel", "race": "completion"}, "cancel"),
    ],
)
def test_a_declared_answer_is_inferred_from_what_is_seen(
    declared: Semantics, change: Mapping[str, Any], expected: str
) -> None:
    """Of a field's values that one is inferred, and no other, by which the reference went."""
    field = next(iter(change))
    told = answers(field, replace(declared, **change))
    assert values_of(field, told) == (expected,), told


def test_a_cancel_that_always_wins_contradicts_neither_answer_of_sleeps() -> None:
    """Where a cancel wins over events, too, both mean the same: `race` is inferred, `cancel` is no contradiction."""
    declared = replace(REFERENCE, race="cancel", sleep_race="cancel")
    told = answers("sleep_race", declared)
    (line,) = [line for line in infer(told, declared) if line.field == "sleep_race"]
    assert (line.inferred, line.differs) == ("race", False)


def test_what_contradicts_each_value_fits_none() -> None:
    """A run that goes on after an exit in a task fits nothing, whatever the other trials say."""
    told = answers("exits", EDGE)
    assert values_of("exits", {**told, "probe/exit-in-child": "main-goes-on"}) == (NONE,)
    assert values_of("exits", {**told, "probe/exit-in-child": OTHER}) == (NONE,)
    assert values_of("interrupts", {"probe/interrupt-twice": "nowhere"}) == (NONE,)
    assert values_of("serving", {"probe/server-stops": "at-its-end"}) == (NONE,)
    assert values_of("sleep_race", {"probe/sleep-race": OTHER}) == (NONE,)
    assert values_of("sleep_race", {"probe/sleep-race": "event-won-sleep-lost"}) == (NONE,)


def test_a_run_that_hangs_fits_none() -> None:
    """Tasks that are left where they stand fit, where the run ends; one that never ends fits nothing."""
    assert values_of("exits", {"probe/exit-in-child": "main-blocked"}) == ("closes",)
    assert values_of("exits", {"probe/exit-in-child": "deadlocked | main-blocked"}) == (NONE,)


def test_a_real_clock_is_asked_nothing_that_ticks_tell_apart() -> None:
    """Where ticks are not told, a pattern with a tick matches at any time: such a trial would fit everything."""
    left = {scenario.id for scenario in trials()} - {s.id for s in trials(timed=False)}
    assert left == {"probe/exit-in-group", "probe/exit-in-group-shielded"}


def test_where_trials_do_not_tell_none_is_preferred() -> None:
    """Clean-ups that are cut short in any case, or a wake-up that no cancel raced with, leave several values."""
    assert values_of("exits", {"probe/second-exit": "neither"}) == ("cancels", "closes")
    assert values_of("serving", {"probe/server-stops": "cut-and-refused"}) == ("task", NONE)
    assert values_of("sleep_race", {"probe/sleep-race": "event-early-sleep-won"}) == (
        "race",
        "cancel",
    )
    assert values_of("exits", {"probe/second-exit": None}) is None


def test_an_unknown_declaration_differs_from_nothing() -> None:
    """What is not declared cannot be contradicted, but is inferred; what is declared and fits none of ours differs."""
    told = {"probe/server-stops": "never", "probe/exit-in-child": "main-goes-on"}
    lines = {line.field: line for line in infer(told, Semantics(exits="closes"))}
    assert (lines["serving"].inferred, lines["serving"].differs) == ("body", False)
    assert (lines["exits"].inferred, lines["exits"].differs) == (NONE, True)
    assert (lines["interrupts"].inferred, lines["interrupts"].differs) == (None, False)


def test_trials_and_table_share_no_field() -> None:
    """A field has rows in the table, or trials; no trial's program is asked under two names."""
    assert not {row[0] for row in TABLE} & TRIALS.keys()
    names = [scenario.id for scenario in trials()]
    assert len(names) == len(set(names))
    for each in TRIALS.values():
        assert all(trial.fits.keys() == trial.scenario.answers.keys() for trial in each)
