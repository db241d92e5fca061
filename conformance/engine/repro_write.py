"""The tasks and objects of a program, written in a runtime's spelling."""

from __future__ import annotations

import builtins
import keyword
import math
import textwrap
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields
from string import Template
from typing import Any, Final, final

from conformance.adapter.spelling import Spelling
from conformance.engine import repro_common
from conformance.errors import UsageError
from conformance.lang import ops
from conformance.lang.ops import BLOCKS, Block, Op
from conformance.lang.ops.threads import STOP_ITERATION
from conformance.lang.outcome import show_value
from conformance.lang.program import NAMED, SIZED, Program
from conformance.run.frames import regroups

TICK: Final = 0.05
"""Seconds of real time for one tick."""
_BODY: Final = "\0body"
_HELPERS: Final = ("got", "got_item", "data")
_OF_TASKS: Final = (ops.Join, ops.Cancel, ops.Done, ops.Cancelled, ops.Cancelling)


def identifiers(names: Iterable[str], taken: Iterable[str] = ()) -> dict[str, str]:
    """Each name of a program as a name of Python: no keyword, nothing in `taken`, no two alike."""
    used = {*taken, *dir(builtins)}
    found = {}
    for name in names:
        plain = name.replace("-", "_")
        while plain in used or keyword.iskeyword(plain):
            plain += "_"
        used.add(plain)
        found[name] = plain
    return found


@final
class Writer:
    """Writes the tasks of one program. `taken`: names of the script that tasks must not take."""

    def __init__(self, program: Program, spelling: Spelling, taken: Iterable[str]) -> None:
        self.spelling = spelling
        self._program = program
        self._every = [op for _, op in program.walk()]
        self.errors = {op.error for op in self._every if isinstance(op, ops.RAISES) and op.error}
        self.threads = {op.thread for op in self._every if isinstance(op, ops.RunInThread)}
        self._closing = any(isinstance(op, ops.CloseSender) for op in self._every)
        self._served = {op.listener for op in self._every if isinstance(op, ops.Serve)}
        self._blocks = 0
        self._handled: list[str] = []
        self._regroups = any(isinstance(op, ops.RaiseGroup) for op in self._every)
        self._objects = list(_declared(program, self._every))
        kinds = {
            *_of("gate", self._objects),
            *program.tasks,
            *program.declared(),
            *_bound(self._every),
        }
        self.names = identifiers(sorted(kinds), {*taken, "root", "loop"})

    # ------------------------------------------------------------ objects

    def objects(self) -> Iterator[str]:
        """A line for each object that some op uses. Raises UsageError for one that is not spelled."""
        for name, kind, size in self._objects:
            text = {**repro_common.OBJECTS, **self.spelling.objects}.get(kind)
            if text is None:
                raise UsageError(
                    f"no script for this program: the runtime's spelling has no {kind}",
                    hint="add it to the adapter's `spelling`",
                )
            bound = 0 if size == math.inf else size
            values = {"size": _number(size), "bound": repr(bound), "name": repr(name)}
            called = self.names.get(name, name) + ("_announced" if kind == "announced" else "")
            yield f"t.{called} = " + Template(text).substitute(values)
        if "loop" in self.spelling.objects and any(op.kind == "from_thread" for op in self._every):
            yield "t.loop = " + self.spelling.objects["loop"]

    # ------------------------------------------------------------ tasks

    def task(self, name: str) -> str:
        """The function of one task, or of one thread."""
        self._blocks = 0
        start = "def" if name in self.threads else "async def"
        inner = list(self._block(self._program.tasks[name], name))
        if name == "main":
            inner = [*self._main_first(), *inner]
        body = "\n".join(inner) or "pass"
        lines = [f"{start} {self.names[name]}():"]
        if "note(" in body:
            lines.append(f"    note = noting({name!r})")
        lines += [
            f"    {helper} = functools.partial({helper}_, {name!r})"
            for helper in _HELPERS
            if f"{helper}(" in body
        ]
        lines += [f"    {self.names[v]}_tokens = []" for v in sorted(self._reset_in(name))]
        return "\n".join(lines) + "\n" + textwrap.indent(body, "    ")

    def _main_first(self) -> Iterator[str]:
        yield "make()"
        text = self.spelling.objects.get("main")
        named = {op.task for op in self._every if isinstance(op, _OF_TASKS)}
        if text is not None and "main" in named:
            yield f"t.main = {text}"

    def _reset_in(self, task: str) -> set[str]:
        walked = self._program.walk()
        return {
            op.variable
            for path, op in walked
            if path[0] == task and isinstance(op, ops.ResetVariable)
        }

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
            return (
                "raise StopIteration"
                if op.error == STOP_ITERATION
                else f"raise PROBLEMS[{op.error!r}]"
            )
        if isinstance(op, ops.RaiseGroup):
            beside = "" if op.error is None else f", PROBLEMS[{op.error!r}]"
            return f'raise BaseExceptionGroup("handled", [{self._handled[-1]}{beside}])'
        if isinstance(op, ops.Return):
            return f"return {op.value!r}"
        if isinstance(op, ops.Attempt):
            return self._attempt(op, task)
        return self._spelled(op, task)

    def _attempt(self, op: ops.Attempt, task: str) -> str:
        lines = ["try:", textwrap.indent(self._nested(op.body, task), "    ")]
        if op.on_cancel is not None or op.on_error is not None:
            lines.append(f"except {self.spelling.cancelled} as error:")
            caught = ["raise"] if op.on_cancel is None else self._cancelled(op.on_cancel, task)
            lines += [f"    {line}" for line in caught]
        if op.on_error is not None:
            if self._regroups:  # a group with a cancellation in it is no Exception
                lines.append("except (Exception, BaseExceptionGroup) as error:")
                lines += ['    if name(error) == "Cancelled":', "        raise"]
            else:
                lines.append("except Exception as error:")
            lines += [f"    {line}" for line in _caught(self._nested(op.on_error, task))]
        if op.finally_ is not None:
            lines += ["finally:", textwrap.indent(self._nested(op.finally_, task), "    ")]
        return "\n".join(lines)

    def _cancelled(self, handler: Block, task: str) -> list[str]:
        """A handler of a cancellation, which keeps that under a name if it raises it in a group."""
        if not regroups(handler):
            return _caught(self._nested(handler, task))
        self._blocks += 1
        self._handled.append(f"handled{self._blocks}")
        lines = [f"{self._handled[-1]} = error", *_caught(self._nested(handler, task))]
        self._handled.pop()
        return lines

    # ------------------------------------------------------------ ops by their spelling

    def _spelled(self, op: Op, task: str) -> str:
        keys = [f"{op.kind}:{suffix}" for suffix in self._suffixes(op, task)] + [op.kind]
        texts = (
            source.get(key) for source in (self.spelling.ops, repro_common.OPS) for key in keys
        )
        text = next((text for text in texts if text is not None), None)
        if text is None:
            raise UsageError(
                f"no script for this program: the runtime's spelling has no `{op.kind}`",
                hint="add it to the adapter's `spelling`",
            )
        filled = Template(text).substitute(self._values(op))
        body = getattr(op, "body", None)
        if body is None:
            return filled
        out = []
        for line in filled.split("\n"):
            if line.strip() == _BODY:
                indent = line[: len(line) - len(line.lstrip())]
                out.append(textwrap.indent(self._nested(body, task), indent))
            else:
                out.append(line)
        return "\n".join(out)

    def _suffixes(self, op: Op, task: str) -> Iterator[str]:
        """What may follow the kind in a spelling's key: see `conformance.adapter.spelling`."""
        found: Mapping[str, bool] = {
            "group": isinstance(op, ops.Spawn) and op.group is not None,
            "self": isinstance(op, ops.Cancel) and op.task == task,
            "one": isinstance(op, ops.FailAfter) and op.around_one_wait,
            "named": getattr(op, "scope", None) is not None,
            "never": isinstance(op, ops.MoveDeadline) and op.ticks == math.inf,
            "abandon": isinstance(op, ops.RunInThread) and op.abandon is not None,
            "served": getattr(op, "listener", None) in self._served,
            "closing": self._closing,
            "thread": task in self.threads,
            "reset": isinstance(op, ops.SetVariable) and op.variable in self._reset_in(task),
        }
        return (suffix for suffix, holds in found.items() if holds)

    def _values(self, op: Op) -> Mapping[str, str]:
        values: dict[str, str] = {"body": _BODY}
        for field in fields(op):
            value = getattr(op, field.name)
            if field.name in BLOCKS:
                continue
            if field.name in ("ticks", "tick"):
                values["seconds"] = _seconds(value)
            elif field.name == "data":
                times = getattr(op, "times", 1)
                values["data"] = repr(value.encode()) + (f" * {times}" if times != 1 else "")
            elif field.name in ("item", "value", "word"):
                values[field.name] = repr(value)
            elif field.name == "scope":
                if value is None:
                    continue
                values["scope"] = f"t.{self.names[value]}"
            elif isinstance(value, str):
                values[field.name] = self.names[value]
            else:
                values[field.name] = repr(value)
        if hasattr(op, "scope") and op.blocks():
            self._blocks += 1
            number = "" if self._blocks == 1 else str(self._blocks)
            values.setdefault("scope", f"scope{number}")
            values["up"] = f"given_up{number}"
        return values


def _caught(block: str) -> list[str]:
    return ['note(f"caught {name(error)}")', *(block.split("\n") if block != "pass" else [])]


def _declared(program: Program, every: list[Op]) -> Iterator[tuple[str, str, float]]:
    """Each object that some op uses: its name, its kind, its size."""
    used = {
        getattr(op, field.name) for op in every for field in fields(op) if field.name not in BLOCKS
    }
    for kinds in NAMED:
        yield from ((name, kinds[:-1], 0) for name in getattr(program, kinds) if name in used)
    for name, channel in program.channels.items():
        if name in used:
            yield name, "channel", channel.capacity
    for kinds in SIZED:
        yield from ((n, kinds[:-1], s) for n, s in getattr(program, kinds).items() if n in used)
    for gate in dict.fromkeys(op.gate for op in every if isinstance(op, ops.Hold | ops.OpenGate)):
        yield gate, "gate", 0
    for listener in dict.fromkeys(op.listener for op in every if isinstance(op, ops.Handler)):
        yield listener, "announced", 0


def _of(kind: str, objects: Iterable[tuple[str, str, float]]) -> set[str]:
    return {name for name, other, _ in objects if other == kind}


def _bound(every: Iterable[Op]) -> set[str]:
    """What ops name: streams, listeners, scopes, clones."""
    return {
        value
        for op in every
        for field in fields(op)
        if field.name not in {*BLOCKS, "data", "item", "value", "word", "error"}
        and isinstance(value := getattr(op, field.name), str)
    }


def _seconds(ticks: float) -> str:
    return f"{round(ticks * TICK, 6):g}" if math.isfinite(ticks) else _number(ticks)


def _number(value: Any) -> str:
    if isinstance(value, float) and not math.isfinite(value):
        return f"{'-' if value < 0 else ''}math.{'nan' if math.isnan(value) else 'inf'}"
    return repr(value)
