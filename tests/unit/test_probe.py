import json
from dataclasses import fields

import pytest

from conformance.cli import main
from conformance.engine.catalogue import load_catalogue
from conformance.engine.probe import BOTH, BROKEN, KEPT, TABLE, infer
from conformance.engine.probe_trials import TRIALS
from conformance.errors import Exit
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
    words = set(SCENARIOS[scenario].answers) or {KEPT, BROKEN}
    assert set(meaning) - {BOTH} <= words


def test_every_single_answer_is_probed() -> None:
    """No field of the semantics goes unasked but the table of cancel points, of which single rows are asked."""
    asked = {row[0].partition(".")[0] for row in TABLE} | TRIALS.keys()
    left_out = {item.name for item in fields(Semantics)} - asked
    assert left_out <= {"cancel_points", "citations"}


def test_notice_declared_later_is_not_contradicted() -> None:
    """A group that is left in the next round has learnt at once; a declaration of `later` allows that, too."""
    seen = {"spawn/group-left-how-soon": "in-the-next-round"}
    for declared in ("at_once", "later"):
        lines = {line.field: line for line in infer(seen, Semantics(notice=declared))}
        assert (lines["notice"].inferred, lines["notice"].differs) == ("at_once", False)
    late = {"spawn/group-left-how-soon": "later"}
    lines = {line.field: line for line in infer(late, Semantics(notice="at_once"))}
    assert lines["notice"].differs


def test_group_requests_declared_loose_are_not_contradicted() -> None:
    """Any request may be lost or told where they are loose; where they are counted none may be lost."""
    for declared, seen, differs in (("loose", "kept", False), ("counted", "lost", True)):
        told = {"groups/outside-cancel-kept": seen}
        declaration = Semantics(group_requests=declared)  # type: ignore[arg-type]
        lines = {line.field: line for line in infer(told, declaration)}
        assert lines["group_requests"].differs is differs


def test_an_answer_that_contradicts_differs() -> None:
    """Declared level, seen edge: that differs; an answer that was not given does not."""
    declared = Semantics(cancellation="level", citations={"cancellation": "here"})
    lines = {
        line.field: line for line in infer({"cancellation/swallow-then-wait": "edge"}, declared)
    }
    assert lines["cancellation"].differs
    assert (lines["cancellation"].inferred, lines["cancellation"].citation) == ("edge", "here")
    assert not lines["start"].differs


def test_a_lock_that_is_taken_again_reenters() -> None:
    """Seen to be taken by its holder, a lock is declared `reenters`; each other value differs."""
    seen = {"sync/lock-reacquire": "reenters"}
    for declared in ("blocks", "error", "reenters"):
        lines = {line.field: line for line in infer(seen, Semantics(relock=declared))}
        assert lines["relock"].inferred == "reenters"
        assert lines["relock"].differs is (declared != "reenters")


def test_both_answers_mean_either() -> None:
    """Two answers seen are an answer of their own, where the table knows one."""
    (line,) = [
        line
        for line in infer({"spawn/first-steps": "in-order | reversed"}, Semantics(order="fifo"))
        if line.field == "order"
    ]
    assert line.inferred == "any"
    assert line.differs


def test_the_reference_is_what_it_declares(capsys: pytest.CaptureFixture[str]) -> None:
    """From its answers alone the reference's own semantics are inferred, and no answer goes unexplained."""
    assert main(["probe", "reference", "--format", "json"]) == Exit.OK
    shown = capsys.readouterr()
    lines = {line["field"]: line for line in json.loads(shown.out)}
    for field in TRIALS:
        assert lines[field]["inferred"] == lines[field]["declared"]
    assert "fits none" not in shown.err


def test_a_rule_tells_of_a_runtime_that_it_does_not_bind(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A cancel of an ended task that raises is inferred as such, though no document binds this executor."""
    assert main(["probe", "mutant:cancel-after-end"]) == Exit.VIOLATION
    told = "differs: cancel_ended is declared nothing, the answer says error"
    assert told in capsys.readouterr().err
