from __future__ import annotations

import copy
import json
import math
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.synthetic import synthetic
from conformance.judge.fits import compile_schema
from conformance.judge.record import case_to_json
from conformance.judge.results import results_schema

FITS = compile_schema(results_schema())
SAYS = jsonschema.Draft202012Validator(results_schema())
LINES = [json.loads(json.dumps(case_to_json(case))) for case in synthetic(6, 2, 1).cases]
LINES += [{"type": "footer", "cases": 3}, {"type": "footer", "cases": -1}, {"type": "other"}, {}]
ODD: list[Any] = [
    None, True, False, 0, 1, 1.0, 1.5, -1, math.nan, "", "a", "case", "MUST", "complete", [], [None],
    ["a", 1], [1, "a"], ["a", 1, 2], {}, {"end": "x"}, {"tasks": {}, "ending": "hung"},
]  # fmt: skip


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The path of every part of a JSON value."""
    parts: Any = value.items() if isinstance(value, dict) else ()
    parts = enumerate(value) if isinstance(value, list) else parts
    return [path, *(found for at, part in parts for found in places(part, (*path, at)))]


@settings(max_examples=400, deadline=None)
@given(st.data())
def test_it_says_what_jsonschema_says(data: st.DataObject) -> None:
    """A line with some part replaced, removed or added fits for the one as for the other."""
    line = copy.deepcopy(data.draw(st.sampled_from(LINES)))
    *path, last = data.draw(st.sampled_from([p for p in places(line) if p] or [("new",)]))
    holder = line
    for at in path:
        holder = holder[at]
    change = data.draw(st.sampled_from(["replace", "remove", "add"]))
    if change == "remove" and last != "new":
        del holder[last]
    elif change == "add" and isinstance(holder, dict):
        holder["new"] = copy.deepcopy(data.draw(st.sampled_from(ODD)))
    else:
        holder[last] = copy.deepcopy(data.draw(st.sampled_from(ODD)))
    assert FITS(line) == SAYS.is_valid(line)


def test_what_fits_fits() -> None:
    """Every line that we write fits."""
    assert all(FITS(line) for line in LINES[:-3])
    assert not any(FITS(line) for line in LINES[-3:])


def test_what_a_reader_decodes_is_left_to_it() -> None:
    """A property that is named is not looked at, wherever it stands."""
    line = copy.deepcopy(next(line for line in LINES if line.get("outcomes")))
    line["outcomes"][0]["trace"] = "no trace"
    assert not FITS(line)
    assert compile_schema(results_schema(), {"trace"})(line)


@pytest.mark.parametrize("schema", [{"not": {}}, {"properties": {"a": {"maximum": 3}}}])
def test_a_word_that_is_not_known_is_refused(schema: dict[str, Any]) -> None:
    """A rule of a schema cannot be passed over silently."""
    with pytest.raises(ValueError, match="not known here"):
        compile_schema(schema)
