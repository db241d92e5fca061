"""A program: named tasks, each a tuple of ops, and the objects that they share."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from types import MappingProxyType
from typing import Final, final

from conformance.errors import ScenarioError
from conformance.lang.ops import Op, Ticks

Path = tuple[str, ...]
"""Where an op stands: task name, then index and block name in turn: `("a", "0", "body", "2")`."""


@final
@dataclass(frozen=True, slots=True)
class Channel:
    """A channel that holds up to `capacity` items: 0 for a rendezvous, `math.inf` for no bound."""

    capacity: Ticks = 1


NAMED: Final = ("events", "locks", "conditions", "variables")
"""What a program declares by name only: each a tuple of names."""
SIZED: Final = {"semaphores": 0, "bounded_semaphores": 1, "limiters": 1, "barriers": 1}
"""What it declares with a number (permits, tokens, parties): each a mapping; and the least number."""


@final
@dataclass(frozen=True, slots=True)
class Program:
    """What a scenario runs. `main` runs first; every other task is spawned by exactly one op.

    Raises ScenarioError, naming the op, for a program that makes no sense.
    """

    tasks: Mapping[str, tuple[Op, ...]]
    events: tuple[str, ...] = ()
    locks: tuple[str, ...] = ()
    channels: Mapping[str, Channel] = field(default_factory=dict)
    conditions: tuple[str, ...] = ()
    variables: tuple[str, ...] = ()
    semaphores: Mapping[str, int] = field(default_factory=dict)
    bounded_semaphores: Mapping[str, int] = field(default_factory=dict)
    limiters: Mapping[str, int] = field(default_factory=dict)
    barriers: Mapping[str, int] = field(default_factory=dict)
    _hash: int | None = field(init=False, repr=False, compare=False, default=None)
    _walked: tuple[tuple[Path, Op], ...] | None = field(
        init=False, repr=False, compare=False, default=None
    )
    _kinds: frozenset[type[Op]] | None = field(init=False, repr=False, compare=False, default=None)

    def __post_init__(self) -> None:
        """Freeze the mappings and check the program."""
        from conformance.lang.check import check_program  # noqa: PLC0415  # it reads Program

        for name in ("tasks", "channels", *SIZED):
            object.__setattr__(self, name, MappingProxyType(dict(getattr(self, name))))
        check_program(self)

    def __eq__(self, other: object) -> bool:
        """By content; the order of tasks counts."""
        return self is other or (isinstance(other, Program) and self._content() == other._content())

    def __hash__(self) -> int:
        """Hash by content, computed once."""
        if self._hash is None:
            object.__setattr__(self, "_hash", hash(self._content()))
        assert self._hash is not None
        return self._hash

    def _content(self) -> tuple[object, ...]:
        mapped = (tuple(getattr(self, name).items()) for name in ("tasks", "channels", *SIZED))
        return *mapped, *(getattr(self, name) for name in NAMED)

    def __reduce__(self) -> tuple[object, ...]:
        """Pickle by content: a mapping proxy has no pickle form of its own."""
        values = (getattr(self, f.name) for f in fields(self) if f.init)
        return Program, tuple(dict(v) if isinstance(v, Mapping) else v for v in values)

    def declared(self) -> Iterator[str]:
        """The name of every object that the program declares."""
        for name in (*NAMED, "channels", *SIZED):
            yield from getattr(self, name)

    def walk(self) -> Iterator[tuple[Path, Op]]:
        """Every op with its path, outer ops before inner ones, in the order of the text."""
        return iter(self._walked) if self._walked is not None else self._walk_first()

    def _walk_first(self) -> Iterator[tuple[Path, Op]]:
        """The first walk that comes to its end is remembered: checks and the reference walk many times."""
        walked = []
        for task, body in self.tasks.items():
            for place in walk_block((task,), body):
                walked.append(place)
                yield place
        object.__setattr__(self, "_walked", tuple(walked))

    def of(self, kinds: Collection[type[Op]]) -> Sequence[tuple[Path, Op]]:
        """The ops of these kinds with their paths, in the order of the text."""
        if self.kinds().isdisjoint(kinds):
            return ()
        return [place for place in self.walk() if type(place[1]) in kinds]

    def kinds(self) -> frozenset[type[Op]]:
        """The kinds of its ops."""
        if self._kinds is None:
            object.__setattr__(self, "_kinds", frozenset(type(op) for _, op in self.walk()))
        assert self._kinds is not None
        return self._kinds

    def groups_around(self, path: Path) -> set[str]:
        """The groups whose body encloses the op at `path`."""
        groups, block = set(), self.tasks[path[0]]
        for index, name in zip(path[1::2], path[2::2], strict=False):
            op = block[int(index)]
            if op.kind == "group":
                groups.add(op.name)  # type: ignore[attr-defined]
            block = getattr(op, name)
        return groups

    def size(self) -> int:
        """The number of ops."""
        return sum(1 for _ in self.walk())


def walk_block(path: Path, block: Iterable[Op]) -> Iterator[tuple[Path, Op]]:
    """Every op of a block with its path."""
    for index, op in enumerate(block):
        here = (*path, str(index))
        yield here, op
        for name, inner in op.blocks():
            yield from walk_block((*here, name), inner)


def show_path(path: Path) -> str:
    """A path for people: `a[0].body[2]`."""
    task, *rest = path
    return task + "".join(f"[{part}]" if part.isdigit() else f".{part}" for part in rest)


def brief(value: object) -> str:
    """Any value at all in one short line, as JSON where it has such a form: never raises."""
    try:
        text = json.dumps(value, default=lambda other: type(other).__name__)
    except (RecursionError, TypeError, ValueError):  # too deep, odd keys, a cycle, a giant number
        text = f"({type(value).__name__})"
    return text if len(text) <= 80 else text[:79] + "…"


def no_sense(path: Path, op: Op, why: str) -> ScenarioError:
    """The error for an op that makes no sense: names the op and where it stands."""
    return ScenarioError(f"{show_path(path)}: `{op.kind}`: {why}", hint="correct the program")
