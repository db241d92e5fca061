"""Standalone scripts: a program in a runtime's own API, which tells by itself whether the defect shows.

The script imports nothing of ours. It runs on the real clock, so outcomes carry no times (or, where only times
tell them apart, times rounded to ticks); a task that does not end by the limit `did not end`.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from string import Template
from typing import Any, Final, final

from conformance.adapter.spelling import Spelling
from conformance.engine.repro_common import HELPERS
from conformance.engine.repro_frame import FRAME, JUDGE, NAMES
from conformance.engine.repro_prune import names_in, pruned
from conformance.engine.repro_write import TICK, Writer
from conformance.lang.outcome import Outcome
from conformance.lang.program import Program

LISTED: Final = 12
"""A script lists that many allowed outcomes; where there are more, it looks for the bad one only."""
LEAST: Final = 3
"""A script tries at least that often: a busy machine may keep a real clock from showing it."""
UNFINISHED: Final = ("blocked", "running", "unstarted", "unspawned", "destroyed", "unknown")


@final
@dataclass(frozen=True, slots=True)
class Case:
    """What a script is to show: an outcome that was seen, and those that are allowed.

    `complete`: `allowed` is all that there are. `runs`: how often to try, where schedules differ.
    """

    title: str
    program: Program
    seen: Outcome
    allowed: tuple[Outcome, ...] = ()
    complete: bool = False
    expected: str = ""
    runs: int = 1


def write_script(case: Case, spelling: Spelling) -> str:
    """The script. Raises UsageError for an op that the runtime's spelling does not have."""
    timed = _needs_times(case)
    bad = show(case.seen, timed=timed)
    allowed = list(dict.fromkeys(show(outcome, timed=timed) for outcome in case.allowed))
    listed = case.complete and 0 < len(allowed) <= LISTED and bad not in allowed
    writer = Writer(case.program, spelling, NAMES | names_in(spelling.header))
    body = "\n\n\n".join(writer.task(name) for name in reversed(tuple(case.program.tasks)))
    values = {
        "title": case.title.replace("\\", "\\\\").replace('"""', "'''"),
        "header": spelling.header.strip("\n"),
        "helpers": HELPERS.strip("\n"),
        "named": "named(error) or " if "def named(" in spelling.header else "",
        "tick": repr(TICK),
        "timed": repr(timed),
        "problems": repr(sorted(writer.errors)),
        "names": "\n".join(f"    ({kinds}, {name!r})," for name, kinds in spelling.errors.items()),
        "cancelled": spelling.cancelled,
        "tasks": repr(list(case.program.tasks)),
        "objects": "\n".join(f"    {line}" for line in writer.objects()),
        "body": body,
        "wrapped": "\n".join(
            f"{writer.names[name]} = watched{'_in_thread' * (name in writer.threads)}"
            f"({name!r}, {writer.names[name]})"
            for name in case.program.tasks
        ),
        "run": textwrap.indent(spelling.run, "        "),
        "bad": _literal(bad),
        "allowed": _listing(allowed if listed else ()),
        "expected": repr(case.expected),
        "seconds": repr(round(_limit(case.program), 2)),
        "runs": repr(max(case.runs, LEAST)),
        "again": repr(case.runs > 1),
    }
    return pruned(Template(FRAME + JUDGE).substitute(values))


def show(outcome: Outcome, *, timed: bool) -> str:
    """An outcome as a script tells it: one line for each task, then the shared log."""

    def entry(text: str, tick: float | None) -> str:
        return f"{text}@{tick:g}" if timed and tick is not None else text

    lines = []
    for name, task in outcome.tasks:
        end = "did not end" if task.end.startswith(UNFINISHED) else entry(task.end, task.tick)
        lines.append(f"{name}: " + ", ".join([*(entry(*e) for e in task.log), end]))
    if outcome.shared:
        lines.append("log: " + ", ".join(entry(*e) for e in outcome.shared))
    return "\n".join(lines)


def _needs_times(case: Case) -> bool:
    plain = show(case.seen, timed=False)
    return any(show(outcome, timed=False) == plain for outcome in case.allowed)


def _limit(program: Program) -> float:
    """Seconds after which what has not ended never will."""
    ticks = [float(getattr(op, "ticks", getattr(op, "tick", 0))) for _, op in program.walk()]
    return 2.0 + TICK * sum(t for t in ticks if 0 < t <= 200)


def _literal(text: str) -> str:
    lines = text.split("\n")
    if len(lines) == 1:
        return repr(text)
    return "(\n" + "\n".join(f"    {line!r}" for line in _with_ends(lines)) + "\n)"


def _with_ends(lines: list[str]) -> Iterator[str]:
    yield from (f"{line}\n" for line in lines[:-1])
    yield lines[-1]


def _listing(texts: Any) -> str:
    if not texts:
        return "[]  # too many to list, or not known: only SEEN is looked for"
    return "[\n" + "".join(textwrap.indent(_literal(t), "    ") + ",\n" for t in texts) + "]"
