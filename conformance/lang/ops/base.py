"""What every op is: a frozen value, registered under its kind.

Its class docstring is its meaning; its fields are its arguments. Fields
named in `BLOCKS` hold nested ops. Durations and deadlines are in ticks (1 s of virtual time, or a
fixed multiple of 10 ms on a real clock); `math.inf` is forever. Sources of the vocabulary: DESIGN
section 2.
"""

from __future__ import annotations

import re
from dataclasses import Field, dataclass, fields
from typing import Any, ClassVar, TypeAlias

Value: TypeAlias = str | int | bool | None
Ticks: TypeAlias = int | float
Block: TypeAlias = "tuple[Op, ...]"

BLOCKS = frozenset({"body", "on_error", "on_cancel", "finally_"})
OPS: dict[str, type[Op]] = {}


@dataclass(frozen=True, slots=True)
class Op:
    """One step of a task.

    Equality is exact: `Note(1)`, `Note(True)` and `Sleep(1)`, `Sleep(1.0)` are told apart, as they
    are in JSON.
    """

    kind: ClassVar[str] = ""

    def __init_subclass__(cls) -> None:
        """Register the op under its kind: the class name in snake_case."""
        cls.kind = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", cls.__name__).lower().rstrip("_")
        OPS[cls.kind] = cls
        cls.__eq__ = Op.__eq__  # type: ignore[method-assign]  # else `dataclass` writes its own
        cls.__hash__ = Op.__hash__  # type: ignore[method-assign]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Op) and self.exact() == other.exact()

    def __hash__(self) -> int:
        return hash(self.exact())

    def exact(self) -> tuple[object, ...]:
        """The op's kind, and each field with its type: what tells 1, True and 1.0 apart."""
        values = [getattr(self, field.name) for field in op_fields(type(self))]
        return (self.kind, *values, *map(type, values))

    def blocks(self) -> tuple[tuple[str, Block], ...]:
        """The nested blocks that are present, by field name."""
        names = _BLOCK_FIELDS.get(self.kind)
        if names is None:
            names = tuple(field.name for field in op_fields(type(self)) if field.name in BLOCKS)
            _BLOCK_FIELDS[self.kind] = names
        if not names:
            return ()
        named = [(name, getattr(self, name)) for name in names]
        return tuple(there for there in named if there[1] is not None)


def op_fields(kind: type[Op]) -> tuple[Field[Any], ...]:
    """The fields of an op class, looked up once: `dataclasses.fields` makes them anew each time."""
    known = _FIELDS.get(kind)
    if known is None:
        known = _FIELDS[kind] = fields(kind)
    return known


_FIELDS: dict[type[Op], tuple[Field[Any], ...]] = {}


_BLOCK_FIELDS: dict[str, tuple[str, ...]] = {}
