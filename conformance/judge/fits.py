"""Whether a JSON value fits a schema, told quickly: the schema becomes functions, once.

Of the words of JSON Schema (draft 2020-12) those that our own schemas use; any other is refused when a
schema is compiled, so that none is passed over. `jsonschema` says the same, a hundred times more slowly,
and says what is wrong: it is asked where something is.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Container, Mapping, Sequence
from typing import Any, Final, TypeAlias

Check: TypeAlias = Callable[[Any], bool]
Schema: TypeAlias = Mapping[str, Any]

_TYPES: Final[Mapping[str, Check]] = {
    "object": lambda value: type(value) is dict,
    "array": lambda value: type(value) is list,
    "string": lambda value: type(value) is str,
    "boolean": lambda value: type(value) is bool,
    "null": lambda value: value is None,
    "number": lambda value: type(value) is int or type(value) is float,
    "integer": lambda value: type(value) is int or (type(value) is float and value.is_integer()),
}
_ABOUT: Final = frozenset({"$schema", "$id", "$defs", "title", "description"})
_OBJECT: Final = frozenset({"properties", "required", "additionalProperties"})
_ARRAY: Final = frozenset({"prefixItems", "items", "minItems", "maxItems"})
_WHEN: Final = frozenset({"if", "then"})


def compile_schema(schema: Schema, decoded: Container[str] = ()) -> Check:
    """A function that tells whether a value, as `json.loads` makes it, fits.

    Properties whose name is in `decoded` are not looked at: their reader checks them itself.
    Raises ValueError for a schema that uses a word which is not known here.
    """
    return _Compiler(schema, decoded).check(schema)


class _Compiler:
    """Compiles a schema and its definitions, each of them once."""

    def __init__(self, root: Schema, decoded: Container[str]) -> None:
        self._definitions: Final[Schema] = root.get("$defs", {})
        self._decoded: Final = decoded
        self._known: Final[dict[str, Check]] = {}

    def check(self, schema: Schema) -> Check:
        """All that a schema asks for."""
        makers: dict[str, Callable[[Any], Check]] = {
            "type": self._type, "const": self._const, "enum": self._enum, "pattern": self._pattern,
            "minimum": self._minimum, "allOf": self._all_of, "$ref": self._ref,
        }  # fmt: skip
        words = schema.keys() - _ABOUT
        checks: list[Check] = [make(schema[word]) for word, make in makers.items() if word in words]
        several = {_OBJECT: self._object, _ARRAY: self._array, _WHEN: self._when}
        checks += [make(schema) for some, make in several.items() if words & some]
        if unknown := words - makers.keys() - _OBJECT - _ARRAY - _WHEN:
            raise ValueError(f"not known here: {', '.join(sorted(unknown))}")
        return _all(checks)

    def _ref(self, where: str) -> Check:
        name = where.removeprefix("#/$defs/")
        if name not in self._known:
            self._known[name] = self.check(self._definitions[name])
        return self._known[name]

    def _all_of(self, schemas: Sequence[Schema]) -> Check:
        return _all([self.check(schema) for schema in schemas])

    def _when(self, schema: Schema) -> Check:
        asked, wanted = self.check(schema["if"]), self.check(schema["then"])
        return lambda value: not asked(value) or wanted(value)

    def _type(self, names: str | Sequence[str]) -> Check:
        if isinstance(names, str):
            return _TYPES[names]
        checks = [_TYPES[name] for name in names]
        return lambda value: any(check(value) for check in checks)

    def _const(self, wanted: str | int) -> Check:
        return self._enum([wanted])

    def _enum(self, wanted: Sequence[str | int]) -> Check:
        if all(type(one) is str for one in wanted):
            words = frozenset(wanted)
            return lambda value: type(value) is str and value in words
        if all(type(one) is int for one in wanted):
            numbers = frozenset(wanted)
            return lambda value: _TYPES["number"](value) and value in numbers
        raise ValueError("only texts, or only numbers, are known here")

    def _pattern(self, pattern: str) -> Check:
        found = re.compile(pattern).search
        return lambda value: type(value) is not str or found(value) is not None

    def _minimum(self, least: float) -> Check:
        return lambda value: not (_TYPES["number"](value) and value < least)

    def _object(self, schema: Schema) -> Check:
        known = {
            name: None if name in self._decoded else self.check(part)
            for name, part in schema.get("properties", {}).items()
        }
        others = schema.get("additionalProperties", True)
        other = {True: None, False: _never}[others] if type(others) is bool else self.check(others)
        needed = frozenset(schema.get("required", ()))

        def fits(value: Any) -> bool:
            if type(value) is not dict:
                return True
            for name, part in value.items():
                check = known.get(name, other)
                if check is not None and not check(part):
                    return False
            return needed <= value.keys()

        return fits

    def _array(self, schema: Schema) -> Check:
        firsts = [self.check(part) for part in schema.get("prefixItems", ())]
        rest = self.check(schema["items"]) if "items" in schema else None
        least, most = schema.get("minItems", 0), schema.get("maxItems", math.inf)

        def fits(value: Any) -> bool:
            if type(value) is not list:
                return True
            if not least <= len(value) <= most:
                return False
            if not all(check(part) for check, part in zip(firsts, value, strict=False)):
                return False
            return rest is None or all(map(rest, value[len(firsts) :]))

        return fits


def _never(_: object) -> bool:
    return False


def _all(checks: Sequence[Check]) -> Check:
    if len(checks) == 1:
        return checks[0]
    if len(checks) == 2:
        first, second = checks
        return lambda value: first(value) and second(value)
    return lambda value: all(check(value) for check in checks)
