"""What stands behind the cells of one scenario: program, outcomes, traces, each of them once.

Values are lists of numbers rather than objects with names, for a report of 20,000 cases is mostly
this. `templates/js/block.js` is the reader, and must be changed together with this file.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final, final

from conformance.judge.case import Case, Histogram, Seen
from conformance.judge.divergence import Divergence, diverge
from conformance.judge.token import RunToken, encode_token, short_hash
from conformance.judge.verdict import Grade
from conformance.lang.outcome import Entry, Outcome
from conformance.lang.program import Program
from conformance.lang.text import show_program
from conformance.run.observation import Event
from reports.columns import Column
from reports.plain import visible
from reports.texts import Texts, Values

GRADES: Final = tuple(Grade)
LONGEST_TRACE: Final = 600
"""Events of any one trace that are shown."""
LISTED: Final = 30
"""Allowed outcomes that were not seen, of any one histogram."""


def make_block(cases: Mapping[Column, Case]) -> dict[str, Any]:
    """The block of one scenario: its cases by the number of their column."""
    first = next(iter(cases.values()))
    maker = Maker(first.program)
    details = Values()
    at = {str(column.at): details.add(maker.case(case)) for column, case in cases.items()}
    tokens = {
        str(column.at): visible(case.token)
        for column, case in cases.items()
        if case.token != usual_token(case)
    }
    rule = first.rule
    return {
        "hash": visible(first.hash),
        "token": visible(",".join(_token(first).split(",")[:2])),
        "tokens": tokens,
        "program": visible(show_program(first.program)),
        "tasks": list(map(visible, first.program.tasks)),
        "required": list(map(visible, rule.required)) if rule else [],
        "forbidden": list(map(visible, rule.forbidden)) if rule else [],
        "cases": details.list,
        "at": at,
        **maker.tables(),
    }


@final
class Maker:
    """Turns cases into numbers, and keeps the tables that these name."""

    def __init__(self, program: Program) -> None:
        self._lines = show_program(program).split("\n")
        self._program = program
        self._texts = Texts()
        self._outcomes = Values()
        self._events = Values()
        self._histograms = Values()
        self._traces = Values()

    def tables(self) -> dict[str, Any]:
        """The tables, once all is added."""
        return {
            "texts": self._texts.list,
            "outcomes": self._outcomes.list,
            "events": self._events.list,
            "histograms": self._histograms.list,
            "traces": self._traces.list,
        }

    def case(self, case: Case) -> dict[str, Any]:
        """One case. Those of several Pythons that are equal are equal values."""
        facts = {
            "marks": list(map(visible, case.marks)),
            "binds": int(bool(case.rule and case.rule.binds)),
            "clock": "" if case.clock == "virtual" else visible(case.clock),
            "hang": visible(case.hang),
            "histograms": [self._histogram(case, h) for h in case.histograms],
        }
        return {name: fact for name, fact in facts.items() if fact}

    def outcome(self, outcome: Outcome) -> int:
        """`[ending, [[task, end, tick, text, tick, …], …], [text, tick, …], [text, …]]`."""
        add = self._texts.add
        tasks = [
            [add(name), add(task.end), task.tick, *self._entries(task.log)]
            for name, task in outcome.tasks
        ]
        reported = [add(text) for text in outcome.reported]
        return self._outcomes.add(
            [add(outcome.ending), tasks, self._entries(outcome.shared), reported]
        )

    def _entries(self, entries: Iterable[Entry]) -> list[Any]:
        return [value for e in entries for value in (self._texts.add(e.text), e.tick)]

    def _histogram(self, case: Case, histogram: Histogram) -> int:
        """By number, for rewritings look alike on many runtimes; what is empty is left out."""
        seen = {as_allowed(case, one.outcome) for one in histogram.seen}
        unseen = [outcome for outcome in histogram.allowed if outcome not in seen]
        facts = {
            "injected": "" if histogram.injected == "-" else visible(histogram.injected),
            "program": self._changed(histogram.program),
            "oracle": self._texts.add(histogram.oracle),
            "seen": [self._seen(case, histogram, one) for one in histogram.seen],
            "unseen": [self.outcome(outcome) for outcome in unseen[:LISTED]],
            "listed": len(histogram.allowed),
            "allowed": histogram.allowed_total,
        }
        return self._histograms.add({name: fact for name, fact in facts.items() if fact})

    def _changed(self, program: Program) -> Any:
        """The lines that a rewriting puts in, by number; the whole where it does more than that."""
        if program == self._program:
            return []
        new, at, put_in = show_program(program).split("\n"), 0, []
        for number, line in enumerate(new):
            if at < len(self._lines) and line == self._lines[at]:
                at += 1
            else:
                put_in.append(number)
        plain = all(new[number].strip() == "checkpoint" for number in put_in)
        return put_in if plain and at == len(self._lines) else visible("\n".join(new))

    def _seen(self, case: Case, histogram: Histogram, seen: Seen) -> list[Any]:
        """One outcome; `Seen` in templates/js/block.js names the places."""
        add = self._texts.add
        nearest, parting = self._nearest(case, histogram, seen)
        token = "" if seen.token == derived(case.token, seen, histogram) else visible(seen.token)
        return [
            self.outcome(seen.outcome),
            seen.count,
            GRADES.index(seen.grade),
            seen.seed,
            self.trace(seen.trace),
            [add(label) for label in seen.labels],
            add(seen.breaks),
            add(seen.freedom),
            token,
            nearest,
            parting,
        ]

    def trace(self, trace: Iterable[Event]) -> int:
        """`[tick, event, …]`, an event being `[task, what, detail]`; cut where it is endless."""
        flat = [
            value
            for event in list(trace)[:LONGEST_TRACE]
            for value in (event.tick, self._events.add([*map(self._texts.add, event[1:])]))
        ]
        return self._traces.add(flat)

    def _nearest(self, case: Case, histogram: Histogram, seen: Seen) -> tuple[Any, Any]:
        """The allowed outcome that a forbidden one agrees with for longest, and where they part."""
        if seen.grade not in (Grade.FORBIDDEN, Grade.INTERESTING) or not histogram.allowed:
            return None, None
        shown = as_allowed(case, seen.outcome)
        nearest = min(histogram.allowed, key=lambda allowed: how_far(shown, allowed))
        found = diverge(shown, nearest)
        return self.outcome(nearest), found and self.parting(found)

    def parting(self, found: Divergence) -> list[Any]:
        """`[task, index, saw, expected, tick]`."""
        add = self._texts.add
        return [add(found.task), found.index, add(found.saw), add(found.expected), found.tick]


def usual_token(case: Case) -> str:
    """The token that a case has unless it is an odd one: `templates/js/block.js` makes it too."""
    return _token(case) if case.histograms else ""


def _token(case: Case) -> str:
    return encode_token(
        RunToken(short_hash(case.program), case.scenario, case.runtime, clock=case.clock)
    )


def derived(token: str, seen: Seen, histogram: Histogram) -> str:
    """The token of an outcome as `templates/js/block.js` makes it of that of the case."""
    parts = token.split(",")
    if len(parts) != 6:
        return ""
    seed = "-" if seen.seed is None else str(seen.seed)
    return ",".join([*parts[:3], seed, histogram.injected, parts[5]])


def as_allowed(case: Case, outcome: Outcome) -> Outcome:
    """The outcome as the oracle would list it."""
    judged = outcome.judged()
    if case.clock == "virtual":
        return judged
    plain = judged.without_times()
    ending = "stopped" if plain.ending == "deadlocked" else plain.ending
    return Outcome(plain.tasks, plain.shared, ending)


def how_far(seen: Outcome, allowed: Outcome) -> tuple[int, float, int]:
    """How far an allowed outcome is: tasks that differ, then how early and where they part."""
    found = diverge(seen, allowed)
    if found is None:
        return 0, 0.0, 0
    others = dict(allowed.tasks)
    unlike = sum(others.get(name) != task for name, task in seen.tasks)
    tick = -1.0 if found.tick is None else float(found.tick)
    return unlike + (seen.shared != allowed.shared), -tick, -found.index
