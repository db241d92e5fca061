"""Programs as JSON, as text, as pickles: nothing is lost, and nothing wrong gets in."""

import copy
import json
import math
import pickle
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import conformance.lang
from conformance.engine.catalogue import load_catalogue
from conformance.errors import ScenarioError
from conformance.lang import ops
from conformance.lang.codec import (
    op_from_json,
    op_to_json,
    program_from_json,
    program_hash,
    program_to_json,
)
from conformance.lang.ops import (
    Attempt,
    FailAfter,
    Join,
    Note,
    Return,
    Send,
    SendBytes,
    Sleep,
    Spawn,
)
from conformance.lang.program import Channel, Program
from conformance.lang.schema import program_schema, show_schema
from conformance.lang.text import show_program
from tests.strategies import NESTING, PLAIN, THREADED, programs

VALIDATOR = jsonschema.Draft202012Validator(program_schema())
many = settings(deadline=None, max_examples=150)


def decode(text: str) -> Program:
    """A program from JSON text."""
    return program_from_json(json.loads(text))


# ---------------------------------------------------------------- both ways


def test_strategy_knows_every_op() -> None:
    """No op kind is left out of the generated programs; `test_language_loop` has the loop's."""
    assert {*PLAIN, *NESTING, *THREADED, "spawn", "detach", "start", "return"} == set(
        ops.OPS
    ) - ops.LOOP


@many
@given(programs())
def test_json_both_ways(program: Program) -> None:
    """A program comes back from JSON text equal, types of values included, with equal hashes."""
    back = decode(json.dumps(program_to_json(program)))
    assert back == program
    assert repr(program_to_json(back)) == repr(program_to_json(program))
    assert hash(back) == hash(program)
    assert program_hash(back) == program_hash(program)


@many
@given(programs())
def test_pickles(program: Program) -> None:
    """A program survives pickling and copying, so that it can cross to other processes."""
    assert pickle.loads(pickle.dumps(program)) == program
    assert copy.deepcopy(program) == program


@many
@given(programs())
def test_one_line_per_op(program: Program) -> None:
    """The text has a line for each op and declaration, beside names of parts and `pass`."""
    lines = [line.strip() for line in show_program(program).splitlines()]
    marks = ("on_error:", "on_cancel:", "finally:", "pass")
    expected = program.size() + len(program.tasks) + len(list(program.declared()))
    assert len([line for line in lines if line not in marks]) == expected


@settings(deadline=None, max_examples=50)
@given(programs(max_ops=8))
def test_schema_takes_every_program(program: Program) -> None:
    """The JSON of any well-formed program fits the schema, in strict JSON (no NaN or Infinity)."""
    VALIDATOR.validate(json.loads(json.dumps(program_to_json(program), allow_nan=False)))


def test_hash_is_stable() -> None:
    """The content's name is the same in every process and release: tokens and baselines hold it."""
    program = Program({"main": (Spawn("a"), Join("a")), "a": (Sleep(math.inf), Return(7))})
    assert program_hash(program) == "093d8d51571b0192"


def test_no_number_comes_back() -> None:
    """NaN has a word in JSON, where there is none for it; as ticks of an op it equals itself, pickled, too."""
    program = Program({"main": (Sleep(math.nan), FailAfter(float("nan"), (Sleep(1),)))})
    encoded = json.loads(json.dumps(program_to_json(program), allow_nan=False))
    VALIDATOR.validate(encoded)
    for made in (program_from_json(encoded), pickle.loads(pickle.dumps(program))):
        assert made == program
        assert hash(made) == hash(program)
    assert Sleep(math.nan) != Sleep(math.inf)


TWINS: list[list[Any]] = [
    [Note(1), Note(word=True), Note("1"), Note("true")],
    [Note(0), Note(word=False), Note(None), Note("0"), Note("none")],
    [Return(1), Return(value=True), Return(), Return("none")],
    [Sleep(1), Sleep(1.0), Sleep(1.5)],
    [SendBytes("s", "x"), SendBytes("s", "x", 2)],
    [Attempt((), on_error=()), Attempt((), on_cancel=()), Attempt((), finally_=())],
]


@pytest.mark.parametrize("alike", TWINS, ids=lambda alike: alike[0].kind)
def test_alike_is_not_equal(alike: list[ops.Op]) -> None:
    """What Python holds equal (1, True, 1.0) stays apart: as values, in JSON, and in the hash."""
    assert len(set(alike)) == len(alike)
    assert len({json.dumps(op_to_json(op)) for op in alike}) == len(alike)
    for op in alike:
        back = op_from_json(json.loads(json.dumps(op_to_json(op))))
        assert back == op
        assert repr(back) == repr(op)


def test_programs_alike_are_not_equal() -> None:
    """Equality and hash of a program tell 1 from true, and one order of tasks from another."""
    one, true = (Program({"main": (Note(word),)}) for word in (1, True))
    assert one != true
    assert program_hash(one) != program_hash(true)
    assert {one: "one", true: "true"}[Program({"main": (Note(1),)})] == "one"
    both = (Spawn("a"), Spawn("b"))
    ab = Program({"main": both, "a": (), "b": ()})
    ba = Program({"main": both, "b": (), "a": ()})
    assert ab != ba
    assert program_hash(ab) != program_hash(ba)


def test_minus_zero_is_zero() -> None:
    """Two equal programs never have two hashes: minus zero is written as zero."""
    minus, plus = (Program({"main": (Sleep(zero),)}) for zero in (-0.0, 0.0))
    assert minus == plus
    assert program_hash(minus) == program_hash(plus)


# ---------------------------------------------------------------- the schema


def test_published_schema_is_up_to_date() -> None:
    """The file beside the code is what the ops say (`python -m conformance.lang.schema`)."""
    file = Path(conformance.lang.__file__).with_name("program.schema.json")
    assert file.read_text(encoding="utf-8") == show_schema()
    jsonschema.Draft202012Validator.check_schema(program_schema())


def test_schema_takes_the_catalogue() -> None:
    """The JSON of every scenario's program fits the schema."""
    for scenario in load_catalogue().scenarios:
        VALIDATOR.validate(json.loads(json.dumps(program_to_json(scenario.program))))


@pytest.mark.parametrize(
    "op",
    [
        {},
        "note",
        {"op": "dance"},
        {"op": "note"},
        {"op": "note", "word": "two words"},
        {"op": "note", "word": 1.5},
        {"op": "note", "word": 2**60},
        {"op": "note", "word": "x", "loud": True},
        {"op": "sleep", "ticks": "forever"},
        {"op": "sleep", "ticks": True},
        {"op": "block", "ticks": "inf"},
        {"op": "receive_some", "stream": "s", "max": 0},
        {"op": "attempt", "body": []},
        {"op": "attempt", "body": [], "on_error": None},
        {"op": "attempt", "body": {}, "on_error": []},
        {"op": "shield", "body": [{"op": "shield"}]},
        {"op": "spawn", "task": "1st"},
    ],
    ids=json.dumps,
)
def test_schema_and_checker_refuse(op: Any) -> None:
    """A wrong op is refused by the schema and by us alike, and our error says where it stands."""
    data = {"tasks": {"main": [{"op": "checkpoint"}, op]}}
    assert not VALIDATOR.is_valid(data)
    with pytest.raises(ScenarioError, match=r"^main\[1\]"):
        program_from_json(data)


@pytest.mark.parametrize(
    "data",
    [
        None,
        [],
        {},
        {"tasks": []},
        {"tasks": {}},
        {"tasks": {"a": []}},
        {"tasks": {"main": None}},
        {"tasks": {"main": []}, "tsaks": {}},
        {"tasks": {"main": []}, "events": ["e", "e"]},
        {"tasks": {"main": []}, "events": "e"},
        {"tasks": {"main": []}, "locks": [["k"]]},
        {"tasks": {"main": []}, "channels": {"c": -1}},
        {"tasks": {"main": []}, "barriers": {"b": 0}},
        {"tasks": {"main": []}, "channels": {"c": True}},
        {"tasks": {"main": []}, "channels": {"c": [1]}},
        {"tasks": {"main": [], "": []}},
    ],
    ids=json.dumps,
)
def test_schema_and_checker_refuse_programs(data: Any) -> None:
    """What is no program is refused by the schema and by us alike."""
    assert not VALIDATOR.is_valid(data)
    with pytest.raises(ScenarioError):
        program_from_json(data)


# ---------------------------------------------------------------- malformed input

ODD: list[Any] = [
    None, True, False, 0, -1, 2**60, 10**5000, 1.5, math.nan, math.inf, -math.inf, 1e308, "", "x",
    "main", "inf", "\ud800", "a\n", [], {}, [[]], {"op": []}, {"op": "note"}, {1: 2}, ["main"],
    {"op": "spawn", "task": "main"}, {"op": "spawn", "task": "t0"}, {"op": "join", "task": ["t0"]},
    {"op": "group", "name": {}, "body": []}, {"op": "shield", "body": "xx"},
]  # fmt: skip


def places(data: Any) -> list[tuple[Any, Any]]:
    """Every container of a JSON value with each of its keys or indices."""
    found: list[tuple[Any, Any]] = []
    waiting = [data]
    while waiting:
        item = waiting.pop()
        if not isinstance(item, dict | list):
            continue
        keys = list(item) if isinstance(item, dict) else list(range(len(item)))
        found += [(item, key) for key in keys]
        waiting += [item[key] for key in keys]
    return found


def mutate(data: Any, where: int, how: int, odd: Any) -> None:
    """Damage one place: replace, delete, double, add beside, rename, or swap with another place."""
    everywhere = places(data)
    if not everywhere:
        return
    box, key = everywhere[where % len(everywhere)]
    if how == 0:
        box[key] = odd
    elif how == 1:
        del box[key]
    elif isinstance(box, list):
        box.insert(key, copy.deepcopy(box[key]) if how == 2 else odd)
    elif how == 2:
        box["extra"] = odd
    elif how == 3:
        box[odd if isinstance(odd, str | int | float | None) else "odd"] = box.pop(key)
    else:
        other, name = everywhere[(where * 7 + how) % len(everywhere)]
        other[name] = copy.deepcopy(box[key])


@settings(deadline=None, max_examples=400)
@given(
    programs(max_ops=8),
    st.lists(
        st.tuples(st.integers(0, 500), st.integers(0, 5), st.sampled_from(ODD)),
        min_size=1,
        max_size=3,
    ),
)
def test_damaged_programs_are_refused_or_sound(
    program: Program, damage: list[tuple[int, int, Any]]
) -> None:
    """Whatever the damage, the answer is a program that survives JSON, or a ScenarioError."""
    data = copy.deepcopy(program_to_json(program))  # it is remembered, and shared
    for where, how, odd in damage:
        mutate(data, where, how, copy.deepcopy(odd))
    try:
        result = program_from_json(data)
    except ScenarioError as error:
        assert str(error)  # noqa: PT017  # both outcomes are fine; anything else is not
        return
    assert decode(json.dumps(program_to_json(result))) == result


def deep(levels: int) -> Any:
    """A program of shields in shields."""
    body: list[Any] = []
    for _ in range(levels):
        body = [{"op": "shield", "body": body}]
    return {"tasks": {"main": body}}


def test_deep_nesting_is_refused() -> None:
    """Ten thousand levels are a ScenarioError that names the op, never a RecursionError."""
    program_from_json(deep(40))
    with pytest.raises(ScenarioError, match=r"^main\[0\]\.body\[0\].*deeper than 40"):
        program_from_json(deep(10_000))
    block: ops.Block = ()
    for _ in range(10_000):
        block = (ops.Shield(block),)
    with pytest.raises(ScenarioError, match=r"deeper than 40"):
        Program({"main": block})


def test_a_cycle_is_refused() -> None:
    """A JSON value that contains itself ends in a ScenarioError, soon."""
    block: list[Any] = []
    block += [{"op": "attempt", "body": block, "on_error": block, "finally_": block}] * 2
    with pytest.raises(ScenarioError, match="longer than 10000 ops or deeper than 40"):
        program_from_json({"tasks": {"main": block}})


def test_length_is_bounded() -> None:
    """More than 10,000 ops are refused, however they are spread."""
    note = {"op": "note", "word": 1}
    with pytest.raises(ScenarioError, match=r"^main\[10000\]: the program is longer"):
        program_from_json({"tasks": {"main": [note] * 10_001}})
    shared = (ops.Shield((Note(1),) * 101),) * 100
    with pytest.raises(ScenarioError, match="longer than 10000 ops"):
        Program({"main": shared})


def test_channels_are_kept() -> None:
    """Declarations come back as they are, in their order."""
    program = Program(
        {"main": (Send("c", None),)}, ("f", "e"), ("k",), {"d": Channel(2), "c": Channel()}
    )
    data = program_to_json(program)
    assert data == {
        "tasks": {"main": [{"op": "send", "channel": "c", "item": None}]},
        "events": ["f", "e"],
        "locks": ["k"],
        "channels": {"d": 2, "c": 1},
    }
    assert list(program_from_json(data).channels) == ["d", "c"]
