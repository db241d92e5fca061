"""What a worker answers is checked before it is believed."""

import json
from copy import deepcopy
from typing import Any

import pytest

from conformance.errors import AdapterError
from conformance.lang.ops import Note, Spawn
from conformance.lang.outcome import outcome_from_json
from conformance.lang.program import Program
from conformance.lang.semantics import semantics_from_json
from conformance.wire.address import Address
from conformance.wire.client import read_info, read_observation

PROGRAM = Program({"main": (Note("x"), Spawn("a")), "a": ()})
TASKS = {"a": {"end": "unspawned"}, "main": {"end": "returned", "log": [["x", 0]], "tick": 0.5}}
RAN = {"seq": 1, "outcome": {"tasks": TASKS, "ending": "completed"}, "trace": []}
STARTED = {
    "runtime": {"name": "Agent", "flavour": "", "version": "1", "file": "agent"},
    "python": {"version": "", "implementation": "", "executable": "", "paths": []},
    "platform": "any", "capabilities": {"note": "native"}, "composed": [], "special": [],
    "families": [], "virtual": "none", "steering": "", "semantics": {},
}  # fmt: skip
NAN = float("nan")


def changed(reply: dict[str, Any], where: str, value: object) -> dict[str, Any]:
    """The reply with another value at `where`, a path of keys."""
    reply = deepcopy(reply)
    *way, last = where.split("/")
    inner = reply
    for key in way:
        inner = inner[key]
    inner[last] = value
    return reply


def test_a_reply_in_another_order_of_tasks_is_the_same() -> None:
    """An agent whose objects have no order is understood: the program's order counts."""
    seen = read_observation(RAN, PROGRAM).outcome
    assert [name for name, _ in seen.tasks] == ["main", "a"]
    assert (seen.ending, seen.task("main").tick) == ("completed", 0.5)


@pytest.mark.parametrize(
    ("where", "value"),
    [
        ("outcome", None),
        ("outcome", []),
        ("outcome/ending", "weird"),
        ("outcome/ending", ["completed"]),
        ("outcome/tasks", [["main", {}]]),
        ("outcome/tasks", {}),
        ("outcome/tasks", {"main": TASKS["main"]}),
        ("outcome/tasks/other", {"end": "returned"}),
        ("outcome/tasks/a", None),
        ("outcome/tasks/a/end", 5),
        ("outcome/tasks/main/log", [[["x"], 0]]),
        ("outcome/tasks/main/log", [[7]]),
        ("outcome/tasks/main/log", [[None, 0]]),
        ("outcome/tasks/main/log", ["xy"]),
        ("outcome/tasks/main/log", [[]]),
        ("outcome/tasks/main/log", [["x", 0, 0]]),
        ("outcome/tasks/main/log", [["x", [0]]]),
        ("outcome/tasks/main/log", [["x", "0"]]),
        ("outcome/tasks/main/log", [["x", NAN]]),
        ("outcome/tasks/main/tick", float("inf")),
        ("outcome/tasks/main/tick", True),
        ("outcome/tasks/main/tick", "1"),
        ("outcome/shared", {"x": 0}),
        ("outcome/reported", "destroyed"),
        ("outcome/reported", [5]),
        ("trace", 5),
        ("trace", [[0, "main", "begin"]]),
        ("trace", [[0, "main", "begin", 5]]),
        ("trace", [[NAN, "main", "begin", "note x"]]),
        ("trace", ["main"]),
    ],
)
def test_an_outcome_that_is_none_is_garbage(where: str, value: object) -> None:
    """A reply to `run` of another shape is that run's ending, `garbage`, which can be stored and read again."""
    seen = read_observation(changed(RAN, where, value), PROGRAM).outcome
    assert seen.ending == "garbage"
    assert [name for name, _ in seen.tasks] == ["main", "a"]


def test_a_reply_without_an_outcome_is_garbage() -> None:
    """`{}` is no observation, and every other damage raises ValueError alone."""
    assert read_observation({}, PROGRAM).outcome.ending == "garbage"
    with pytest.raises(ValueError, match="is no tick"):
        outcome_from_json(
            json.loads('{"tasks": {"a": {"end": "", "tick": NaN}}, "ending": "hung"}')
        )


@pytest.mark.parametrize(
    ("where", "value"),
    [
        ("capabilities", ["note"]),
        ("capabilities", "note"),
        ("capabilities", {"note": True}),
        ("semantics", []),
        ("semantics", "fifo"),
        ("semantics", {"schedule_points": 5}),
        ("semantics", {"cancel_points": ["always"]}),
        ("semantics", {"cancel_waits": 5}),
        ("semantics", {"citations": ["x"]}),
        ("semantics", {"order": ["fifo"]}),
        ("steering", 5),
        ("virtual", "sometimes"),
        ("families", "tasks"),
        ("special", [5]),
        ("platform", None),
        ("python", []),
        ("python/version", 3),
        ("python/paths", "abc"),
        ("runtime", "Agent"),
        ("runtime/version", 1),
        ("runtime/file", None),
        ("spelling", 5),
        ("spelling", {"header": 5, "run": "", "cancelled": ""}),
        ("spelling", {"header": "", "run": "", "cancelled": "", "ops": []}),
        ("spelling", {"header": "", "run": "", "cancelled": "", "more": {}}),
    ],
)
def test_a_description_that_is_none_is_the_adapters_error(where: str, value: object) -> None:
    """A reply to `start` with a value of another type is refused, naming the address."""
    address = Address.parse("exec:agent")
    assert read_info(STARTED, address).name == "Agent"
    with pytest.raises(AdapterError, match=r"exec:agent: its reply to `start` is not right"):
        read_info(changed(STARTED, where, value), address)


def test_semantics_that_are_no_mapping() -> None:
    """TypeError, as for a field that is not known, whoever asks."""
    with pytest.raises(TypeError, match=r"`schedule_points` is .5., not a mapping"):
        semantics_from_json({"schedule_points": 5})
