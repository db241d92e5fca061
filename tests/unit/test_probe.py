from dataclasses import fields

import pytest

from conformance.engine.catalogue import load_catalogue
from conformance.engine.probe import BOTH, TABLE, infer
from conformance.lang.ops import OPS
from conformance.lang.semantics import Semantics

SCENARIOS = {scenario.id: scenario for scenario in load_catalogue().scenarios}


@pytest.mark.parametrize(("field", "scenario", "meaning"), TABLE, ids=[row[0] for row in TABLE])
def test_the_table_speaks_of_what_there_is(
    field: str, scenario: str, meaning: dict[str, object]
) -> None:
    """Every row names a field of the semantics, a scenario of the catalogue, and its answers."""
    name, _, kind = field.partition(".")
    assert name in {item.name for item in fields(Semantics)}
    assert not kind or kind in OPS
    assert scenario in SCENARIOS
    assert set(meaning) - {BOTH} <= set(SCENARIOS[scenario].answers)


def test_every_single_answer_is_probed() -> None:
    """No field of the semantics but the tables of points goes unasked, and those that no single answer tells."""
    asked = {row[0].partition(".")[0] for row in TABLE}
    left_out = {item.name for item in fields(Semantics)} - asked
    # `notice` shows only in what the oracle allows; of `stray_timeout` no scenario asks yet.
    assert left_out <= {"cancel_points", "citations", "notice", "stray_timeout"}


def test_an_answer_that_contradicts_differs() -> None:
    """Declared level, seen edge: that differs; an answer that was not given does not."""
    declared = Semantics(cancellation="level", citations={"cancellation": "here"})
    lines = {
        line.field: line for line in infer({"cancellation/swallow-then-wait": "edge"}, declared)
    }
    assert lines["cancellation"].differs
    assert (lines["cancellation"].inferred, lines["cancellation"].citation) == ("edge", "here")
    assert not lines["start"].differs


def test_both_answers_mean_either() -> None:
    """Two answers seen are an answer of their own, where the table knows one."""
    (line,) = [
        line
        for line in infer({"spawn/first-steps": "in-order | reversed"}, Semantics(order="fifo"))
        if line.field == "order"
    ]
    assert line.inferred == "any"
    assert line.differs
