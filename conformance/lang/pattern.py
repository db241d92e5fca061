"""Patterns over outcomes: how a scenario's labels say what they mean, as data.

A pattern is a conjunction of clauses. In texts, `*` stands for anything, and `TEXT@TICK` also asks
for the tick (which a real clock does not tell: there it is ignored).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, final

from conformance.errors import ScenarioError
from conformance.lang.outcome import Entry, Outcome

TESTS = ("log", "has", "lacks", "end", "shared", "ending", "reported", "unreported")


@final
@dataclass(frozen=True, slots=True)
class Clause:
    """One test on one task (`""` for the whole run).

    `log`: the task's log is exactly these entries · `has` / `lacks`: it contains (in order) / has
    none of them · `end`: how the task ended · `shared`: the shared log · `ending`: how the run
    ended · `reported` / `unreported`: what the runtime reported has all / none of these.
    """

    test: str
    task: str
    texts: tuple[str, ...]


@final
@dataclass(frozen=True, slots=True)
class Pattern:
    """A partial outcome: matches when every clause does."""

    clauses: tuple[Clause, ...]

    def __and__(self, other: Pattern) -> Pattern:
        """Both."""
        return Pattern(self.clauses + other.clauses)

    def matches(self, outcome: Outcome) -> bool:
        """Whether the outcome has everything that the pattern asks."""
        return all(_holds(clause, outcome) for clause in self.clauses)


def _make(test: str, tasks: dict[str, Iterable[str] | str]) -> Pattern:
    return Pattern(
        tuple(
            Clause(test, task, (texts,) if isinstance(texts, str) else tuple(texts))
            for task, texts in tasks.items()
        )
    )


def logs(**tasks: Iterable[str]) -> Pattern:
    """These tasks' logs are exactly these entries: `logs(a=["ran", "got 1@3"], b=[])`."""
    return _make("log", dict(tasks))


def has(**tasks: Iterable[str] | str) -> Pattern:
    """These tasks' logs contain these entries, in this order."""
    return _make("has", tasks)


def lacks(**tasks: Iterable[str] | str) -> Pattern:
    """These tasks' logs contain none of these entries."""
    return _make("lacks", tasks)


def ends(**tasks: str) -> Pattern:
    """These tasks ended so: `ends(a="cancelled", main="returned@5")`."""
    return _make("end", dict(tasks))


def shared(*texts: str) -> Pattern:
    """The shared log is exactly this."""
    return Pattern((Clause("shared", "", texts),))


def ending(how: str) -> Pattern:
    """The run ended so: `completed`, `deadlocked` or another of `ENDINGS`."""
    return Pattern((Clause("ending", "", (how,)),))


def reported(*texts: str) -> Pattern:
    """The runtime reported each of these."""
    return Pattern((Clause("reported", "", texts),))


def unreported(*texts: str) -> Pattern:
    """The runtime reported none of these."""
    return Pattern((Clause("unreported", "", texts),))


def _holds(clause: Clause, outcome: Outcome) -> bool:
    texts = clause.texts
    if clause.test == "shared":
        return _exactly(texts, outcome.shared)
    if clause.test == "ending":
        return outcome.ending in texts
    if clause.test in ("reported", "unreported"):
        found = [any(_text(want, got) for got in outcome.reported) for want in texts]
        return all(found) if clause.test == "reported" else not any(found)
    task = outcome.task(clause.task)
    if clause.test == "log":
        return _exactly(texts, task.log)
    if clause.test == "end":
        return _entry(texts[0], Entry(task.end, task.tick))
    if clause.test == "lacks":
        return not any(_entry(want, got) for want in texts for got in task.log)
    remaining = iter(task.log)
    return all(any(_entry(want, got) for got in remaining) for want in texts)


def _exactly(texts: tuple[str, ...], log: tuple[Entry, ...]) -> bool:
    return len(texts) == len(log) and all(map(_entry, texts, log))


def _entry(want: str, got: Entry) -> bool:
    text, at, tick = want.rpartition("@")
    if not at:
        return _text(want, got.text)
    return _text(text, got.text) and (got.tick is None or got.tick == float(tick))


def _text(want: str, got: str) -> bool:
    return want == got or ("*" in want and _compiled(want).fullmatch(got) is not None)


@lru_cache(maxsize=1024)
def _compiled(glob: str) -> re.Pattern[str]:
    return re.compile(".*".join(map(re.escape, glob.split("*"))), re.DOTALL)


def show_pattern(pattern: Pattern) -> str:
    """A pattern for people."""
    return " and ".join(_show_clause(clause) for clause in pattern.clauses) or "anything"


def _show_clause(clause: Clause) -> str:
    words = ", ".join(clause.texts) or "nothing"
    subject = {
        "shared": "the shared log is",
        "ending": "the run",
        "reported": "the runtime reports",
    }
    if clause.test == "unreported":
        return f"the runtime does not report {words}"
    if not clause.task:
        return f"{subject[clause.test]} {words}"
    verb = {"log": "logs exactly", "has": "logs", "lacks": "does not log", "end": "is"}[clause.test]
    return f"{clause.task} {verb} {words}"


def pattern_to_json(pattern: Pattern) -> list[Any]:
    """A pattern as a JSON value."""
    return [[clause.test, clause.task, list(clause.texts)] for clause in pattern.clauses]


def check_pattern(pattern: Pattern, tasks: Iterable[str]) -> None:
    """Raise ScenarioError for a clause about an unknown task or with an unknown test."""
    known = set(tasks)
    for clause in pattern.clauses:
        if clause.test not in TESTS or (clause.task and clause.task not in known):
            raise ScenarioError(
                f"a label speaks of `{clause.test} {clause.task}`, which is not in the program"
            )
