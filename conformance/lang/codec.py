"""Programs as JSON, both ways without loss, and as text for people.

An op is `{"op": KIND, FIELD: VALUE…}`; a field at its default is left out; infinity is `"inf"`, no number `"nan"`.
The schema of it is `conformance.lang.schema.program_schema()`, published as `program.schema.json`.
"""

from __future__ import annotations

import hashlib
import json
import math
from dataclasses import MISSING
from functools import lru_cache
from typing import Any, TypeAlias, final

from conformance.errors import ScenarioError
from conformance.lang.check import MAX_DEPTH, MAX_OPS, TOO_LARGE, check_name
from conformance.lang.ops import BLOCKS, OPS, Block, Op, op_fields
from conformance.lang.program import NAMED, SIZED, Channel, Path, Program, brief, show_path

Json: TypeAlias = Any
_TICKS = ("ticks", "tick")


def op_to_json(op: Op) -> dict[str, Json]:
    """An op as a JSON value."""
    encoded: dict[str, Json] = {"op": op.kind}
    for field in op_fields(type(op)):
        value = getattr(op, field.name)
        if value == field.default and type(value) is type(field.default):
            continue
        if field.name in BLOCKS:
            value = [op_to_json(inner) for inner in value]
        elif field.name in _TICKS and isinstance(value, float):
            value = _ticks_to_json(value)
        encoded[field.name] = value
    return encoded


def _ticks_to_json(ticks: float) -> Json:
    if math.isinf(ticks):
        return "inf" if ticks > 0 else "-inf"
    if math.isnan(ticks):
        return "nan"
    return ticks + 0.0  # minus zero is zero


def op_from_json(data: Json) -> Op:
    """An op from its JSON value. Raises ScenarioError for what is no op."""
    return _Decoder().op(data, ("op",))


def _fields_of(kind: type[Op]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The names of its fields, and of those that have no default."""
    known = _FIELDS.get(kind)
    if known is None:
        fields = op_fields(kind)
        wanted = tuple(field.name for field in fields if field.default is MISSING)
        known = _FIELDS[kind] = tuple(field.name for field in fields), wanted
    return known


_FIELDS: dict[type[Op], tuple[tuple[str, ...], tuple[str, ...]]] = {}


@final
class _Decoder:
    """Decodes one program; counts its ops, so that no input grows without bound."""

    def __init__(self) -> None:
        self.ops = 0

    def op(self, data: Json, path: Path) -> Op:
        """An op, which stands at `path`."""
        self.ops += 1
        if self.ops > MAX_OPS or len(path) > 2 * MAX_DEPTH:
            raise ScenarioError(f"{show_path(path)}: {TOO_LARGE}", hint="make the program smaller")
        if not isinstance(data, dict) or not isinstance(data.get("op"), str):
            raise ScenarioError(
                f"{show_path(path)}: this is no op: {brief(data)}", hint='an op is {"op": KIND, …}'
            )
        kind = OPS.get(data["op"])
        if kind is None:
            raise ScenarioError(
                f"{show_path(path)}: unknown op `{data['op'][:64]}`",
                hint="known: " + ", ".join(sorted(OPS)),
            )
        known, wanted = _fields_of(kind)
        values: dict[str, Json] = {}
        for name, value in data.items():
            if name == "op":
                continue
            if name not in known:
                raise ScenarioError(
                    f"{show_path(path)}: `{kind.kind}` has no field {brief(name)}",
                    hint="known: " + ", ".join(known),
                )
            values[name] = self._value(value, path, name)
        for name in wanted:
            if name not in values:
                where = show_path(path)
                raise ScenarioError(f"{where}: `{kind.kind}` lacks `{name}`: {brief(data)}")
        return kind(**values)

    def _value(self, value: Json, path: Path, name: str) -> Any:
        if name in BLOCKS and value is not None:
            return self.block(value, (*path, name))
        if name in _TICKS and isinstance(value, str) and value in ("inf", "-inf", "nan"):
            return float(value)
        return value

    def block(self, data: Json, path: Path) -> Block:
        """A block, a list of ops."""
        if not isinstance(data, list):
            raise ScenarioError(f"{show_path(path)}: this is no list of ops: {brief(data)}")
        return tuple(self.op(item, (*path, str(index))) for index, item in enumerate(data))


@lru_cache(maxsize=2048)
def program_to_json(program: Program) -> dict[str, Json]:
    """A program as a JSON value; what is absent is left out. It is shared: nobody may change it."""
    encoded: dict[str, Json] = {
        "tasks": {task: [op_to_json(op) for op in body] for task, body in program.tasks.items()}
    }
    for kind in NAMED:
        if names := getattr(program, kind):
            encoded[kind] = list(names)
    if program.channels:
        encoded["channels"] = {
            name: "inf" if channel.capacity == math.inf else channel.capacity
            for name, channel in program.channels.items()
        }
    for kind in SIZED:
        if sizes := getattr(program, kind):
            encoded[kind] = dict(sizes)
    return encoded


def program_from_json(data: Json) -> Program:
    """A program from its JSON value. Raises ScenarioError for what is none."""
    if not isinstance(data, dict) or not isinstance(data.get("tasks"), dict):
        raise ScenarioError(
            f"this is no program: {brief(data)}", hint='a program is {"tasks": {…}}'
        )
    for name in data:
        if name not in ("tasks", "channels", *NAMED, *SIZED):
            raise ScenarioError(f"a program has no field {brief(name)}")
    for name in ("channels", *SIZED):
        if not isinstance(data.get(name, {}), dict):
            raise ScenarioError(f"`{name}` maps names to numbers: {brief(data[name])}")
    for name in NAMED:
        value = data.get(name, [])
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise ScenarioError(f"`{name}` is a list of names: {brief(value)}")
    decoder = _Decoder()
    tasks = {}
    for task, body in data["tasks"].items():
        check_name(task)
        tasks[task] = decoder.block(body, (task,))
    others: dict[str, Any] = {name: tuple(data.get(name, ())) for name in NAMED}
    others |= {name: data.get(name, {}) for name in SIZED}
    return Program(
        tasks=tasks,
        channels={
            name: Channel(math.inf if capacity == "inf" else capacity)
            for name, capacity in data.get("channels", {}).items()
        },
        **others,
    )


def canonical(data: Json) -> str:
    """JSON with sorted keys and no spaces: equal values give equal text."""
    return json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def program_hash(program: Program) -> str:
    """Sixteen hex digits that name the program's content. Task order counts: it is start order."""
    text = json.dumps(program_to_json(program), separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:16]
