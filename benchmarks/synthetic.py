"""Results of runtimes that do not exist, as many as are wanted: for benchmarks and tests of the report."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Final

from conformance.judge.case import Case, Histogram, RuleText, Seen
from conformance.judge.results import Header, Results, RuntimeLine
from conformance.judge.token import RunToken, encode_token, short_hash
from conformance.judge.verdict import Grade, Verdict
from conformance.lang.ops import Cancel, Checkpoint, Join, Note, Sleep, Spawn
from conformance.lang.outcome import Entry, Outcome, TaskOutcome
from conformance.lang.program import Program
from conformance.run.observation import Event

AREAS: Final = ("spawn", "join", "cancellation", "timers", "tcp", "sync", "groups", "context")
WORDS: Final = ("early", "late", "never")
PYTHONS: Final = ("3.11.7", "3.12.1", "3.13.0")


def synthetic(scenarios: int, runtimes: int, pythons: int = 3, seed: int = 0) -> Results:
    """Results of that many scenarios on that many runtimes and Pythons, always the same ones."""
    lines = tuple(
        RuntimeLine(f"loop-{number:02}", f"1.{number}", python, "a seed shuffles the ready queue")
        for number in range(runtimes)
        for python in PYTHONS[:pythons]
    )
    header = Header(
        lines, seeds=10, scenarios=scenarios, tool="0.1.0", started="2026-01-01T00:00:00+00:00"
    )
    cases = tuple(case for number in range(scenarios) for case in _scenario(number, lines, seed))
    return Results((header,), cases)


def _scenario(number: int, lines: tuple[RuntimeLine, ...], seed: int) -> Iterator[Case]:
    area = AREAS[number % len(AREAS)]
    name = f"{area}/scenario-{number:04}"
    ticks = 1 + number % 7
    program = Program(
        {
            "main": (Spawn("a"), Sleep(ticks), Cancel("a"), Join("a"), Note(f"done-{number}")),
            "a": (Note("began"), Checkpoint(), Sleep(9), Note("ended")),
        }
    )
    for line in lines:
        # Pythons of one runtime nearly always agree.
        chance = Random(f"{seed} {number} {line.address}")
        word = WORDS[0] if chance.random() < 0.7 else chance.choice(WORDS)
        draw = chance.random()
        if line.python == PYTHONS[-1] and draw > 0.995:
            word = WORDS[-1]
        yield _case(name, number, line, program, word, ticks, draw)


def _case(
    name: str,
    number: int,
    line: RuntimeLine,
    program: Program,
    word: str,
    ticks: int,
    draw: float,
) -> Case:
    bad = draw < 0.005
    question = number % 3 != 0
    verdict = (
        Verdict.NOT_APPLICABLE if draw > 0.85 else Verdict.VIOLATES if bad else Verdict.CONFORMS
    )
    token = encode_token(RunToken(short_hash(program), name, line.address))
    applicable = verdict is not Verdict.NOT_APPLICABLE
    return Case(
        scenario=name,
        hash=f"{number:016x}",
        asks=f"What comes of a task that is cancelled after {ticks} ticks, in case {number}?",
        runtime=line.address,
        version=line.version,
        python=line.python,
        program=program,
        verdict=verdict,
        reason=""
        if verdict is Verdict.CONFORMS
        else "no schedule allows it"
        if bad
        else "lacks cancel",
        marks=("a SHOULD is not kept",) if 0.005 < draw < 0.015 else (),
        answer=word if question and applicable else None,
        answers={w: f"a logs {w}" for w in WORDS} if question else {},
        rule=RuleText("SHOULD" if number % 5 == 0 else "MUST", draw < 0.5, ("a logs began",))
        if not question or number % 2
        else None,
        sources={"loop": f"https://example.org/loops/{name}"},
        histograms=_histograms(program, word, ticks, token, bad=bad) if applicable else (),
        seeds=(None, 1, 2),
        token=token,
    )


def _histograms(
    program: Program, word: str, ticks: int, token: str, *, bad: bool
) -> tuple[Histogram, ...]:
    allowed = tuple(_outcome(w, ticks) for w in WORDS)
    shown = _outcome("wrong", ticks + 1) if bad else _outcome(word, ticks)
    trace = (
        Event(0, "main", "begin", "spawn a"),
        Event(0, "main", "end", ""),
        Event(0, "main", "begin", f"sleep {ticks}"),
        Event(0, "a", "begin", "checkpoint"),
        Event(0, "a", "end", ""),
        Event(0, "a", "begin", "sleep 9"),
        Event(ticks, "main", "end", ""),
        Event(ticks, "main", "begin", "cancel a"),
        Event(ticks, "main", "end", ""),
        Event(ticks, "main", "begin", "join a"),
        Event(ticks + bad, "a", "error", "Cancelled"),
        Event(ticks + bad, "main", "error", "JoinError(Cancelled)"),
    )
    grade = Grade.FORBIDDEN if bad else Grade.ACCEPTABLE
    seen = Seen(shown, 10, grade, (word,), "", "", None, token, trace)
    return (Histogram(program, "-", (seen,), allowed, len(allowed)),)


def _outcome(word: str, ticks: int) -> Outcome:
    main = TaskOutcome((Entry("caught JoinError(Cancelled)", ticks),), "returned", ticks)
    return Outcome(
        (
            ("main", main),
            ("a", TaskOutcome((Entry("began", 0), Entry(word, ticks)), "cancelled", ticks)),
        )
    )
