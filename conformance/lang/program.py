"""A program: named tasks, each a tuple of ops, and the objects that they share."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import final

from conformance.errors import ScenarioError
from conformance.lang.ops import Op

Path = tuple[str, ...]
"""Where an op stands: task name, then index and block name in turn: `("a", "0", "body", "2")`."""


@final
@dataclass(frozen=True, slots=True)
class Channel:
    """A bounded channel; `capacity` is a number of items, at least 1."""

    capacity: int = 1


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

    def __post_init__(self) -> None:
        """Freeze the mappings and check the program."""
        from conformance.lang.check import check_program  # the checker reads Program

        object.__setattr__(self, "tasks", MappingProxyType(dict(self.tasks)))
        object.__setattr__(self, "channels", MappingProxyType(dict(self.channels)))
        check_program(self)

    def __hash__(self) -> int:
        """Hash by content."""
        return hash((tuple(self.tasks.items()), self.events, self.locks, tuple(self.channels.items())))

    def __reduce__(self) -> tuple[object, ...]:
        """Pickle by content: a mapping proxy has no pickle form of its own."""
        return Program, (dict(self.tasks), self.events, self.locks, dict(self.channels))

    def walk(self) -> Iterator[tuple[Path, Op]]:
        """Every op with its path, outer ops before inner ones, in the order of the text."""
        for task, body in self.tasks.items():
            yield from walk_block((task,), body)

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


def no_sense(path: Path, op: Op, why: str) -> ScenarioError:
    """The error for an op that makes no sense: names the op and where it stands."""
    return ScenarioError(f"{show_path(path)}: `{op.kind}`: {why}", hint="correct the program")
