"""Programs as JSON, both ways without loss, and as text for people.

An op is `{"op": KIND, FIELD: VALUE…}`; a field at its default is left out; infinity is `"inf"`.
The schema of it is `program_schema()`, published as `program.schema.json`.
"""

from __future__ import annotations

import hashlib
import json
import math
from dataclasses import MISSING, fields
from typing import Any, TypeAlias

from conformance.errors import ScenarioError
from conformance.lang.ops import BLOCKS, OPS, Block, Op
from conformance.lang.program import Channel, Program

Json: TypeAlias = Any
_TICKS = ("ticks", "tick")


def op_to_json(op: Op) -> dict[str, Json]:
    """An op as a JSON value."""
    encoded: dict[str, Json] = {"op": op.kind}
    for field in fields(op):
        value = getattr(op, field.name)
        if value == field.default and type(value) is type(field.default):
            continue
        if field.name in BLOCKS:
            value = [op_to_json(inner) for inner in value]
        elif field.name in _TICKS and isinstance(value, float) and math.isinf(value):
            value = "inf" if value > 0 else "-inf"
        encoded[field.name] = value
    return encoded


def op_from_json(data: Json) -> Op:
    """An op from its JSON value. Raises ScenarioError for what is no op."""
    if not isinstance(data, dict) or not isinstance(data.get("op"), str):
        raise ScenarioError(f"this is no op: {_brief(data)}", hint='an op is {"op": KIND, …}')
    kind = OPS.get(data["op"])
    if kind is None:
        raise ScenarioError(f"unknown op `{data['op']}`", hint="known: " + ", ".join(sorted(OPS)))
    values: dict[str, Json] = {}
    known = {field.name: field for field in fields(kind)}
    for name, value in data.items():
        if name == "op":
            continue
        if name not in known:
            raise ScenarioError(f"`{kind.kind}` has no field `{name}`", hint="known: " + ", ".join(known))
        if name in BLOCKS and value is not None:
            value = block_from_json(value)
        elif name in _TICKS and value in ("inf", "-inf"):
            value = float(value)
        values[name] = value
    missing = [n for n, f in known.items() if n not in values and f.default is MISSING]
    if missing:
        raise ScenarioError(f"`{kind.kind}` lacks `{missing[0]}`: {_brief(data)}")
    return kind(**values)


def block_from_json(data: Json) -> Block:
    """A block from its JSON value, a list of ops."""
    if not isinstance(data, list):
        raise ScenarioError(f"this is no list of ops: {_brief(data)}")
    return tuple(op_from_json(item) for item in data)


def program_to_json(program: Program) -> dict[str, Json]:
    """A program as a JSON value; what is absent is left out."""
    encoded: dict[str, Json] = {
        "tasks": {task: [op_to_json(op) for op in body] for task, body in program.tasks.items()}
    }
    if program.events:
        encoded["events"] = list(program.events)
    if program.locks:
        encoded["locks"] = list(program.locks)
    if program.channels:
        encoded["channels"] = {name: channel.capacity for name, channel in program.channels.items()}
    return encoded


def program_from_json(data: Json) -> Program:
    """A program from its JSON value. Raises ScenarioError for what is none."""
    if not isinstance(data, dict) or not isinstance(data.get("tasks"), dict):
        raise ScenarioError(f"this is no program: {_brief(data)}", hint='a program is {"tasks": {…}}')
    unknown = set(data) - {"tasks", "events", "locks", "channels"}
    if unknown:
        raise ScenarioError(f"a program has no field `{sorted(unknown)[0]}`")
    channels = data.get("channels", {})
    if not isinstance(channels, dict):
        raise ScenarioError(f"`channels` maps names to capacities: {_brief(channels)}")
    for name in ("events", "locks"):
        value = data.get(name, [])
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise ScenarioError(f"`{name}` is a list of names: {_brief(value)}")
    return Program(
        tasks={task: block_from_json(body) for task, body in data["tasks"].items()},
        events=tuple(data.get("events", ())),
        locks=tuple(data.get("locks", ())),
        channels={name: Channel(capacity) for name, capacity in channels.items()},
    )


def canonical(data: Json) -> str:
    """JSON with sorted keys and no spaces: equal values give equal text."""
    return json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def program_hash(program: Program) -> str:
    """Sixteen hex digits that name the program's content. Task order counts: it is start order."""
    text = json.dumps(program_to_json(program), separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _brief(data: Json) -> str:
    text = json.dumps(data, default=str)
    return text if len(text) <= 80 else text[:79] + "…"
