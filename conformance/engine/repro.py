"""Standalone scripts: a program in a runtime's own API, which tells by itself whether the defect shows.

The script imports nothing of ours. It runs on the real clock, so outcomes carry no times (or, where only times
tell them apart, times rounded to ticks); a task that does not end by the limit `did not end`.
"""

from __future__ import annotations

import keyword
import math
import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from string import Template
from typing import Any, Final, final

from conformance.adapter.spelling import Spelling
from conformance.engine.repro_frame import FRAME, JUDGE
from conformance.engine.repro_prune import pruned
from conformance.errors import UsageError
from conformance.lang import ops
from conformance.lang.ops import BLOCKS, Block, Op
from conformance.lang.outcome import Outcome, show_value
from conformance.lang.program import SIZED, Program

TICK: Final = 0.05
"""Seconds of real time for one tick."""
LISTED: Final = 12
"""A script lists that many allowed outcomes; where there are more, it looks for the bad one only."""
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
    writer = _Writer(case.program, spelling)
    body = "\n\n\n".join(writer.task(name) for name in reversed(tuple(case.program.tasks)))
    values = {
        "title": case.title.replace("\\", "\\\\").replace('"""', "'''"),
        "header": spelling.header.strip("\n"),
        "tick": repr(TICK),
        "timed": repr(timed),
        "problems": repr(sorted(writer.errors)),
        "names": "\n".join(f"    ({kinds}, {name!r})," for name, kinds in spelling.errors.items()),
        "cancelled": spelling.cancelled,
        "tasks": repr(list(case.program.tasks)),
        "objects": "\n".join(f"    {line}" for line in writer.objects()),
        "body": body,
        "wrapped": "\n".join(
            f"{identifier(name)} = watched({name!r}, {identifier(name)})"
            for name in case.program.tasks
        ),
        "run": textwrap.indent(spelling.run, "        "),
        "bad": _literal(bad),
        "allowed": _listing(allowed if listed else ()),
        "expected": repr(case.expected),
        "seconds": repr(round(_limit(case.program), 2)),
        "runs": repr(case.runs),
    }
    return pruned(Template(FRAME + JUDGE).substitute(values))


def show(outcome: Outcome, *, timed: bool) -> str:
    """An outcome as a script tells it: one line for each task, then the shared log."""

    def entry(text: str, tick: float | None) -> str:
        return f"{text}@{tick:g}" if timed and tick is not None else text

    lines = []
    for name, task in outcome.tasks:
        end = "did not end" if task.end.startswith(UNFINISHED) else task.end
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


@final
class _Writer:
    """Writes the tasks of one program."""

    def __init__(self, program: Program, spelling: Spelling) -> None:
        self.program = program
        self.spelling = spelling
        self.errors: set[str] = {op.error for _, op in program.walk() if isinstance(op, ops.Raise)}

    def objects(self) -> Iterator[str]:
        """A line for each object that the program declares."""
        declared: list[tuple[str, str, object]] = []
        for kind in ("event", "lock", "condition"):
            declared += [(name, kind, 0) for name in getattr(self.program, f"{kind}s")]
        for name, channel in self.program.channels.items():
            declared.append((name, "channel", channel.capacity))
        for kinds in SIZED:
            declared += [(n, kinds[:-1], size) for n, size in getattr(self.program, kinds).items()]
        for name, kind, size in declared:
            text = self.spelling.objects.get(kind)
            if text is None:
                raise UsageError(f"no spelling for `{kind}` on this runtime")
            yield f"t.{identifier(name)} = " + Template(text).substitute(size=_number(size))

    def task(self, name: str) -> str:
        """The function of one task."""
        lines = [f"async def {identifier(name)}():"]
        inner = list(self._block(self.program.tasks[name], name))
        if name == "main":
            inner.insert(0, "make()")
        body = "\n".join(inner) or "pass"
        if "note(" in body:
            lines.append(f"    note = noting({name!r})")
        lines += [
            f"    {helper} = functools.partial({helper}_, {name!r})"
            for helper in ("got", "got_item", "data")
            if f"{helper}(" in body
        ]
        return "\n".join(lines) + "\n" + textwrap.indent(body, "    ")

    def _block(self, block: Block, task: str) -> Iterator[str]:
        for op in block:
            yield from self._op(op, task).split("\n")

    def _nested(self, block: Block, task: str) -> str:
        return "\n".join(self._block(block, task)) or "pass"

    def _op(self, op: Op, task: str) -> str:
        if isinstance(op, ops.Note):
            return f"note({show_value(op.word)!r})"
        if isinstance(op, ops.Log):
            return f"shared({task!r}, {show_value(op.word)!r})"
        if isinstance(op, ops.Raise):
            return f"raise PROBLEMS[{op.error!r}]"
        if isinstance(op, ops.Return):
            return f"return {op.value!r}"
        if isinstance(op, ops.Attempt):
            return self._attempt(op, task)
        return self._spelled(op, task)

    def _attempt(self, op: ops.Attempt, task: str) -> str:
        lines = ["try:", textwrap.indent(self._nested(op.body, task), "    ")]
        if op.on_cancel is not None or op.on_error is not None:
            lines.append(f"except {self.spelling.cancelled} as error:")
            caught = (
                ["raise"] if op.on_cancel is None else _caught(self._nested(op.on_cancel, task))
            )
            lines += [f"    {line}" for line in caught]
        if op.on_error is not None:
            lines.append("except Exception as error:")
            lines += [f"    {line}" for line in _caught(self._nested(op.on_error, task))]
        if op.finally_ is not None:
            lines += ["finally:", textwrap.indent(self._nested(op.finally_, task), "    ")]
        return "\n".join(lines)

    def _spelled(self, op: Op, task: str) -> str:
        text = self.spelling.ops.get(_key(op, task)) or self.spelling.ops.get(op.kind)
        if text is None:
            raise UsageError(
                f"no script for this program: the runtime's spelling has no `{op.kind}`",
                hint="add it to the adapter's `spelling`",
            )
        filled = Template(text).substitute(_values(op))
        body = getattr(op, "body", None)
        if body is None:
            return filled
        out = []
        for line in filled.split("\n"):
            if line.strip() == "$body" or line.strip() == _BODY:
                indent = line[: len(line) - len(line.lstrip())]
                out.append(textwrap.indent(self._nested(body, task), indent))
            else:
                out.append(line)
        return "\n".join(out)


_BODY: Final = "\0body"


def _caught(block: str) -> list[str]:
    return ['note(f"caught {name(error)}")', *(block.split("\n") if block != "pass" else [])]


def _key(op: Op, task: str) -> str:
    if isinstance(op, ops.Spawn) and op.group is not None:
        return "spawn:group"
    if isinstance(op, ops.Cancel) and op.task == task:
        return "cancel:self"
    return op.kind


def _values(op: Op) -> Mapping[str, str]:
    values: dict[str, str] = {"body": _BODY}
    for field in fields(op):
        value = getattr(op, field.name)
        if field.name in BLOCKS:
            continue
        if field.name in ("ticks", "tick"):
            values["seconds"] = _seconds(value)
        elif field.name == "data":
            values["data"] = repr(value.encode()) + (f" * {op.times}" if op.times != 1 else "")  # type: ignore[attr-defined]
        elif field.name in ("item", "value", "word"):
            values[field.name] = repr(value)
        elif isinstance(value, str):
            values[field.name] = identifier(value)
        else:
            values[field.name] = repr(value)
    return values


def _seconds(ticks: float) -> str:
    return _number(ticks) if math.isinf(ticks) else f"{round(ticks * TICK, 6):g}"


def _number(value: Any) -> str:
    if isinstance(value, float) and math.isinf(value):
        return "math.inf" if value > 0 else "-math.inf"
    return repr(value)


def identifier(name: str) -> str:
    """A name of a program as a name of Python."""
    plain = name.replace("-", "_")
    return f"{plain}_" if keyword.iskeyword(plain) or plain in _TAKEN else plain


_TAKEN: Final = frozenset(
    {"note", "got", "got_item", "data", "t", "name", "shared", "make", "watched"}
)
