"""No runtime is accused for an answer that a question lists, unless that answer is wrong whoever gives it."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any, Final

import pytest

from conformance.engine.catalogue import load_catalogue
from conformance.engine.oracle import ANSWERS, SearchOracle, find_reference
from conformance.engine.unmodelled import beyond, unmodelled
from conformance.lang.pattern import Pattern
from conformance.lang.scenario import Scenario
from conformance.lang.semantics import Semantics
from runtimes._asyncio_semantics import PLAIN, SHIPPED, UVLOOP
from runtimes.on_anyio_semantics import ASYNCIO as ANYIO_ON_ASYNCIO
from runtimes.on_anyio_semantics import TRIO as ANYIO_ON_TRIO
from runtimes.on_curio_semantics import SEMANTICS as CURIO
from runtimes.on_gevent_semantics import SEMANTICS as GEVENT
from runtimes.on_tinyio_semantics import SEMANTICS as TINYIO
from runtimes.on_trio_semantics import SEMANTICS as TRIO
from runtimes.on_twisted_semantics import SEMANTICS as TWISTED
from runtimes.reference.declared import REFERENCE
from tests.unit.wrong_answers import DECLINED, WRONG

DECLARED: Final = tuple(
    replace(semantics, citations={})
    for semantics in (
        *(REFERENCE, SHIPPED, TRIO, CURIO, ANYIO_ON_TRIO, ANYIO_ON_ASYNCIO, UVLOOP),
        *(GEVENT, TWISTED, TINYIO),
        replace(PLAIN, cancel_points={**PLAIN.cancel_points, "shield": "always"}),  # aiotools
    )
)
"""What runtimes declare."""
QUESTIONS: Final = tuple(
    scenario
    for scenario in load_catalogue().scenarios
    if scenario.answers and not beyond(scenario.program)
)
BUDGET: Final = 20_000


def named(scenario: Scenario) -> str:
    """The id, for a test's name."""
    return scenario.id


@cache
def changed() -> tuple[Semantics, ...]:
    """Semantics that differ in one answer from what somebody declares; and those that declare nothing."""
    return (
        Semantics(),
        *(
            replace(declared, **{name: answer})  # type: ignore[arg-type]
            for declared in DECLARED[:4]
            for name, answers in ANSWERS.items()
            for answer in answers
            if getattr(declared, name) != answer
        ),
    )


def told(pattern: Pattern) -> Pattern:
    """What the oracle compares of a pattern: not what the runtime merely reported."""
    return Pattern(tuple(c for c in pattern.clauses if c.test not in ("reported", "unreported")))


def given(scenario: Scenario, wanted: set[str], every: tuple[Semantics, ...]) -> set[str]:
    """Which of the wanted answers the reference gives under some of these semantics."""
    oracle = SearchOracle(find_reference(), budget=BUDGET)
    found: set[str] = set()
    for semantics in every:
        if wanted <= found:
            break
        if unmodelled(scenario.program, semantics):
            continue
        for outcome in oracle.search(scenario.program, semantics, "virtual").outcomes:
            found |= {w for w in wanted - found if told(scenario.answers[w]).matches(outcome)}
    return found


@pytest.mark.parametrize("scenario", QUESTIONS, ids=named)
def test_each_answer_is_given_or_settled(scenario: Scenario) -> None:
    """Each answer is given by some semantics of the reference, or unjudged, or declined, or wrong for everybody."""
    settled = scenario.unjudged | WRONG.get(scenario.id, frozenset())
    settled |= {word for name, word in DECLINED if name == scenario.id}
    open_ = set(scenario.answers) - settled
    assert given(scenario, open_, DECLARED + changed()) == open_


@pytest.mark.parametrize("scenario", QUESTIONS, ids=named)
def test_what_is_settled_is_not_given(scenario: Scenario) -> None:
    """What counts as unjudged or wrong is no answer under anybody's declared semantics."""
    settled = scenario.unjudged | WRONG.get(scenario.id, frozenset())
    assert not given(scenario, set(settled), DECLARED) if settled else True


def test_the_lists_speak_of_what_there_is() -> None:
    """Each entry names a question and an answer of it, and no answer is both unjudged and wrong."""
    known = {scenario.id: scenario for scenario in QUESTIONS}
    assert set(WRONG) <= set(known)
    for name, words in WRONG.items():
        assert words <= set(known[name].answers), name
        assert not words & known[name].unjudged, name
    for (name, word), answers in DECLINED.items():
        answered: dict[str, Any] = dict(answers)
        assert word in known[name].answers
        assert unmodelled(known[name].program, replace(PLAIN, **answered)), name
