"""The JSON Schema of a program, made from the ops themselves; published as `program.schema.json`.

What a schema cannot say (known names, one spawn for each task, no open group twice) is checked by
`conformance.lang.check`. `python -m conformance.lang.schema` prints the file.
"""

from __future__ import annotations

import json
import sys
from dataclasses import MISSING, Field, fields
from typing import Any, Final, TypeAlias

from conformance.lang.check import LARGEST, MAX_BYTES, NAME, NAN, WORD
from conformance.lang.ops import BLOCKS, OPS, Op
from conformance.lang.program import NAMED, SIZED

Schema: TypeAlias = dict[str, Any]

_NAMES: Final = frozenset(
    {
        "task", "event", "lock", "channel", "condition", "semaphore", "limiter", "barrier",
        "variable", "scope", "callback", "handle", "thread", "clone",
    }
)  # fmt: skip
_VALUES: Final = frozenset({"word", "item", "value"})
_COUNTS: Final = frozenset({"times", "max", "count"})
_TYPES: Final[dict[str, Schema]] = {
    "bool": {"type": "boolean"},
    "bool | None": {"type": "boolean"},
    "int | None": {"type": "integer", "minimum": -LARGEST, "maximum": LARGEST},
}


def program_schema() -> Schema:
    """What a program looks like as JSON (draft 2020-12)."""
    name = _ref("name")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A program: named tasks, each a list of ops, and the objects that they share",
        "type": "object",
        "properties": {
            "tasks": {
                "description": "The task `main` runs first; each other is spawned by one op.",
                "type": "object",
                "propertyNames": name,
                "additionalProperties": _ref("block"),
                "required": ["main"],
            },
            **{kind: {"type": "array", "items": name, "uniqueItems": True} for kind in NAMED},
            "channels": {
                "description": "Channels by name: how many items each holds.",
                "type": "object",
                "propertyNames": name,
                "additionalProperties": {"anyOf": [_whole(0), {"const": "inf"}]},
            },
            **{
                kind: {
                    "type": "object",
                    "propertyNames": name,
                    "additionalProperties": _whole(least),
                }
                for kind, least in SIZED.items()
            },
        },
        "required": ["tasks"],
        "additionalProperties": False,
        "$defs": {
            "block": {"type": "array", "items": _ref("op")},
            "op": {
                "type": "object",
                "properties": {"op": {"enum": list(OPS)}},
                "required": ["op"],
                "allOf": [_by_kind(kind) for kind in OPS],
            },
            "name": {"type": "string", "pattern": f"^{NAME.pattern}$"},
            "word": {"type": "string", "pattern": f"^{WORD.pattern}$"},
            "value": {
                "anyOf": [
                    _ref("word"),
                    {"type": "integer", "minimum": -LARGEST, "maximum": LARGEST},
                    {"type": ["boolean", "null"]},
                ]
            },
            "ticks": {"anyOf": [{"type": "number"}, {"enum": ["inf", "-inf"]}]},
            "ticks_or_nan": {"anyOf": [_ref("ticks"), {"const": "nan"}]},
            **{f"op.{kind}": _op_schema(op) for kind, op in OPS.items()},
        },
    }


def _by_kind(kind: str) -> Schema:
    """A conditional, not one of many alternatives: quicker, and it blames the wrong field."""
    return {"if": {"properties": {"op": {"const": kind}}}, "then": _ref(f"op.{kind}")}


def _op_schema(op: type[Op]) -> Schema:
    known = fields(op)
    schema: Schema = {
        "description": " ".join((op.__doc__ or "").split()),
        "type": "object",
        "properties": {"op": {"const": op.kind}, **{f.name: _field_schema(op, f) for f in known}},
        "required": ["op", *(f.name for f in known if f.default is MISSING)],
        "additionalProperties": False,
    }
    if op.kind == "attempt":  # one that neither catches nor cleans up makes no sense
        parts = ("on_error", "on_cancel", "finally_")
        schema["anyOf"] = [
            {"required": [part], "properties": {part: {"type": "array"}}} for part in parts
        ]
    return schema


def _field_schema(op: type[Op], field: Field[Any]) -> Schema:
    if field.name in BLOCKS:
        schema = _ref("block")
    elif field.name in _VALUES:
        schema = _ref("value")
    elif field.name in _COUNTS:
        schema = {"type": "integer", "minimum": 1, "maximum": MAX_BYTES}
    elif field.name == "tokens":
        schema = _whole(0)
    elif field.type in _TYPES:
        schema = _TYPES[str(field.type)]
    elif field.name in ("ticks", "tick"):
        ticks = _ref("ticks_or_nan" if op in NAN else "ticks")
        schema = {"type": "number", "minimum": 0} if op.kind == "block" else ticks
    else:
        schema = _ref("name" if field.name in _NAMES else "word")
    if field.default is None and field.name not in _VALUES:
        return {"anyOf": [schema, {"type": "null"}]}
    return schema


def _whole(least: int) -> Schema:
    return {"type": "integer", "minimum": least, "maximum": LARGEST}


def _ref(name: str) -> Schema:
    return {"$ref": f"#/$defs/{name}"}


def show_schema() -> str:
    """The published file's content."""
    return json.dumps(program_schema(), indent=2) + "\n"


if __name__ == "__main__":
    sys.stdout.write(show_schema())
