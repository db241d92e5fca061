"""What toyloop's authors ask beside our catalogue."""

from conformance.lang.ops import Join, Log, Spawn
from conformance.lang.pattern import shared
from conformance.lang.program import Program
from conformance.lang.scenario import Rule, Scenario

SCENARIOS = (
    Scenario(
        id="toyloop/starts-in-order",
        asks="Do two tasks take their first steps in the order in which they were spawned?",
        program=Program(
            {
                "main": (Spawn("a"), Spawn("b"), Join("a"), Join("b")),
                "a": (Log("ran"),),
                "b": (Log("ran"),),
            }
        ),
        rule=Rule("MUST", required=(shared("a ran", "b ran"),)),
        sources={"toyloop": "toyloop's manual: tasks start in order"},
        about={"spawn"},
        shown_by="reference answers both orders",
    ),
)
